// Series as clusters really have them: twins and foreign labels change no decision; faults of one pod, wrong clocks and
// lost scrapes never lower an answer for longer than they hide the load, and never let a scale-in through.

import { existsSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";

import type { Policy } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { millis, seconds, toSeconds } from "../../../src/domain/units.ts";
import { randomStream } from "../../../src/simulator/random/random-stream.ts";
import { aPolicy, DECLARED, EPOCH } from "../../support/builders.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { playSource } from "../../support/play-source.ts";
import { askedSource } from "./asked-source.ts";
import {
  doubled,
  labelled,
  type Past,
  shuffled,
  withClockAhead,
  withLostScrapes,
  withModelLabels,
  withNaN,
  without,
  withQuietBefore,
  withReset,
  withZeroTwins,
} from "./dirty-past.ts";
import { memorySource } from "./memory-source.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { recordedPast } from "./recorded-past.ts";

const NO_RECORDINGS = existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout";
const MISSING = prometheusMissing() ?? NO_RECORDINGS;

const BEGIN = toSeconds(millis(EPOCH));
/** A quiet minute comes before each recording: F surges from 105 s to 165 s, B is steady from 60 s on. */
const QUIET = 60;
const DESIRED = 3;
const WINDOW = seconds(30);
/** From here on nothing is left of how the recording itself begins, in the middle of its load. */
const SETTLED = 85;
/** The last scrapes of a recording are not of one time. */
const TAIL = 3;
const POD = "triton-embedder-1";
const RUNS = 5;
/** Two of three pods are seen; the third may have had a little more than its part of the load. */
const SEEN = 0.6;

function policyFor(model: string): Policy {
  const { requestRate, inFlight, queueDuration, latency } = DECLARED;
  return aPolicy({
    models: [{ name: model, maxQueueDelay: seconds(0), weight: 1 }],
    replicas: { min: 1, max: 20 },
    signals: {
      requestRate: { ...requestRate, window: WINDOW },
      inFlight: { ...inFlight, window: WINDOW },
      pendingRequests: DECLARED.pendingRequests,
      queueDuration: { ...queueDuration, window: WINDOW },
      latency: { ...latency, window: WINDOW },
    },
    startup: { expected: seconds(10) },
    scaleIn: { stabilizationWindow: seconds(20), cooldown: seconds(0), tolerance: 0.1, limits: [] },
    missingData: { maxAge: seconds(15), holdFor: seconds(20) },
  });
}

type Played = {
  readonly policy: Policy;
  readonly past: Past;
  readonly ticks: number;
  readonly clean: readonly DecisionRecord[];
};

async function played(recording: string, model: string): Promise<Played> {
  const policy = policyFor(model);
  const recorded = await recordedPast(recording, policy.target, BEGIN + QUIET);
  const past = withQuietBefore(recorded.samples, BEGIN + QUIET, QUIET);
  const ticks = Math.floor(recorded.lastSeconds - BEGIN) - TAIL;
  return { policy, past, ticks, clean: await playSource(memorySource(past), policy, ticks) };
}

function playedDirty({ policy, ticks }: Played, dirty: Past): Promise<readonly DecisionRecord[]> {
  return playSource(memorySource(dirty), policy, ticks);
}

/** Returns the answers that lie below every answer that the clean past gave in the last `delay` seconds (or soon gives). */
function lowerAnswers(
  dirty: readonly DecisionRecord[],
  clean: readonly DecisionRecord[],
  {
    delay,
    early = 0,
    share = 1,
    coveredOnly = false,
    hidden: [from, until] = [0, SETTLED - 1],
  }: {
    readonly delay: number;
    /** By how many seconds a fall may come before that of the clean past. */
    readonly early?: number;
    readonly share?: number;
    /** Ask only of answers with full coverage: with less, no scale-in is possible whatever the number. */
    readonly coveredOnly?: boolean;
    /** Seconds in which nothing is asked of an answer. */
    readonly hidden?: readonly [number, number];
  },
): readonly string[] {
  return dirty.flatMap((record, index) => {
    const near = clean.slice(Math.max(0, index - delay), index + early + 1).map(answerOf);
    const least = Math.ceil(share * Math.min(...near));
    const second = index + 1;
    const isAsked = second >= SETTLED && (second <= from || second > until);
    const isExcused = coveredOnly && isShort(record);
    return isAsked && !isExcused && answerOf(record) < least
      ? [`${second} s: ${answerOf(record)} < ${least}`]
      : [];
  });
}

function isShort({ decision }: DecisionRecord): boolean {
  return decision.scaleInBlocked.includes("COVERAGE");
}

function answerOf({ answer }: DecisionRecord): number {
  return answer.metricValue ?? 0;
}

function random(seed: number): () => number {
  const stream = randomStream(seed, "dirty series");
  return () => stream.uniform();
}

/** Forms that say nothing else than the clean series. */
const SAME: readonly { readonly name: string; readonly form: (past: Past) => Past }[] = [
  {
    name: "two replicas of Prometheus",
    form: (past) => doubled(past, "prometheus_replica", ["prometheus-0", "prometheus-1"]),
  },
  { name: "two instances", form: (past) => doubled(past, "instance", ["10.0.0.1:8002", "triton:8002"]) },
  { name: "zero twins by gpu_uuid", form: withZeroTwins },
  {
    name: "exported_namespace",
    form: (past) => withModelLabels(past, { exported_namespace: "/models", exported_pod: "other-7" }),
  },
  {
    name: "foreign labels",
    form: (past) => withModelLabels(labelled(past, { cluster: "eu-1", team: "search" }), { _stage: "beta" }),
  },
  {
    name: "all of them together",
    form: (past) => {
      const named = withModelLabels(withZeroTwins(past), { exported_namespace: "/models", _stage: "beta" });
      return doubled(labelled(named, { cluster: "eu-1" }), "prometheus_replica", ["a", "b"]);
    },
  },
];

describe.skipIf(NO_RECORDINGS !== null)(`dirty series in memory ${NO_RECORDINGS ?? ""}`, () => {
  let surge: Played;
  let steady: Played;
  beforeAll(async () => {
    surge = await played("F-surge", "embedder");
    steady = await played("B-steady-80", "ranker");
  });

  test("clean, they scale out and in", () => {
    expect(Math.max(...surge.clean.map(answerOf))).toBeGreaterThan(DESIRED);
    expect(surge.clean.map(answerOf)[SETTLED - 1]).toBeLessThan(DESIRED);
    expect(surge.clean.map(answerOf).at(-1)).toBeLessThan(DESIRED);
    expect(Math.max(...steady.clean.map(answerOf))).toBeGreaterThan(DESIRED);
  });

  test.each(SAME)("$name: the same records", async ({ form }) => {
    for (const recording of [surge, steady]) {
      expect(await playedDirty(recording, form(recording.past))).toEqual(recording.clean);
    }
  });

  test("in any order: the same records", async () => {
    await holds(async (seed) => {
      const source = memorySource(surge.past, (series) => shuffled(series, random(seed)));
      expect(await playSource(source, surge.policy, surge.ticks)).toEqual(surge.clean);
    });
  });

  test("a pod restarts at any time: no lower answer", async () => {
    await holds(async (seed) => {
      const when = BEGIN + SETTLED + random(seed)() * (surge.ticks - SETTLED);
      const dirty = await playedDirty(surge, withReset(surge.past, POD, when));
      expect(lowerAnswers(dirty, surge.clean, { delay: 1 })).toEqual([]);
    });
  });

  test("one NaN anywhere: no lower answer for more than the next scrape", async () => {
    await holds(async (seed) => {
      const dirty = await playedDirty(surge, withNaN(surge.past, random(seed)()));
      expect(lowerAnswers(dirty, surge.clean, { delay: 2 })).toEqual([]);
    });
  });

  test("a clock ahead: no lower answer for more than that", async () => {
    for (const recording of [surge, steady]) {
      const dirty = await playedDirty(recording, withClockAhead(recording.past, POD, 5));
      expect(lowerAnswers(dirty, recording.clean, { delay: 6 })).toEqual([]);
    }
  });

  test("samples of the day after tomorrow: the same records", async () => {
    const future = withClockAhead(surge.past, POD, 172_800).filter(({ labels }) => labels["pod"] === POD);
    expect(await playedDirty(surge, [...surge.past, ...future])).toEqual(surge.clean);
  });

  // A tick whose scrape was lost is not remembered: where it was the last to ask for more, the fall comes as much earlier.
  test("a fifth of the scrapes lost: no lower answer for more than a few scrapes", async () => {
    await holds(async (seed) => {
      for (const recording of [surge, steady]) {
        const dirty = await playedDirty(recording, withLostScrapes(recording.past, 0.2, random(seed)));
        const near = { delay: 5, early: 3 };
        expect(lowerAnswers(dirty, recording.clean, { ...near, coveredOnly: true })).toEqual([]);
        expect(lowerAnswers(dirty, recording.clean, { ...near, share: SEEN })).toEqual([]);
        expect(dirty.some(isShort)).toBe(true);
      }
    });
  });

  test("a pod missing for ten seconds: no lower answer once it is back", async () => {
    for (const from of [90, 110, 150, 190]) {
      const dirty = await playedDirty(
        surge,
        without(surge.past, POD, { from: BEGIN + from, to: BEGIN + from + 10 }),
      );
      const gap = dirty.slice(from + 2, from + 10);
      expect(gap.filter((record) => !isShort(record))).toEqual([]);
      expect(lowerAnswers(dirty, surge.clean, { delay: 2, hidden: [from, from + 11] })).toEqual([]);
      expect(lowerAnswers(dirty, surge.clean, { delay: 2, share: SEEN })).toEqual([]);
    }
  });

  test.each([
    { name: "a pod that was never scraped", from: -1 },
    { name: "a pod that stops being scraped in the surge", from: 120 },
    { name: "a pod that stops being scraped after it", from: 200 },
  ])("$name blocks every scale-in, and what is seen still scales out", async ({ from }) => {
    const dirty = await playedDirty(surge, without(surge.past, POD, { from: BEGIN + from }));
    const short = dirty.slice(Math.max(from + 2, SETTLED));
    expect(short.filter((record) => !isShort(record))).toEqual([]);
    expect(short.filter((record) => answerOf(record) < DESIRED)).toEqual([]);
    expect(lowerAnswers(dirty, surge.clean, { delay: 2, share: SEEN })).toEqual([]);
    expect(Math.max(...dirty.map(answerOf))).toBeGreaterThan(DESIRED);
  });
});

async function holds(check: (seed: number) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), check), {
    numRuns: RUNS,
    seed: 20_260_105,
    endOnFailure: true,
  });
}

describe.skipIf(MISSING !== null)(`dirty series in a real Prometheus ${MISSING ?? ""}`, () => {
  test.each([
    { name: "clean", form: (past: Past) => past },
    ...SAME.slice(-1),
    {
      name: "lost scrapes, a restart and a NaN",
      form: (past: Past) => withNaN(withReset(withLostScrapes(past, 0.2, random(7)), POD, BEGIN + 130), 0.6),
    },
    { name: "a pod missing", form: (past: Past) => without(past, POD, { from: BEGIN - 1 }) },
  ])("$name: the records are those in memory", async ({ form }) => {
    const { past, policy, ticks } = await played("F-surge", "embedder");
    const dirty = form(past);
    const server = await startPrometheus({ samples: dirty });
    const source = askedSource(server.url, [policy]);
    const asked = await playSource(source, policy, ticks);
    await source.close();
    expect(asked).toEqual(await playSource(memorySource(dirty), policy, ticks));
  });
});
