// Times from asked for to ready: what a few starts say, what many do, how they fade, and what holds of all of them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  LAST_BUCKET,
  NO_STARTUP_MEMORY,
  observed,
  quantile,
  type StartupTimes,
  startupFigures,
} from "../../../src/domain/startup-times.ts";
import { after, hours, type Millis, millis, minutes, seconds, toSeconds } from "../../../src/domain/units.ts";
import { at } from "../../support/builders.ts";

const NONE = NO_STARTUP_MEMORY.times;
const PRIOR = minutes(3);

/** The times of starts that ended one second after another. */
function ofSpans(...spanSeconds: readonly number[]): StartupTimes {
  return spanSeconds.reduce((times, span, index) => observed(times, seconds(span), { at: at(index) }), NONE);
}

/** The quantiles in seconds, rounded. */
function shown(times: StartupTimes, prior: Millis = PRIOR): readonly number[] {
  return [0.5, 0.9].map((ratio) => Math.round(toSeconds(quantile(times, ratio, prior))));
}

describe("p50 and p90", () => {
  // Bounds of the buckets at hand: 5, 11, 66, 646, 1258, 7200 s.
  test.each([
    { name: "nothing seen: what the policy expects", times: NONE, figures: [180, 180] },
    { name: "one long start among them is an outlier", times: ofSpans(600), figures: [180, 180] },
    { name: "two are not", times: ofSpans(600, 600), figures: [180, 646] },
    {
      name: "short starts lower the p50 once they are most of them",
      times: ofSpans(60, 60, 60, 60, 60, 60),
      figures: [66, 180],
    },
    {
      name: "and the p90 once there are ten",
      times: ofSpans(...Array.from({ length: 10 }, () => 60)),
      figures: [66, 66],
    },
    {
      name: "one outlier in twenty",
      times: ofSpans(...Array.from({ length: 19 }, () => 60), 7000),
      figures: [66, 66],
    },
    {
      name: "three in twenty",
      times: ofSpans(...Array.from({ length: 17 }, () => 60), 7000, 7000, 7000),
      figures: [66, 7200],
    },
    {
      name: "at once and beyond two hours",
      times: ofSpans(0, 0, 0, 0, 0, 0, 0, 9000, 9000, 9000),
      figures: [5, 7200],
    },
  ])("$name", ({ times, figures }) => {
    expect(shown(times)).toEqual(figures);
  });

  test("follow an edit of what the policy expects while few starts were seen", () => {
    expect(shown(ofSpans(60, 60, 60), minutes(3))).toEqual([180, 180]);
    expect(shown(ofSpans(60, 60, 60), minutes(10))).toEqual([600, 600]);
  });

  test("count a start half as much a day later, and in the end as nothing", () => {
    const long = observed(NONE, minutes(10), { at: at(0), count: 16 });
    const dayLater = observed(long, minutes(1), { at: after(at(0), hours(24)), count: 8 });
    expect(dayLater.weights.map(({ weight }) => weight)).toEqual([8, 8]);
    const yearLater = observed(long, minutes(1), { at: after(at(0), hours(24 * 365)) });
    expect(yearLater.weights.map(({ weight }) => weight)).toEqual([1]);
    expect(yearLater.starts).toBe(17);
  });
});

describe("what decisions reckon with", () => {
  test.each([
    {
      name: "what the policy expects, before the third start",
      times: ofSpans(600, 600),
      reckoned: 180,
      p90: null,
    },
    { name: "the p90 from then on", times: ofSpans(600, 600, 600), reckoned: 646, p90: 646 },
    {
      name: "at most four times of what the policy expects",
      times: ofSpans(1200, 1200, 1200),
      reckoned: 720,
      p90: 1258,
    },
    {
      name: "at least a quarter of it",
      times: ofSpans(...Array.from({ length: 10 }, () => 10)),
      reckoned: 45,
      p90: 11,
    },
  ])("$name", ({ times, reckoned, p90 }) => {
    const figures = startupFigures(times, PRIOR);
    expect(Math.round(toSeconds(figures.reckonedWith))).toBe(reckoned);
    expect(figures.p90 === null ? null : Math.round(toSeconds(figures.p90))).toBe(p90);
  });

  test("nothing is learned where the policy expects no time at all", () => {
    expect(startupFigures(ofSpans(60, 60, 60), seconds(0)).reckonedWith).toBe(0);
  });
});

describe("laws", () => {
  const spans = fc.array(
    fc.record({ span: fc.integer({ min: 0, max: 20_000 }), gap: fc.integer({ min: 0, max: 90_000 }) }),
    { minLength: 1, maxLength: 60 },
  );
  const play = (all: readonly { readonly span: number; readonly gap: number }[]): StartupTimes => {
    let time = 0;
    return all.reduce((times, { span, gap }) => {
      time += gap;
      return observed(times, seconds(span), { at: at(time) });
    }, NONE);
  };

  test("a quantile lies between the least and the largest of starts and prior, up to its bucket", () => {
    fc.assert(
      fc.property(
        spans,
        fc.integer({ min: 1, max: 20_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (all, priorSeconds, ratio) => {
          const known = [...all.map(({ span }) => Math.min(7200, span)), priorSeconds];
          const found = toSeconds(quantile(play(all), ratio, seconds(priorSeconds)));
          expect(found).toBeGreaterThanOrEqual(Math.min(...known));
          expect(found).toBeLessThanOrEqual(Math.max(5, 1.1 * Math.max(...known)) + 0.001);
        },
      ),
    );
  });

  test("a larger share takes no shorter a time", () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 0, max: 20_000 }), (all, priorSeconds) => {
        const times = play(all);
        const found = [0, 0.1, 0.5, 0.9, 1].map((ratio) => quantile(times, ratio, seconds(priorSeconds)));
        expect(found.toSorted((one, other) => one - other)).toEqual(found);
      }),
    );
  });

  test("the order of starts that end at once plays no part", () => {
    fc.assert(
      fc.property(spans, fc.array(fc.integer({ min: 0, max: 9000 }), { maxLength: 12 }), (past, together) => {
        const last = after(play(past).at ?? at(0), hours(5));
        const of = (all: readonly number[]): StartupTimes =>
          all.reduce((times, span) => observed(times, seconds(span), { at: last }), play(past));
        expect(of(together.toReversed())).toEqual(of(together));
      }),
    );
  });

  test("memory is bounded, finite and as written, however long it goes on", () => {
    let times = NONE;
    for (let index = 0; index < 20_000; index += 1)
      times = observed(times, millis((index * 7919) % 9_000_000), { at: at(index * 1801) });
    expect(times.weights.length).toBeLessThanOrEqual(LAST_BUCKET + 1);
    expect(times.weights.every(({ weight }) => Number.isFinite(weight) && weight > 0)).toBe(true);
    expect(JSON.parse(JSON.stringify(times))).toEqual(times);
  });
});
