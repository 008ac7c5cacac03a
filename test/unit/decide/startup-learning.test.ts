// Which starts are seen in desired and ready replicas, which are not, and what is left of those that never end.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decide } from "../../../src/decide/decide.ts";
import { learnStartups } from "../../../src/decide/startup-learning.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import {
  NO_STARTUP_MEMORY,
  observed,
  type StartupMemory,
  UNDER_WAY_MAX,
} from "../../../src/domain/startup-times.ts";
import { initialState } from "../../../src/domain/state.ts";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { anObservation, aPolicy, at } from "../../support/builders.ts";
import { run, tickWith, told } from "../../support/scripted-ticks.ts";

/** S and R at a time; a tick each 15 s, and between two entries nothing changes. */
type Entry = readonly [t: number, desired: number | null, ready: number | null];

const POLICY = aPolicy({ startup: { expected: minutes(3) } });

function observations(entries: readonly Entry[], more: Partial<Observation> = {}): readonly Observation[] {
  return entries.flatMap(([t, desired, ready], index) => {
    const until = entries[index + 1]?.[0] ?? t + 15;
    const ticks = Math.max(1, Math.floor((until - t) / 15));
    return Array.from({ length: ticks }, (_, tick) =>
      anObservation({ t: t + 15 * tick, desired, ready, ...more }),
    );
  });
}

function learned(all: readonly Observation[]): StartupMemory {
  return all.reduce((memory, observation) => learnStartups(memory, observation, POLICY), NO_STARTUP_MEMORY);
}

/** The memory that starts of these lengths leave which ended at these times. */
function withStarts(...starts: readonly (readonly [span: number, t: number])[]): StartupMemory["times"] {
  return starts.reduce(
    (times, [span, t]) => observed(times, seconds(span), { at: at(t) }),
    NO_STARTUP_MEMORY.times,
  );
}

describe("a start is seen", () => {
  test.each<{ name: string; entries: readonly Entry[]; starts: readonly (readonly [number, number])[] }>([
    {
      name: "from an increase of S to one of R",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [195, 5, 5],
      ],
      starts: [[180, 195]],
    },
    {
      name: "the oldest first where several are under way",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [75, 6, 4],
        [195, 6, 5],
        [315, 6, 6],
      ],
      starts: [
        [180, 195],
        [240, 315],
      ],
    },
    {
      name: "each of those that were asked for together",
      entries: [
        [0, 4, 4],
        [15, 6, 4],
        [135, 6, 5],
        [195, 6, 6],
      ],
      starts: [
        [120, 135],
        [180, 195],
      ],
    },
    {
      name: "not of the newest, which an increase taken back takes away",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [75, 6, 4],
        [135, 5, 4],
        [195, 5, 5],
      ],
      starts: [[180, 195]],
    },
    {
      name: "from zero",
      entries: [
        [0, 0, 0],
        [15, 1, 0],
        [135, 1, 1],
      ],
      starts: [[120, 135]],
    },
  ])("$name", ({ entries, starts }) => {
    const { times, underWay } = learned(observations(entries));
    expect(times).toEqual(withStarts(...starts));
    expect(underWay).toEqual([]);
  });

  test.each<{ name: string; entries: readonly Entry[] }>([
    {
      name: "a replica that is unready for a while",
      entries: [
        [0, 4, 4],
        [60, 4, 3],
        [120, 4, 4],
      ],
    },
    {
      name: "a scale-in",
      entries: [
        [0, 6, 6],
        [60, 4, 6],
        [75, 4, 4],
      ],
    },
    {
      name: "replicas that were missing when we came",
      entries: [
        [0, 6, 4],
        [60, 6, 6],
      ],
    },
    {
      name: "a rollout's surge, R above S",
      entries: [
        [0, 4, 4],
        [60, 4, 5],
        [75, 4, 4],
        [90, 4, 5],
      ],
    },
    {
      name: "one under way while ready ones fail",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [60, 5, 3],
        [120, 5, 4],
        [180, 5, 5],
      ],
    },
    {
      name: "ticks that are missing in between",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [30, null, null],
        [90, 5, 5],
      ],
    },
    {
      name: "one that takes eight times as long as expected",
      entries: [
        [0, 4, 4],
        [15, 5, 4],
        [1470, 5, 5],
      ],
    },
  ])("not: $name", ({ entries }) => {
    expect(learned(observations(entries)).times).toEqual(NO_STARTUP_MEMORY.times);
  });

  test("not where pods are counted, which are ready ones, nor while a rollout replaces pods", () => {
    const entries: readonly Entry[] = [
      [0, 4, 4],
      [15, 5, 4],
      [195, 5, 5],
    ];
    const cluster = { rollout: true, existing: 5, waiting: [], hpa: null };
    const byPods = observations(entries).map((observation) => ({
      ...observation,
      replicas: { ...observation.replicas, source: "pods" as const },
    }));
    expect(learned(byPods)).toEqual(NO_STARTUP_MEMORY);
    expect(learned(observations(entries, { cluster })).times).toEqual(NO_STARTUP_MEMORY.times);
  });

  test("of others while one is stuck for ever, at their own times", () => {
    const stuck: readonly Entry[] = [
      [0, 4, 4],
      [15, 5, 4],
      [3615, 7, 4],
      [3735, 7, 6],
      [7215, 8, 6],
      [7335, 8, 7],
    ];
    const memory = learned(observations(stuck));
    expect(memory.times).toEqual(withStarts([120, 3735], [120, 3735], [120, 7335]));
    expect(memory.underWay).toEqual([{ at: at(15), count: 1, isTimed: true }]);
  });
});

