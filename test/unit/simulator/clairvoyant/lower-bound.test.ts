// The certified bound: never above the true optimum of small instances, near it, and lawful.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cheapestCourse, courseCost } from "../../../../src/simulator/clairvoyant/gap-filling.ts";
import {
  type BoundQuestion,
  boundArrivals,
  costLowerBound,
} from "../../../../src/simulator/clairvoyant/lower-bound.ts";

const aQuestion = fc
  .record({
    arrivals: fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }),
    attainmentRatio: fc.constantFrom(0, 0.5, 0.8, 0.9, 0.99, 1),
    slotSeconds: fc.constantFrom(1, 2),
    ratePerReplica: fc.constantFrom(4, 7, 10),
    startupSeconds: fc.constantFrom(0, 0.5, 1, 3, 8),
    initialReplicas: fc.nat(3),
    minReplicas: fc.nat(1),
    maxReplicas: fc.constantFrom(3, 4),
    extra: fc.nat(10),
  })
  .map(({ extra, ...question }): BoundQuestion => {
    const total = question.arrivals.reduce((sum, count) => sum + count, 0);
    return { ...question, totalArrivals: total + extra };
  });

/** The least cost of all courses of whole replicas that keep the lateness allowed; null where none does. */
function optimum(question: BoundQuestion): number | null {
  const { arrivals, minReplicas, maxReplicas, slotSeconds, ratePerReplica } = question;
  const allowed = (1 - question.attainmentRatio) * question.totalArrivals;
  let best: number | null = null;
  const visit = (course: readonly number[], late: number): void => {
    if (late > allowed + 1e-9) return;
    const count = arrivals[course.length];
    if (count === undefined) {
      const cost = courseCost(course, question);
      best = best === null ? cost : Math.min(best, cost);
      return;
    }
    for (let replicas = minReplicas; replicas <= maxReplicas; replicas += 1) {
      visit([...course, replicas], late + Math.max(0, count - replicas * slotSeconds * ratePerReplica));
    }
  };
  visit([], 0);
  return best;
}

describe("costLowerBound", () => {
  it("is never above the best course of whole replicas", () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const best = optimum(question);
        if (best !== null) expect(costLowerBound(question)).toBeLessThanOrEqual(best + 1e-6);
      }),
      { numRuns: 600 },
    );
  });

  it("is the cost of the minimum where every request may be late", () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const lax = { ...question, attainmentRatio: 0 };
        const least = lax.arrivals.map(() => lax.minReplicas);
        expect(costLowerBound(lax)).toBeCloseTo(courseCost(least, lax), 6);
      }),
    );
  });

  it("is the work itself where starts are free and all must be good", () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const strict = {
          ...question,
          attainmentRatio: 1,
          startupSeconds: 0,
          minReplicas: 0,
          maxReplicas: 1000,
        };
        const work = strict.arrivals.reduce((sum, count) => sum + count / strict.ratePerReplica, 0);
        expect(costLowerBound(strict)).toBeCloseTo(work, 4);
      }),
    );
  });

  it("stretches with time", () => {
    fc.assert(
      fc.property(aQuestion, fc.constantFrom(0.1, 3, 60), (question, factor) => {
        const stretched = {
          ...question,
          slotSeconds: question.slotSeconds * factor,
          startupSeconds: question.startupSeconds * factor,
          ratePerReplica: question.ratePerReplica / factor,
        };
        const bound = costLowerBound(question);
        expect(costLowerBound(stretched) / factor).toBeCloseTo(bound, 4);
      }),
    );
  });

  it("never falls when more must be good or starts take longer", () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const bound = costLowerBound(question);
        const stricter = { ...question, attainmentRatio: Math.min(1, question.attainmentRatio + 0.1) };
        const slower = { ...question, startupSeconds: question.startupSeconds + 1 };
        expect(costLowerBound(stricter)).toBeGreaterThanOrEqual(bound - 1e-6);
        expect(costLowerBound(slower)).toBeGreaterThanOrEqual(bound - 1e-6);
      }),
    );
  });

  it("is near what can be done: a day's wave served by whole replicas costs 5 % more at most", () => {
    const arrivals = Array.from(
      { length: 96 },
      (_, slot) => 900 * 200 * (1.2 - Math.cos((slot / 48) * Math.PI)),
    );
    const question: BoundQuestion = {
      arrivals,
      totalArrivals: arrivals.reduce((sum, count) => sum + count, 0),
      attainmentRatio: 0.99,
      slotSeconds: 900,
      ratePerReplica: 10,
      startupSeconds: 120,
      initialReplicas: 4,
      minReplicas: 1,
      maxReplicas: 50,
    };
    const needed = arrivals.map((count) => Math.ceil(count / 9000));
    const done = courseCost(cheapestCourse(needed, question), question);
    const bound = costLowerBound(question);
    expect(bound).toBeGreaterThanOrEqual((0.99 * question.totalArrivals) / 10);
    expect(done / bound).toBeGreaterThan(1);
    expect(done / bound).toBeLessThan(1.05);
  });
});

describe("boundArrivals", () => {
  it("leaves out what may be answered in the next slot, and what lies outside", () => {
    const slots = { slotSeconds: 10, count: 2, latencySeconds: 1 };
    expect(boundArrivals([-1, 0, 8.9, 9, 9.1, 10, 19.5, 20, 25], slots)).toEqual([3, 1]);
  });
});
