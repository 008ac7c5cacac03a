// Series as clusters really have them (twins, sidecars, foreign labels, gaps) and the pods that come of them.

import { describe, expect, test } from "vitest";

import type { DecodedSeries } from "../../../../src/adapters/prometheus/decode-response.ts";
import { Fleet } from "../../../../src/adapters/prometheus/fold.ts";
import type { PodSamples } from "../../../../src/domain/samples.ts";
import { instant, millis, minutes, seconds, toSeconds } from "../../../../src/domain/units.ts";

const TARGET = { kind: "Deployment", namespace: "ai", name: "triton" } as const;
const POD = "triton-6d4cf56db6-x2k8p";
const SUCCESS = "nv_inference_request_success";

/** A series with a sample at each of these seconds, whose values are the seconds. */
function series(
  name: string,
  labels: Readonly<Record<string, string>>,
  at: readonly number[],
): DecodedSeries {
  return {
    labels: { __name__: name, namespace: "ai", pod: POD, job: "triton", ...labels },
    times: at.map((time) => instant(time * 1000)),
    values: at,
  };
}

/** Seconds from `from` to `to`, 15 apart. */
function every15(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / 15) + 1 }, (_, index) => from + 15 * index);
}

function up(labels: Readonly<Record<string, string>>, at: readonly number[], value = 1): DecodedSeries {
  return { ...series("up", labels, at), values: at.map(() => value) };
}

type Told = { readonly ups: readonly DecodedSeries[]; readonly samples?: readonly DecodedSeries[] };

function podsOf(told: Told, at = 600, completeUntil = at): readonly PodSamples[] {
  return fleetOf(told).pods(TARGET, instant(at * 1000), {
    span: minutes(2),
    completeUntil: instant(completeUntil * 1000),
  });
}

function fleetOf({ ups, samples = [] }: Told): Fleet {
  const fleet = new Fleet({
    keep: minutes(20),
    scrapeInterval: seconds(15),
    labels: { namespace: "namespace", pod: "pod" },
  });
  fleet.learnTargets(ups);
  for (const each of samples) fleet.takeSamples(each);
  for (const each of ups) fleet.takeScrapes(each);
  return fleet;
}

const CLEAN: Told = {
  ups: [up({ instance: "a" }, every15(0, 600))],
  samples: [series(SUCCESS, { instance: "a", model: "m", version: "1" }, every15(0, 600))],
};

describe("a pod", () => {
  test.each([
    { name: "series in another order", told: { ...CLEAN, samples: [...(CLEAN.samples ?? [])].reverse() } },
    {
      name: "the same from a second replica of Prometheus, half an interval later",
      told: {
        ups: [
          up({ instance: "a", replica: "0" }, every15(0, 600)),
          up({ instance: "a", replica: "1" }, every15(7, 592)),
        ],
        samples: [
          series(SUCCESS, { instance: "a", replica: "1", model: "m", version: "1" }, every15(7, 592)),
          series(SUCCESS, { instance: "a", replica: "0", model: "m", version: "1" }, every15(0, 600)),
        ],
      },
    },
    {
      name: "a sidecar that is scraped as well",
      told: { ...CLEAN, ups: [up({ instance: "0-sidecar", job: "sidecar" }, every15(3, 590)), ...CLEAN.ups] },
    },
    {
      name: "labels that nobody knows, and exported ones",
      told: {
        ups: CLEAN.ups,
        samples: [
          series(
            SUCCESS,
            { instance: "a", model: "m", version: "1", exported_namespace: "/repository", _team: "x" },
            every15(0, 600),
          ),
        ],
      },
    },
    {
      name: "the same samples once more, as pages that overlap give them",
      told: {
        ups: [...CLEAN.ups, ...CLEAN.ups],
        samples: [...(CLEAN.samples ?? []), ...(CLEAN.samples ?? [])],
      },
    },
    {
      name: "pods of a longer workload name and of another namespace",
      told: {
        ups: [
          ...CLEAN.ups,
          up({ pod: "triton-large-6d4cf56db6-x2k8p", instance: "b" }, every15(0, 600)),
          up({ namespace: "other", instance: "c" }, every15(0, 600)),
        ],
        samples: CLEAN.samples ?? [],
      },
    },
  ])("is the same with $name", ({ told }) => {
    expect(podsOf(told)).toEqual(podsOf(CLEAN));
  });

  test("that moved to another address goes on as one", () => {
    const [pod] = podsOf({
      ups: [up({ instance: "a" }, every15(0, 540)), up({ instance: "b" }, every15(570, 600))],
      samples: [
        series(SUCCESS, { instance: "a", model: "m" }, every15(0, 540)),
        series(SUCCESS, { instance: "b", model: "m" }, every15(570, 600)),
      ],
    });
    const times = pod?.series.flatMap((each) => each.times).map((time) => toSeconds(millis(time)));
    expect(times).toEqual([480, 495, 510, 525, 540, 570, 585, 600]);
  });
});

