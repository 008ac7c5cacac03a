// How much load a replica may be given, by target, cap and bad points, and how many replicas that takes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnedLimit, leastReplicas } from "../../../src/decide/load-limit.ts";
import { type LearnedCapacity, NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { at } from "../../support/builders.ts";

const rate = (perReplica: number) => ({ at: at(0), perReplica });
const point = (readyReplicas: number, perReplica: number) => ({
  ...rate(perReplica),
  readyReplicas,
  signals: [],
});

function learned(parts: {
  readonly cap?: number;
  readonly proven?: number;
  readonly points?: readonly ReturnType<typeof point>[];
}): LearnedCapacity {
  return {
    ...NOTHING_LEARNED,
    cap: parts.cap === undefined ? null : rate(parts.cap),
    proven: parts.proven === undefined ? null : rate(parts.proven),
    badPoints: parts.points ?? [],
  };
}

describe("the limit of a replica", () => {
  test.each([
    { name: "a target alone is the limit", declared: 30, known: {}, perReplica: [30, 30, 30] },
    { name: "of a cap it is four fifths", declared: null, known: { cap: 40 }, perReplica: [32, 32, 32] },
    { name: "a cap lowers a target", declared: 50, known: { cap: 40 }, perReplica: [32, 32, 32] },
    { name: "and never raises one", declared: 30, known: { cap: 40 }, perReplica: [30, 30, 30] },
    {
      name: "of a bad point it is nine tenths, below twice its replicas",
      declared: null,
      known: { points: [point(3, 20)] },
      perReplica: [18, 18, Infinity],
    },
    {
      name: "of several bad points the lowest within reach counts",
      declared: 30,
      known: { points: [point(1, 10), point(3, 20)] },
      perReplica: [9, 18, 30],
    },
    {
      name: "bad points bring it no lower than half the cap",
      declared: null,
      known: { cap: 40, points: [point(3, 10)] },
      perReplica: [20, 20, 32],
    },
    {
      name: "nor than two fifths of what was held",
      declared: null,
      known: { proven: 30, points: [point(3, 10)] },
      perReplica: [12, 12, Infinity],
    },
    {
      name: "what was held raises neither target nor cap",
      declared: 10,
      known: { cap: 20, proven: 100 },
      perReplica: [10, 10, 10],
    },
  ])("$name", ({ declared, known, perReplica }) => {
    const limit = learnedLimit(declared, learned(known));
    expect([1, 5, 6].map((replicas) => limit?.perReplica(replicas))).toEqual(perReplica);
  });

  test.each([
    { name: "nothing", known: {} },
    { name: "only what was held", known: { proven: 30 } },
  ])("is unknown where $name is known and no target declared", ({ known }) => {
    expect(learnedLimit(null, learned(known))).toBeNull();
  });
});

describe("the least number of replicas", () => {
  const limit = learnedLimit(30, learned({ points: [point(3, 20)] }));
  test.each([
    { load: 0, replicas: 0 },
    { load: 1, replicas: 1 },
    { load: 90, replicas: 5 },
    // 6 replicas are beyond the bad point: 30 for each.
    { load: 91, replicas: 6 },
    { load: 180, replicas: 6 },
    { load: 181, replicas: 7 },
  ])("for $load requests/s is $replicas", ({ load, replicas }) => {
    expect(limit === null ? null : leastReplicas(load, limit)).toBe(replicas);
  });

  test("is enough, and one fewer is not", () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 })), {
      maxLength: 5,
    });
    const known = fc.record({
      cap: fc.integer({ min: 1, max: 60 }),
      proven: fc.integer({ min: 1, max: 60 }),
      points,
    });
    fc.assert(
      fc.property(known, fc.integer({ min: 1, max: 900 }), ({ cap, proven, points: all }, load) => {
        const badPoints = all.map(([ready, perReplica]) => point(ready, perReplica));
        const found = learnedLimit(null, learned({ cap, proven, points: badPoints }));
        if (found === null) throw new Error("a cap is a limit");
        const holds = (replicas: number): boolean =>
          load / replicas <= found.perReplica(replicas) * (1 + 1e-9);
        const least = leastReplicas(load, found);
        expect(holds(least)).toBe(true);
        for (let fewer = 1; fewer < least; fewer += 1) expect(holds(fewer)).toBe(false);
      }),
    );
  });
});
