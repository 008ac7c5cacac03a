// What two processes learned, put together: laws that make the order of meetings irrelevant, and never a bolder limit.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { learnedLimit } from "../../../src/decide/load-limit.ts";
import { type LearnedCapacity, NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { mergeLearned, mergeStartupTimes, newsOf } from "../../../src/domain/merge-learned.ts";
import type { StartupTimes } from "../../../src/domain/startup-times.ts";
import { at } from "../../support/builders.ts";

const instants = fc.nat(6).map((hour) => at(3600 * hour));
const rates = fc.integer({ min: 1, max: 40 });
const learnedRates = fc.record({ at: instants, perReplica: rates });
const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { freq: 2 });

/** As states are: in one order, and nothing proven that is far above the cap. */
const learned: fc.Arbitrary<LearnedCapacity> = fc
  .record({
    fullBatch: optional(fc.record({ at: instants, inferences: rates })),
    cap: optional(learnedRates),
    badPoints: fc.array(
      fc.record({
        at: instants,
        perReplica: rates,
        readyReplicas: fc.nat(4),
        signals: fc.subarray(["latency", "queueDuration"]),
      }),
      {
        maxLength: 4,
      },
    ),
    proven: optional(learnedRates),
    instancesPerPod: optional(fc.record({ at: instants, since: instants, instances: rates })),
    services: fc.array(
      fc.record({ model: fc.constantFrom("a", "b"), batch: fc.constantFrom(1, 4), executionSeconds: rates }),
      { maxLength: 3 },
    ),
    versions: fc.array(fc.constantFrom("a/1", "a/2", "b/1"), { maxLength: 3 }),
    forgottenAt: optional(instants),
    convertedAt: optional(instants),
  })
  .map((raw) => mergeLearned(raw, raw))
  .map((state) => ({
    ...state,
    proven:
      state.proven === null || state.cap === null
        ? state.proven
        : { ...state.proven, perReplica: Math.min(state.proven.perReplica, 1.25 * state.cap.perReplica) },
  }));

const startupTimes: fc.Arbitrary<StartupTimes> = fc.record({
  at: optional(instants),
  starts: fc.nat(4),
  weights: fc.array(fc.record({ bucket: fc.nat(3), weight: rates }), { maxLength: 2 }),
});

describe("laws", () => {
  test("the order of two does not matter", () => {
    fc.assert(
      fc.property(learned, learned, (one, other) => {
        expect(mergeLearned(one, other)).toEqual(mergeLearned(other, one));
      }),
    );
  });

  test("nor does the order of three", () => {
    fc.assert(
      fc.property(learned, learned, learned, (one, other, third) => {
        expect(mergeLearned(mergeLearned(one, other), third)).toEqual(
          mergeLearned(one, mergeLearned(other, third)),
        );
      }),
    );
  });

  test("nothing is learned from the same", () => {
    fc.assert(
      fc.property(learned, learned, (one, other) => {
        const both = mergeLearned(one, other);
        expect(mergeLearned(both, one)).toEqual(both);
        expect(mergeLearned(both, both)).toEqual(both);
      }),
    );
  });

  test("no count of replicas may be given more than the bolder of both would give it", () => {
    fc.assert(
      fc.property(
        learned,
        learned,
        fc.option(rates),
        fc.integer({ min: 1, max: 10 }),
        (one, other, declared, n) => {
          const limit = (known: LearnedCapacity): number =>
            learnedLimit(declared, known)?.perReplica(n) ?? Infinity;
          expect(limit(mergeLearned(one, other))).toBeLessThanOrEqual(Math.max(limit(one), limit(other)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("of start-up times one side's count, whatever the order", () => {
    fc.assert(
      fc.property(startupTimes, startupTimes, startupTimes, (one, other, third) => {
        expect(mergeStartupTimes(one, other)).toEqual(mergeStartupTimes(other, one));
        expect(mergeStartupTimes(mergeStartupTimes(one, other), third)).toEqual(
          mergeStartupTimes(one, mergeStartupTimes(other, third)),
        );
        expect([one, other]).toContainEqual(mergeStartupTimes(one, other));
      }),
    );
  });
});

describe("what both know", () => {
  const mine: LearnedCapacity = {
    fullBatch: { at: at(10), inferences: 4 },
    cap: { at: at(20), perReplica: 40 },
    badPoints: [{ at: at(20), perReplica: 30, readyReplicas: 3, signals: [] }],
    proven: { at: at(30), perReplica: 25 },
    instancesPerPod: { at: at(30), since: at(0), instances: 1 },
    services: [{ model: "a", batch: 4, executionSeconds: 0.1 }],
    versions: ["a/1"],
    forgottenAt: null,
    convertedAt: null,
  };
  const theirs: LearnedCapacity = {
    fullBatch: { at: at(11), inferences: 3.9 },
    cap: { at: at(20), perReplica: 39 },
    badPoints: [{ at: at(15), perReplica: 28, readyReplicas: 3, signals: [] }],
    proven: { at: at(29), perReplica: 27 },
    instancesPerPod: { at: at(20), since: at(10), instances: 2 },
    services: [
      { model: "a", batch: 4, executionSeconds: 0.09 },
      { model: "a", batch: 1, executionSeconds: 0.05 },
    ],
    versions: ["a/2"],
    forgottenAt: null,
    convertedAt: null,
  };

  test("is the later of single figures, the lower of equally late ones, and all points, sizes and versions", () => {
    expect(mergeLearned(mine, theirs)).toEqual({
      fullBatch: { at: at(11), inferences: 3.9 },
      cap: { at: at(20), perReplica: 39 },
      badPoints: [
        { at: at(15), perReplica: 28, readyReplicas: 3, signals: [] },
        { at: at(20), perReplica: 30, readyReplicas: 3, signals: [] },
      ],
      proven: { at: at(30), perReplica: 25 },
      instancesPerPod: { at: at(20), since: at(10), instances: 2 },
      services: [
        { model: "a", batch: 1, executionSeconds: 0.05 },
        { model: "a", batch: 4, executionSeconds: 0.09 },
      ],
      versions: ["a/1", "a/2"],
      forgottenAt: null,
      convertedAt: null,
    });
  });

  test.each([
    { name: "forgotten", known: { ...NOTHING_LEARNED, versions: ["a/2"], forgottenAt: at(25) } },
    {
      name: "converted its rates",
      known: { ...mine, cap: { at: at(20), perReplica: 80 }, convertedAt: at(25) },
    },
  ])("is, after one has $name, what that one knows", ({ known }) => {
    expect(mergeLearned(theirs, known)).toEqual(known);
  });

  test("is news only where it was not told before", () => {
    const [point] = mine.badPoints;
    const more = { at: at(40), perReplica: 20, readyReplicas: 2, signals: [] };
    const written = { ...mine, badPoints: point === undefined ? [more] : [point, more] };
    expect(newsOf(written, mine).badPoints).toEqual([more]);
  });
});