describe("whether a pod is expected", () => {
  test.each([
    { name: "is so while it answers", ups: [up({}, every15(0, 600))], expected: true },
    {
      name: "is so while it fails and is tried",
      ups: [up({}, every15(0, 300)), up({}, every15(315, 600), 0)],
      expected: true,
    },
    { name: "is so 3 intervals after the last try", ups: [up({}, every15(0, 555))], expected: true },
    { name: "is not 4 intervals after the last try", ups: [up({}, every15(0, 540))], expected: false },
    { name: "is not if it never answered", ups: [up({}, every15(0, 600), 0)], expected: false },
    {
      name: "stays so while tries are not known",
      ups: [up({}, every15(0, 300))],
      completeUntil: 300,
      expected: true,
    },
  ])("$name", ({ ups, completeUntil, expected }) => {
    expect(podsOf({ ups }, 600, completeUntil)[0]?.expected).toBe(expected);
  });
});

describe("up to when anything was scraped", () => {
  const around = [up({}, [...every15(0, 300), ...every15(450, 600)])];
  test.each([
    { name: "is now, while scrapes come", at: 600, until: 600 },
    { name: "is the last scrape, between two", at: 294, until: 285 },
    { name: "is the last scrape, in a gap", at: 400, until: 300 },
    { name: "is then also, seen from before it was over", at: 449, until: 300 },
    { name: "is the newest, after a gap", at: 455, until: 450 },
  ])("$name", ({ at, until }) => {
    expect(toSeconds(millis(fleetOf({ ups: around }).scrapedUntil(instant(at * 1000))))).toBe(until);
  });

  test("is now where nothing ever was", () => {
    expect(fleetOf({ ups: [] }).scrapedUntil(instant(7000))).toBe(7000);
  });
});

describe("when a pod appeared", () => {
  const oldest = up({ pod: "other-0" }, every15(0, 600));
  test.each([
    {
      name: "is unknown of one that was there at the beginning",
      ups: [up({}, every15(0, 600))],
      appearedAt: null,
    },
    {
      name: "is its first answer, if that lies in what is known",
      ups: [oldest, up({}, every15(510, 600))],
      appearedAt: 510,
    },
    {
      name: "is its first answer after failures",
      ups: [oldest, up({}, every15(300, 495), 0), up({}, every15(510, 600))],
      appearedAt: 510,
    },
    {
      name: "is unknown right after a gap of Prometheus itself",
      ups: [up({ pod: "other-0" }, [...every15(0, 300), ...every15(510, 600)]), up({}, every15(510, 600))],
      appearedAt: null,
    },
  ])("$name", ({ ups, appearedAt }) => {
    const [pod] = podsOf({ ups });
    expect(pod?.appearedAt ?? null).toBe(appearedAt === null ? null : appearedAt * 1000);
  });
});
