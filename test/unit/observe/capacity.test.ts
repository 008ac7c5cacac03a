// Rule 10b: what saturated pods complete, and which versions do.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodSamples, Series } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { at } from "../../support/builders.ts";
import { NOW, withTwins } from "../../support/observed.ts";
import { aPod } from "../../support/samples-builder.ts";
import {
  capacity,
  PENDING,
  type Server,
  saturated,
  since,
  unusableAt,
} from "../../support/saturated-server.ts";

/** The same with the counters at 0 at second `t`. */
function restartedAt(t: number, all: readonly Series[]): readonly Series[] {
  return all.map((one) => {
    const lost = one.family === PENDING ? 0 : (one.values[one.times.indexOf(at(t))] ?? 0);
    return {
      ...one,
      values: one.values.map((value, index) => ((one.times[index] ?? 0) < at(t) ? value : value - lost)),
    };
  });
}

function emptyAt(secondsAgo: number): (t: number) => number {
  return (t) => (t === NOW - secondsAgo ? 0 : 50);
}

describe("a saturated pod (rule 10b)", () => {
  it.each<[string, Server, number | null]>([
    ["a backlog for more than a minute", {}, 40],
    ["a backlog for 30 s", { waiting: since(30) }, 40],
    ["a backlog for 29 s", { waiting: since(29) }, null],
    ["a queue that was empty 10 s ago", { waiting: emptyAt(10) }, null],
    ["a queue that was empty 40 s ago", { waiting: emptyAt(40) }, 40],
    ["two mean batches waiting", { waiting: () => 8 }, 40],
    ["one request fewer", { waiting: () => 7 }, null],
    ["a longer time with fewer waiting, a shorter with enough", { waiting: (t) => since(35, 8)(t) || 3 }, 40],
    ["one request at a time, two waiting", { batch: 1, waiting: () => 2 }, 40],
    ["one request at a time, one waiting", { batch: 1, waiting: () => 1 }, null],
    ["batches of less than one request (a cache answers none)", { batch: 0.5, waiting: () => 2 }, 40],
    ["fewer than 3 executions a minute", { rate: 4, batch: 100, waiting: () => 500 }, null],
    ["3 executions in 50 s", { rate: 6, batch: 100, computeMs: 16_667, waiting: () => 500 }, 6],
    ["bursts that leave the instance idle a fifth of the time", { computeMs: 80 }, null],
    ["two instances, both busy", { computeMs: 200 }, 40],
    ["nothing completed", { rate: 0 }, null],
    ["a pod that appeared 35 s ago", { from: NOW - 35 }, 40],
    ["a newest scrape 60 s ago", { to: NOW - 60, from: NOW - 150, waiting: () => 50 }, null],
    ["a newest scrape 61 s ago", { to: NOW - 61 }, null],
    ["scrapes 15 s apart, 3 with a backlog", { step: 15, waiting: since(30) }, 40],
    ["scrapes 15 s apart, 2 with a backlog", { step: 15, waiting: since(15) }, null],
    ["scrapes 30 s apart, 3 with a backlog", { step: 30, waiting: since(60) }, 40],
    ["scrapes 60 s apart, 3 with a backlog", { step: 60, waiting: since(120) }, 40],
    ["scrapes 60 s apart, 2 with a backlog", { step: 60, waiting: since(60) }, null],
  ])("%s", (_, options, expected) => {
    const { saturatedPerSecond, saturatedPods } = capacity([aPod("p-0", saturated(options))], options);
    expect([saturatedPerSecond, saturatedPods]).toEqual([expected, expected === null ? 0 : 1]);
  });

  it.each<[string, PodSamples, number | null]>([
    ["a restart 20 s ago", aPod("p", restartedAt(NOW - 20, saturated())), null],
    ["a restart 40 s ago", aPod("p", restartedAt(NOW - 40, saturated())), 40],
    [
      "a version that took over 20 s ago",
      aPod("p", [...saturated({ to: NOW - 20 }), ...saturated({ from: NOW - 19, version: "2" })]),
      null,
    ],
    [
      "a version that took over 40 s ago",
      aPod("p", [...saturated({ to: NOW - 40 }), ...saturated({ from: NOW - 39, version: "2" })]),
      40,
    ],
    ["a GPU's zero twins", aPod("p", withTwins(saturated())), 40],
    ["a newest scrape without the gauge", aPod("p", unusableAt(NOW, PENDING, saturated())), null],
    [
      "a newest scrape without the completions",
      aPod("p", unusableAt(NOW, "nv_inference_request_success", saturated())),
      null,
    ],
    ["an unusable sample 40 s ago", aPod("p", unusableAt(NOW - 40, PENDING, saturated())), 40],
    ["no counters", aPod("p", saturated().slice(3)), null],
    ["no gauge", aPod("p", saturated().slice(0, 3)), null],
    [
      "a pod that no longer answers",
      aPod("p", saturated({ to: NOW - 2 }), {
        ready: false,
        scrapes: [-2, -1, 0].map((t) => ({ at: at(NOW + t), up: t === -2 })),
      }),
      null,
    ],
    [
      "scrapes of which too many in between failed",
      aPod(
        "p",
        saturated({ from: NOW - 120 }).map((one) => {
          const kept = one.times.flatMap((time, index) =>
            [NOW - 70, NOW - 50, NOW].some((t) => at(t) === time) ? [index] : [],
          );
          return {
            ...one,
            times: kept.map((index) => one.times[index] ?? at(0)),
            values: kept.map((index) => one.values[index] ?? 0),
          };
        }),
      ),
      null,
    ],
  ])("%s", (_, pod, expected) => {
    expect(capacity([pod]).saturatedPerSecond).toBe(expected);
  });

  it("counts with others by the median, so that one hot or slow pod does not decide", () => {
    const pods = [30, 90, 40].map((rate) => aPod(`p-${rate}`, saturated({ rate, computeMs: 4000 / rate })));
    const calm = aPod("calm", saturated({ rate: 10, waiting: () => 1 }));
    expect([capacity([...pods, calm]), capacity(pods.slice(0, 2))]).toMatchObject([
      { saturatedPerSecond: 40, saturatedPods: 3 },
      { saturatedPerSecond: 60, saturatedPods: 2 },
    ]);
  });

  it.each<[string, number, number | null]>([
    ["two of their mean batches wait", 3, 2 * 40 + 0.5 * 10],
    ["fewer wait", 2, null],
  ])("adds up what several models complete, by weight, where %s", (_, waiting, expected) => {
    const models = [
      { name: "embedder", maxQueueDelay: seconds(0), weight: 2 },
      { name: "ranker", maxQueueDelay: seconds(0), weight: 0.5 },
    ];
    const pod = aPod("p-0", [
      ...saturated({ waiting: () => waiting }),
      ...saturated({ model: "ranker", rate: 10, batch: 1, waiting: () => 2 }),
    ]);
    expect(capacity([pod], { models }).saturatedPerSecond).toBe(expected);
  });
});