test("law: what is under way is exactly what is missing, in bounded memory, and finite", () => {
  const counts = fc.record({
    desired: fc.option(fc.nat(12)),
    ready: fc.option(fc.nat(12)),
    intervals: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 200 }), (all) => {
      let memory = NO_STARTUP_MEMORY;
      let t = 0;
      for (const { desired, ready, intervals } of all) {
        t += 15 * intervals;
        memory = learnStartups(memory, anObservation({ t, desired, ready }), POLICY);
        if (desired === null || ready === null) continue;
        const counted = memory.underWay.reduce((sum, { count }) => sum + count, 0);
        expect(counted).toBe(Math.max(0, desired - ready));
        expect(memory.underWay.every(({ count }) => count > 0)).toBe(true);
      }
    }),
  );
});

test("a hundred increases without a ready replica stay in bounded memory", () => {
  const entries = Array.from({ length: 100 }, (_, index): Entry => [15 * index, 4 + index, 4]);
  const { underWay } = learned(observations(entries));
  expect(underWay).toHaveLength(UNDER_WAY_MAX);
  expect(underWay.reduce((sum, { count }) => sum + count, 0)).toBe(99);
  expect(underWay[0]).toEqual({ at: at(15), count: 36, isTimed: false });
});

describe("rule 25 goes by the starts that were seen", () => {
  const experienced = {
    ...initialState(),
    startups: { ...NO_STARTUP_MEMORY, times: withStarts([600, -60], [600, -45], [600, -30]) },
  };
  const late = [0, 345, 360, 1290, 1305].map((t) => tickWith({ t, desired: 8, rate: 60, ready: 4 }));

  test("slow ones count as starting for longer, up to twice their p90", () => {
    expect(told(run(POLICY, late, experienced))).toEqual([
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "8 REPLICAS_STARTING",
      "3 STARTING_TOO_LONG",
    ]);
  });

  test("those that are late are told: how many, for how long, against what", () => {
    const steps = (state = initialState()) => run(POLICY, late, state).at(-1)?.steps.at(-1);
    expect(steps(experienced)).toMatchObject({
      reason: "STARTING_TOO_LONG",
      late: { replicas: 4, seconds: 1305, isLearned: true },
    });
    expect(steps()).toMatchObject({
      late: { replicas: 4, seconds: 660, expectedSeconds: 180, isLearned: false },
    });
  });

  test("equal states and observations learn alike", () => {
    const observation = tickWith({ t: 0, desired: 8, rate: 60, ready: 4 });
    expect(decide(experienced, observation, POLICY)).toEqual(decide(experienced, observation, POLICY));
  });
});
