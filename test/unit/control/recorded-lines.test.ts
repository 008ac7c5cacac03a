// What a recording gets from one reading to the next: nothing twice, nothing from before it began.

import { describe, expect, test } from "vitest";

import { readingInstants } from "../../../src/control/reading-instants.ts";
import { RecordedLines } from "../../../src/control/recorded-lines.ts";
import { RecordedQueries } from "../../../src/control/recorded-queries.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { at, controlPolicy, loadedPolicy, MemorySource } from "../../support/control-ports.ts";
import { aPod, aSeries, type Points, samplesOf } from "../../support/samples-builder.ts";

const SUCCESS = "nv_inference_request_success";

function podWith(name: string, points: Points, expected = true) {
  return aPod(name, [aSeries(SUCCESS, points)], { expected, appearedAt: null });
}

function follow(): RecordedLines {
  return new RecordedLines({ epoch: at(10), scrapeInterval: seconds(1) });
}

describe("the lines of a workload", () => {
  test("are the attempts since the reading before, from the beginning of the recording on", () => {
    const lines = follow();
    const early: Points = [
      [8, 1],
      [10, 2],
      [11, 3],
    ];
    const first = lines.take(samplesOf(podWith("b-1", early), podWith("b-0", [[9, 1]])), at(11));
    expect(first.pods).toEqual(["b-0", "b-1"]);
    expect(first.scrapes.map(({ pod, at: time }) => [pod, time])).toEqual([
      ["b-1", at(10)],
      ["b-1", at(11)],
    ]);
    const second = lines.take(samplesOf(podWith("b-1", [...early, [12, 4], [14, 9]])), at(13));
    expect(second.pods).toEqual([]);
    expect(second.scrapes.map(({ pod, at: time }) => [pod, time])).toEqual([["b-1", at(12)]]);
  });

  test("say once which pod is no longer expected", () => {
    const lines = follow();
    const gone = (expected: boolean, t: number) =>
      lines.take(samplesOf(podWith("b-0", [[t, 1]], expected)), at(t)).gone;
    expect([gone(true, 11), gone(false, 12), gone(false, 13), gone(true, 14), gone(false, 15)]).toEqual([
      [],
      ["b-0"],
      [],
      [],
      ["b-0"],
    ]);
    expect(lines.take(samplesOf(), at(16)).gone).toEqual([]);
  });

  test("tell pods that were there from those that came", () => {
    const lines = follow();
    lines.take(samplesOf(podWith("b-0", [[24, 1]])), at(25));
    const born = aPod("b-1", [aSeries(SUCCESS, [[26, 1]])], { appearedAt: at(26) });
    const seenLate = podWith("b-2", [[26, 1]]);
    const older = aPod("b-3", [aSeries(SUCCESS, [[26, 1]])], { appearedAt: at(9) });
    lines.take(samplesOf(born, seenLate, older), at(26));
    expect(["b-0", "b-1", "b-2", "b-3"].filter((pod) => lines.isInitial(pod))).toEqual(["b-0", "b-3"]);
  });

  test("give replica counts when they change, unknown ones too", () => {
    const lines = follow();
    const counts = [3, 3, null, 4].map((desired, index) => {
      const replicas = { desired, ready: 3, source: "kube-state-metrics" } as const;
      return lines.take({ pods: [], replicas }, at(11 + index)).replicas?.desired;
    });
    expect(counts).toEqual([3, undefined, null, 4]);
  });
});

test("results of queries come once, each under its policy", () => {
  const source = new MemorySource(samplesOf());
  const activation = { query: "queued", above: 0, cooldown: minutes(5) };
  const queries = new RecordedQueries([loadedPolicy(controlPolicy({ activation }))]);
  source.queries.set("queued", { times: [at(1), at(2)], values: [5, Number.NaN] });
  const sample = { policy: "ai-inference/embedder", query: "queued" };
  expect(queries.take(source, at(2), minutes(1))).toEqual([{ ...sample, at: at(1), value: 5 }]);
  source.queries.set("queued", { times: [at(1), at(2), at(3)], values: [5, 6, 7] });
  expect(queries.take(source, at(3), minutes(1))).toEqual([{ ...sample, at: at(3), value: 7 }]);
});

test.each([
  { name: "without a lag", lag: 0, to: 45, want: [15, 30, 45] },
  { name: "with a lag, to the end asked for", lag: 2, to: 40, want: [13, 28, 40] },
  { name: "with a lag above the interval", lag: 20, to: 12, want: [10, 12] },
])("a source is read when ticks would read it, $name", ({ lag, to, want }) => {
  const span = { from: at(0), to: at(to), interval: seconds(15), lag: seconds(lag) };
  expect([...readingInstants(span)]).toEqual(want.map((t) => at(t)));
});
