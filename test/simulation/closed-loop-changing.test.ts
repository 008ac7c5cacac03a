// Demand that changes, scrapes that fail and pods that come and go: B2, B3, B5 and B6 of the closed-loop bounds.

import { afterAll, describe, expect, test } from "vitest";
import { minutes } from "../../src/domain/units.ts";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import {
  attainedRatio,
  boundScenario,
  desiredAt,
  type Experiment,
  HOUR,
  LOAD_TARGET,
  lastMinuteBelow,
  type Outcome,
  run,
  SEEDS,
} from "../support/simulation/experiments.ts";
import { FigureSheet } from "../support/simulation/figure-sheet.ts";
import { playForced } from "../support/simulation/forced-run.ts";
import { poisson } from "../support/simulation/scenario.ts";

const sheet = new FigureSheet();
afterAll(() => sheet.print());

describe("a step is met in time, and not overshot", () => {
  const stepAt = 5 * 60;
  test.each([
    {
      name: "B2: 224 → 672/s from 8",
      step: { from: 224, to: 672 },
      startupSeconds: 180,
      initialReplicas: 8,
      bound: { overshoot: 1.7, minutes: 17, hoursRatio: 1.3 },
    },
    {
      name: "B3: 84 → 252/s from 3, slow starts",
      step: { from: 84, to: 252 },
      startupSeconds: 420,
      initialReplicas: 3,
      bound: { overshoot: 1.9, minutes: 25, hoursRatio: 1.5 },
    },
  ])(
    "$name",
    ({ name, step, startupSeconds, initialReplicas, bound }) => {
      const durationSeconds = 1.5 * HOUR;
      const traffic = poisson([stepAt, step.from], [durationSeconds - stepAt, step.to]);
      for (const seed of [...SEEDS, 4, 5]) {
        const policy = boundPolicy({ startup: minutes(startupSeconds / 60) });
        const outcome = run({ seed, policy, traffic, initialReplicas, durationSeconds, startupSeconds });
        const needed =
          Math.ceil(step.from / LOAD_TARGET) * stepAt + neededAfter(step.to, durationSeconds - stepAt);
        const maxDesired = Math.max(...outcome.series.desired.map(({ replicas }) => replicas));
        const seen = {
          overshoot: maxDesired / Math.ceil(step.to / LOAD_TARGET),
          minutes: lastMinuteBelow(outcome, 0.95) - stepAt / 60,
          hoursRatio: outcome.run.gpuHours.total / (needed / HOUR),
        };
        sheet.note(name, seed, { ...seen, maxDesired });
        expect(seen.overshoot).toBeLessThanOrEqual(bound.overshoot);
        expect(seen.minutes).toBeLessThanOrEqual(bound.minutes);
        expect(seen.hoursRatio).toBeLessThanOrEqual(bound.hoursRatio);
        expect(outcome.run.invariantBreaches).toEqual([]);
      }
    },
    60_000,
  );
});

/** Replica-seconds that a rate needs at the load target, were there no start-up time. */
function neededAfter(rate: number, seconds: number): number {
  return Math.ceil(rate / LOAD_TARGET) * seconds;
}

test("B5: a fifth of all scrapes lost does not keep replicas while demand falls from 7.8 to 3.5 of them", () => {
  const durationSeconds = 3.5 * HOUR;
  const [from, to] = [7.8 * LOAD_TARGET, 3.5 * LOAD_TARGET];
  const traffic = poisson([150 * 60, from, to], [HOUR, to]);
  for (const seed of SEEDS) {
    const setting: Experiment = { seed, traffic, initialReplicas: 8, durationSeconds };
    const lossy = run({ ...setting, scrapeLossRatio: 0.2 });
    const seen = {
      faultFreeMinute: minuteOf(run(setting), 4),
      lossyMinute: minuteOf(lossy, 4),
      attained: attainedRatio(lossy),
    };
    sheet.note("B5", seed, { ...seen, last: desiredAt(lossy, durationSeconds) });
    expect(seen.lossyMinute).toBeLessThanOrEqual(seen.faultFreeMinute + 20);
    expect(desiredAt(lossy, durationSeconds)).toBe(4);
    expect(seen.attained).toBeGreaterThanOrEqual(0.999);
    expect(lossy.run.invariantBreaches).toEqual([]);
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
  const traffic = poisson([900, 60]);
  const scenario = boundScenario({ seed, traffic, initialReplicas: from, durationSeconds: 900 });
  const { source } = scenario.controlPlane;
  const lagSeconds = scrapeSeconds === 1 ? 0 : source.lagSeconds;
  playForced({
    scenario: {
      ...scenario,
      controlPlane: {
        ...scenario.controlPlane,
        source: { ...source, scrapeIntervalSeconds: scrapeSeconds, lagSeconds },
      },
    },
    policy: boundPolicy(),
    seed,
    forced: [{ atSeconds: 400, replicas: to }],
    onTick(atSeconds, { traffic: seen }) {
      if (atSeconds >= 180) shares.push((seen.arrivalsPerSecond ?? 0) / 60);
    },
  });
  return { least: Math.min(...shares), most: Math.max(...shares) };
}

/** The minute in which desired replicas first came down to a count. */
function minuteOf({ series }: Outcome, replicas: number): number {
  const change = series.desired.find((desired) => desired.replicas === replicas);
  return (change?.atSeconds ?? Number.POSITIVE_INFINITY) / 60;
}
