// What a backlog teaches about the load at which it arose.

import { expect, test } from "vitest";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

const policy = aPolicy({
  signals: { requestRate: DECLARED.requestRate, pendingRequests: DECLARED.pendingRequests },
});

test("a surge that is worked off says nothing about the calm load after it", () => {
  const ticks = Array.from({ length: 40 }, (_, index) => {
    const isSurge = index >= 20 && index < 24;
    const rate = isSurge ? 200 : 60;
    return anObservation({
      t: 15 * index,
      desired: 4,
      ready: 4,
      signals: live({ requestRate: rate, pendingRequests: index < 20 ? 0 : 400 }),
      traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate },
    });
  });
  const learned = run(policy, ticks, initialState({ remembers: true })).at(-1)?.state.learned;
  expect(learned?.badPoints).toEqual([]);
});

/** Four replicas at 80 requests/s, clean for five minutes; then so much waits on all, and on single pods not more than fair. */
function badPointsAfter(waiting: number, capped: number): readonly number[] {
  const ticks = Array.from({ length: 30 }, (_, index) => {
    const value = index < 20 ? 0 : waiting;
    const signals = live({ requestRate: 80, pendingRequests: value });
    const pendingRequests = signals.pendingRequests && {
      ...signals.pendingRequests,
      capped: index < 20 ? 0 : capped,
    };
    return anObservation({
      t: 15 * index,
      desired: 4,
      ready: 4,
      signals: { ...signals, ...(pendingRequests && { pendingRequests }) },
      traffic: { arrivalsPerSecond: 80, recentArrivalsPerSecond: 80 },
    });
  });
  const learned = run(policy, ticks, initialState({ remembers: true })).at(-1)?.state.learned;
  return learned?.badPoints.map(({ perReplica }) => perReplica) ?? [];
}

test.each([
  { name: "on all replicas: it failed", waiting: 200, capped: 200, points: [20] },
  { name: "on single pods: nothing", waiting: 200, capped: 20, points: [] },
])("a lasting backlog at a load that had been clean, $name", ({ waiting, capped, points }) => {
  expect(badPointsAfter(waiting, capped)).toEqual(points);
});

/** Four replicas at 100 requests/s whose queue is too long; then five, whose queue is `after(seconds)` long. */
function badPointsOnceFive(after: (seconds: number) => number): readonly number[] {
  const queued = aPolicy({ signals: { queueDuration: DECLARED.queueDuration } });
  const ticks = Array.from({ length: 40 }, (_, index) => {
    const sinceFive = 15 * (index - 20);
    const replicas = sinceFive < 0 ? 4 : 5;
    return anObservation({
      t: 15 * index,
      desired: replicas,
      ready: replicas,
      signals: live({ queueDuration: sinceFive < 0 ? 0.3 : after(sinceFive) }),
      traffic: { arrivalsPerSecond: 100, recentArrivalsPerSecond: 100 },
    });
  });
  const learned = run(queued, ticks, initialState({ remembers: true })).at(-1)?.state.learned;
  return learned?.badPoints.map(({ perReplica }) => perReplica) ?? [];
}

test.each([
  {
    name: "the window still held the time before: kept",
    after: (s: number) => (s < 60 ? 0.3 : 0.05),
    points: [25],
  },
  { name: "it stays so once the count has settled: withdrawn", after: () => 0.3, points: [] },
])("a bad point whose breach looked futile when a replica was added, $name", ({ after, points }) => {
  expect(badPointsOnceFive(after)).toEqual(points);
});

type Shown = {
  readonly rate?: number;
  readonly waiting?: number;
  readonly latency?: number;
};

/** A queue that is too long whatever replicas do: found futile once five replicas stand; then ticks that show more. */
function learnedWhileFutile(shown: (secondsSince: number) => Shown) {
  const { queueDuration, pendingRequests, latency } = DECLARED;
  const queued = aPolicy({ signals: { queueDuration, pendingRequests, latency } });
  const ticks = Array.from({ length: 80 }, (_, index) => {
    const { rate = 100, waiting = 0, latency: p99 = 0.2 } = shown(15 * (index - 40));
    const replicas = index < 20 ? 4 : 5;
    return anObservation({
      t: 15 * index,
      desired: replicas,
      ready: replicas,
      signals: live({ queueDuration: 0.3, pendingRequests: waiting, latency: p99 }),
      traffic: { arrivalsPerSecond: rate, recentArrivalsPerSecond: rate },
    });
  });
  const { badPoints, proven } =
    run(queued, ticks, initialState({ remembers: true })).at(-1)?.state.learned ?? NOTHING_LEARNED;
  return { bad: badPoints.map(({ perReplica }) => perReplica), proven: Math.round(proven?.perReplica ?? 0) };
}

test.each<{ name: string; shown: (since: number) => Shown; bad: number[]; proven: number }>([
  { name: "nothing else: no bad point, and a load that was held", shown: () => ({}), bad: [], proven: 20 },
  {
    name: "a backlog that arises and stays: its load failed",
    shown: (since) => (since < 0 ? {} : { waiting: 400 }),
    bad: [20],
    proven: 20,
  },
  {
    name: "another signal's breach: its load failed",
    shown: (since) => (since < 0 ? {} : { latency: 0.6 }),
    bad: [20],
    proven: 20,
  },
  {
    name: "a higher load that is held: proven",
    shown: (since) => (since < 0 ? {} : { rate: 110 }),
    bad: [],
    proven: 21,
  },
])("beside a breach that replicas do not cure, $name", ({ shown, bad, proven }) => {
  expect(learnedWhileFutile(shown)).toEqual({ bad, proven });
});