it("versions are those that completed requests, of any pod, in order", () => {
  const pods = [
    aPod("p-0", [...saturated({ version: "2" }), ...saturated({ version: "1", rate: 0 })]),
    aPod("p-1", [...saturated({ version: "10" }), ...saturated({ model: "other", version: "3" })]),
  ];
  expect(capacity(pods).versions).toEqual(["embedder/10", "embedder/2"]);
});

describe("laws of capacity", () => {
  type Drawn = Required<Pick<Server, "rate" | "batch" | "computeMs">> & {
    readonly backlogFor: number;
    readonly depth: number;
  };
  /** Half of an instance, one or two are busy. */
  const server: fc.Arbitrary<Drawn> = fc
    .record({
      rate: fc.integer({ min: 1, max: 100 }).map((rate) => 4 * rate),
      batch: fc.constantFrom(1, 2, 4),
      busy: fc.constantFrom(0.5, 1, 2),
      backlogFor: fc.integer({ min: 0, max: 70 }),
      depth: fc.integer({ min: 0, max: 20 }),
    })
    .map(({ busy, ...drawn }) => ({ ...drawn, computeMs: (1000 * busy * drawn.batch) / drawn.rate }));
  const podsOf = (servers: readonly Drawn[], change = (all: readonly Series[]) => all) =>
    servers.map(({ backlogFor, depth, ...rest }, index) =>
      aPod(`p-${index}`, change(saturated({ ...rest, waiting: since(backlogFor, depth) }))),
    );
  const servers = fc.array(server, { minLength: 1, maxLength: 5 });

  it("the order of pods and series and repeats of them change nothing", () => {
    fc.assert(
      fc.property(servers, (all) => {
        const pods = podsOf(all, (series) => [...series, ...series].reverse());
        expect(capacity([...pods, ...pods].reverse())).toEqual(capacity(podsOf(all)));
      }),
      { numRuns: 40 },
    );
  });

  it("a split over two versions, each on its GPU, changes nothing", () => {
    const split = (series: readonly Series[]): readonly Series[] =>
      series.flatMap((one) =>
        ["1", "2"].map((version) => ({
          ...one,
          labels: { ...one.labels, version, gpuUuid: `GPU-${version}` },
          values: one.values.map((value) => value / 2),
        })),
      );
    fc.assert(
      fc.property(servers, (all) => {
        const { busyInstances, ...rest } = capacity(podsOf(all, split));
        const { busyInstances: whole, ...expected } = capacity(podsOf(all));
        expect(rest.saturatedPerSecond).toBe(expected.saturatedPerSecond);
        expect(rest.saturatedPods).toBe(expected.saturatedPods);
        expect(busyInstances ?? -1).toBeCloseTo(whole ?? -1, 9);
      }),
      { numRuns: 40 },
    );
  });

  it("twice the rate in half the time is twice the capacity", () => {
    fc.assert(
      fc.property(servers, (all) => {
        const { saturatedPerSecond, saturatedPods } = capacity(podsOf(all));
        const faster = all.map((one) => ({ ...one, rate: 2 * one.rate, computeMs: one.computeMs / 2 }));
        const twice = capacity(podsOf(faster));
        expect(twice.saturatedPods).toBe(saturatedPods);
        expect(twice.saturatedPerSecond).toBe(saturatedPerSecond === null ? null : 2 * saturatedPerSecond);
      }),
      { numRuns: 40 },
    );
  });
});
