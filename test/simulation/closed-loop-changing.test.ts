// Demand that changes, scrapes that fail and pods that come and go: B2, B3, B5 and B6 of the closed-loop bounds.

import { afterAll, describe, expect, test } from "vitest";
import { minutes, toSeconds } from "../../src/domain/units.ts";
import { constantRate, rampRate, stepRate } from "../support/plant/arrivals.ts";
import { boundPolicy } from "../support/plant/bound-policy.ts";
import { desiredAt, type ExperimentResult } from "../support/plant/closed-loop.ts";
import {
  FigureSheet,
  HOUR,
  LOAD_TARGET,
  neededHours,
  run,
  SEEDS,
  type Setting,
} from "../support/plant/experiments.ts";

const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("a step is met in time, and not overshot", () => {
  const stepAtMinute = 5;
  test.each([
    {
      name: "B2: 224 → 672/s from 8",
      step: { from: 224, to: 672 },
      startup: minutes(3),
      initialReplicas: 8,
      bound: { overshoot: 1.7, minutes: 17, hoursRatio: 1.3 },
    },
    {
      name: "B3: 84 → 252/s from 3, slow starts",
      step: { from: 84, to: 252 },
      startup: minutes(7),
      initialReplicas: 3,
      bound: { overshoot: 1.9, minutes: 25, hoursRatio: 1.5 },
    },
  ])(
    "$name",
    ({ name, step, startup, initialReplicas, bound }) => {
      const rate = stepRate({ ...step, atSeconds: stepAtMinute * 60 });
      const durationSeconds = 1.5 * HOUR;
      const starts = { medianSeconds: toSeconds(startup), spread: 1.6 };
      for (const seed of [...SEEDS, 4, 5]) {
        const policy = boundPolicy({ startup });
        const result = run({ seed, policy, rate, initialReplicas, durationSeconds, startup: starts });
        const seen = {
          overshoot: result.maxDesired / Math.ceil(step.to / LOAD_TARGET),
          minutes: result.score.lastMinuteBelow(0.95) - stepAtMinute,
          hoursRatio: result.podHours / neededHours(rate, durationSeconds),
        };
        sheet.note(name, seed, { ...seen, maxDesired: result.maxDesired });
        expect(seen.overshoot).toBeLessThanOrEqual(bound.overshoot);
        expect(seen.minutes).toBeLessThanOrEqual(bound.minutes);
        expect(seen.hoursRatio).toBeLessThanOrEqual(bound.hoursRatio);
      }
    },
    60_000,
  );
});

test("B5: a fifth of all scrapes lost does not keep replicas while demand falls from 7.8 to 3.5 of them", () => {
  const rate = rampRate({
    from: 7.8 * LOAD_TARGET,
    to: 3.5 * LOAD_TARGET,
    startSeconds: 0,
    endSeconds: 150 * 60,
  });
  for (const seed of SEEDS) {
    const setting: Setting = { seed, rate, initialReplicas: 8, durationSeconds: 3.5 * HOUR };
    const lossy = run({ ...setting, scrapeLossRatio: 0.2 });
    const seen = {
      faultFreeMinute: minuteOf(run(setting), 4),
      lossyMinute: minuteOf(lossy, 4),
      attained: lossy.score.attainedRatio(),
    };
    sheet.note("B5", seed, { ...seen, last: desiredAt(lossy, 3.5 * HOUR) });
    expect(seen.lossyMinute).toBeLessThanOrEqual(seen.faultFreeMinute + 20);
    expect(desiredAt(lossy, 3.5 * HOUR)).toBe(4);
    expect(seen.attained).toBeGreaterThanOrEqual(0.999);
  }
}, 60_000);

describe("B6: arrivals of 60/s are measured right while pods come and go", () => {
  // Scraped every 15 s, the phases of the pods' scrapes decide: in one run of 15 a pod's last or first seconds weigh
  // double or not at all, up to the outer limits (22 s of half the load in a window of a minute).
  test.each([
    { from: 4, to: 2, scrapeSeconds: 15, inner: [0.82, 1.1], within: 18, outer: [0.75, 1.19] },
    { from: 2, to: 4, scrapeSeconds: 15, inner: [0.82, 1.1], within: 18, outer: [0.75, 1.19] },
    { from: 4, to: 2, scrapeSeconds: 1, inner: [0.93, 1.08], within: 20, outer: [0.93, 1.08] },
    { from: 2, to: 4, scrapeSeconds: 1, inner: [0.93, 1.08], within: 20, outer: [0.93, 1.08] },
  ])(
    "$from → $to, scraped every $scrapeSeconds s",
    ({ from, to, scrapeSeconds, inner, within, outer }) => {
      const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
      const ranges = seeds.map((seed) => measuredShare({ seed, from, to, scrapeSeconds }));
      const inside = ranges.filter(
        ({ least, most }) => least >= (inner[0] ?? 0) && most <= (inner[1] ?? 0),
      ).length;
      const least = Math.min(...ranges.map((range) => range.least));
      const most = Math.max(...ranges.map((range) => range.most));
      sheet.note(`B6 ${from} → ${to} at ${scrapeSeconds} s, 20 runs from`, 1, { inside, least, most });
      expect(inside).toBeGreaterThanOrEqual(within);
      expect(least).toBeGreaterThanOrEqual(outer[0] ?? 0);
      expect(most).toBeLessThanOrEqual(outer[1] ?? 0);
    },
    60_000,
  );
});

type Forced = {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly scrapeSeconds: number;
};

/** Measured ÷ true arrivals from the third minute on, through a change of replicas by hand. */
function measuredShare({ seed, from, to, scrapeSeconds }: Forced): {
  readonly least: number;
  readonly most: number;
} {
  const shares: number[] = [];
  run({
    seed,
    rate: constantRate(60),
    initialReplicas: from,
    durationSeconds: 900,
    scrapeSeconds,
    tickSeconds: 15,
    lagSeconds: scrapeSeconds === 1 ? 0 : 2,
    forced: [{ atSeconds: 400, replicas: to }],
    onTick: ({ atSeconds, observation }) => {
      if (atSeconds >= 180) shares.push((observation.traffic.arrivalsPerSecond ?? 0) / 60);
    },
  });
  return { least: Math.min(...shares), most: Math.max(...shares) };
}

/** The minute in which desired replicas first came down to a count. */
function minuteOf(result: ExperimentResult, replicas: number): number {
  const change = result.desired.find((desired) => desired.replicas === replicas);
  return (change?.atSeconds ?? Number.POSITIVE_INFINITY) / 60;
}
