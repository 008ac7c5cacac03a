// What ticks teach of one replica: its cap, loads that failed, the highest that was held; in scripted ticks.

import { describe, expect, test } from "vitest";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import type { CapacityReading } from "../../../src/domain/observation.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

const policy = aPolicy({
  signals: { pendingRequests: DECLARED.pendingRequests, queueDuration: DECLARED.queueDuration },
});
const remembers = initialState({ remembers: true });

type Shown = {
  readonly t: number;
  readonly ready?: number;
  readonly load?: number;
  /** Seconds; the target is 0.1. */
  readonly queue?: number;
  /** Requests; 32 are the target of four replicas. */
  readonly waiting?: number;
  readonly capacity?: Partial<CapacityReading>;
};

function shown({ t, ready = 4, load = 100, queue = 0, waiting = 0, capacity = {} }: Shown) {
  return anObservation({
    t,
    desired: ready,
    signals: live({ pendingRequests: waiting, queueDuration: queue }),
    traffic: { arrivalsPerSecond: load, recentArrivalsPerSecond: load },
    capacity,
  });
}

/** Every 15 s of [from, until] alike. */
function spell(from: number, until: number, how: Omit<Shown, "t"> = {}) {
  return Array.from({ length: (until - from) / 15 + 1 }, (_, index) =>
    shown({ ...how, t: from + 15 * index }),
  );
}

function after(observations: ReturnType<typeof shown>[], from: ScalerState = remembers) {
  return run(policy, observations, from).at(-1)?.state.learned ?? NOTHING_LEARNED;
}

describe("the cap", () => {
  test.each([
    { name: "is the first saturated rate as it is", rates: [40], perReplica: 40 },
    {
      name: "then moves three tenths of the way to each",
      rates: [40, 50, 30],
      perReplica: 43 + 0.3 * (30 - 43),
    },
  ])("$name", ({ rates, perReplica }) => {
    const ticks = rates.map((saturatedPerSecond, index) =>
      shown({ t: 15 * index, capacity: { saturatedPerSecond, saturatedPods: 1 } }),
    );
    expect(after(ticks).cap).toEqual({ at: at(15 * (rates.length - 1)), perReplica });
  });

  test("is not learned from pods whose batches have room", () => {
    const ticks = [
      shown({ t: 0, capacity: { largestBatch: 8 } }),
      shown({
        t: 15,
        capacity: { largestBatch: 4, saturatedPerSecond: 20, saturatedBatch: 4, saturatedPods: 1 },
      }),
    ];
    expect(after(ticks)).toMatchObject({ cap: null, fullBatch: { at: at(0), inferences: 8 } });
  });

  test("rises to a higher rate that was held", () => {
    const state = { ...remembers, learned: { ...NOTHING_LEARNED, cap: { at: at(-60), perReplica: 20 } } };
    expect(after(spell(0, 150), state)).toMatchObject({
      cap: { at: at(150), perReplica: 25 },
      proven: { at: at(150), perReplica: 25 },
    });
  });
});

describe("the proven rate", () => {
  test.each([
    { name: "is unknown before a count has stood for 150 s", until: 135, how: {}, proven: null },
    { name: "is the load that was then held", until: 150, how: {}, proven: { at: at(150), perReplica: 25 } },
    { name: "is unknown while a signal is above its target", until: 150, how: { queue: 0.11 }, proven: null },
    { name: "is unknown while more waits than the target", until: 150, how: { waiting: 33 }, proven: null },
  ])("$name", ({ until, how, proven }) => {
    expect(after(spell(0, until, how)).proven).toEqual(proven);
  });
});

describe("a bad point", () => {
  const breached = { queue: 0.3 };
  test.each([
    { name: "is a breach of a count that has stood for 150 s", ticks: spell(0, 150, breached), r: 25 },
    { name: "is none while the count is younger", ticks: spell(0, 135, breached), r: null },
    {
      name: "is none under a surge of more than 1.3 × the mean",
      ticks: [...spell(0, 135), shown({ t: 150, load: 140, ...breached })],
      r: null,
    },
    {
      name: "is none within four minutes of a backlog",
      ticks: [...spell(0, 135), ...spell(150, 165, { waiting: 60 }), ...spell(180, 390, breached)],
      r: null,
    },
    {
      name: "is one after four quiet minutes",
      ticks: [...spell(0, 135), ...spell(150, 165, { waiting: 60 }), ...spell(180, 405, breached)],
      r: 25,
    },
    {
      name: "is a backlog that stays, although the same count had been clean",
      ticks: [...spell(0, 150), ...spell(165, 225, { waiting: 60 })],
      r: 25,
    },
    { name: "is no backlog that was there from the first", ticks: spell(0, 300, { waiting: 60 }), r: null },
    {
      name: "is not learned from a gap between ticks",
      ticks: [shown({ t: 0, ...breached }), shown({ t: 300, ...breached })],
      r: null,
    },
  ])("$name", ({ ticks, r }) => {
    const points = after([...ticks]).badPoints.map(({ readyReplicas, perReplica }) => ({
      readyReplicas,
      perReplica,
    }));
    expect(points).toEqual(r === null ? [] : [{ readyReplicas: 4, perReplica: r }]);
  });

  const known = (perReplica: number, t = -60): ScalerState => ({
    ...remembers,
    learned: { ...NOTHING_LEARNED, badPoints: [{ at: at(t), readyReplicas: 4, perReplica }] },
  });

  test.each([
    { name: "within 15 % of a known one is the lower of both", perReplica: 22, rates: [22] },
    { name: "further off is another", perReplica: 20, rates: [20, 25] },
  ])("$name", ({ perReplica, rates }) => {
    const { badPoints } = after(spell(0, 150, breached), known(perReplica));
    expect(badPoints.map((point) => point.perReplica)).toEqual(rates);
  });

  test.each([
    { name: "is kept for a day", t: 15 - 86_400, count: 1 },
    { name: "and no longer", t: -86_400, count: 0 },
  ])("$name", ({ t, count }) => {
    expect(after([shown({ t: 0 })], known(20, t)).badPoints).toHaveLength(count);
  });
});
