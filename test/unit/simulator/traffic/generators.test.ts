// Generated traffic has the rates and the burstiness that it was told.

import { describe, expect, test } from "vitest";
import { RateClock } from "../../../../src/simulator/traffic/rate-clock.ts";
import {
  arrivalsOf,
  binned,
  cv,
  distanceFromUniform,
  gapsOf,
  generated,
  mean,
  phase,
} from "../../../support/arrivals.ts";

/** Above this a sample is not from its distribution, but once in 10⁵. */
const KOLMOGOROV_LIMIT = 2.5;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

describe("constant traffic", () => {
  test("comes at equal distances, the first after half of one", () => {
    const { times } = arrivalsOf([generated({ kind: "constant" }, [phase(2, 4)])]);
    expect(times).toEqual([0.125, 0.375, 0.625, 0.875, 1.125, 1.375, 1.625, 1.875]);
  });

  test("has exactly the expected count, over ramps and pauses too", () => {
    const phases = [phase(45, 36), phase(60, 192), phase(10, 0), phase(120, 48, 20)];
    const { times } = arrivalsOf([generated({ kind: "constant" }, phases)]);
    expect(times.length).toBe(45 * 36 + 60 * 192 + 120 * 34);
    expect(binned(times, 4, 45).slice(0, 1)).toEqual([45 * 36]);
    expect(times.filter((time) => time >= 105 && time < 115)).toEqual([]);
    expect(times.at(-1)).toBeLessThan(235);
  });

  test("stops with its last phase", () => {
    const { times } = arrivalsOf([generated({ kind: "constant" }, [phase(1, 10)])], { durationSeconds: 100 });
    expect(times.length).toBe(10);
  });
});

describe("Poisson traffic", () => {
  test("has the mean and the variance of its rate, and gaps without memory", () => {
    const { times } = arrivalsOf([generated({ kind: "poisson" }, [phase(1000, 100)])]);
    // Five standard deviations.
    expect(Math.abs(times.length - 100_000)).toBeLessThan(5 * Math.sqrt(100_000));
    expect(cv(gapsOf(times))).toBeCloseTo(1, 1);
    expect(cv(binned(times, 1000)) ** 2 * 100).toBeCloseTo(1, 0);
    expect(distanceFromUniform(gapsOf(times).map((gap) => 1 - Math.exp(-gap * 100)))).toBeLessThan(
      KOLMOGOROV_LIMIT,
    );
  });

  test.each([
    { name: "up from zero", from: 0, to: 200 },
    { name: "down to zero", from: 200, to: 0 },
    { name: "down", from: 150, to: 50 },
  ])("follows a ramp $name at every point of it", ({ from, to }) => {
    const { times } = arrivalsOf([generated({ kind: "poisson" }, [phase(500, from, to)])]);
    const total = (500 * (from + to)) / 2;
    expect(Math.abs(times.length - total)).toBeLessThan(5 * Math.sqrt(total));
    const shares = times.map((time) => (from * time + ((to - from) / 500) * (time ** 2 / 2)) / total);
    expect(distanceFromUniform(shares)).toBeLessThan(KOLMOGOROV_LIMIT);
  });
});

describe.each([
  { kind: "gamma" as const, coefficient: 0.5 },
  { kind: "gamma" as const, coefficient: 1 },
  { kind: "gamma" as const, coefficient: 3 },
  { kind: "weibull" as const, coefficient: 0.5 },
  { kind: "weibull" as const, coefficient: 1 },
  { kind: "weibull" as const, coefficient: 3 },
])("$kind traffic of CV $coefficient", ({ kind, coefficient }) => {
  const stream = generated({ kind, cv: coefficient }, [phase(1000, 200)]);

  test("has that rate and that CV", () => {
    const { times } = arrivalsOf([stream]);
    // The variance of a renewal process' count is its CV² times the count.
    expect(Math.abs(times.length - 200_000)).toBeLessThan(5 * coefficient * Math.sqrt(200_000));
    expect(Math.abs(cv(gapsOf(times)) / coefficient - 1)).toBeLessThan(0.05);
  });

  test("has the right mean from the first second on, without a burst at the start", () => {
    const short = generated({ kind, cv: coefficient }, [phase(1, 20)]);
    const found = Array.from({ length: 1000 }, (_, seed) => arrivalsOf([short], { seed }).times.length);
    expect(Math.abs(mean(found) - 20)).toBeLessThan((5 * coefficient * Math.sqrt(20) + 1) / Math.sqrt(1000));
  });
});

test("a CV of 0 is constant traffic", () => {
  const phases = [phase(2, 4)];
  const constant = arrivalsOf([generated({ kind: "constant" }, phases)]);
  expect(arrivalsOf([generated({ kind: "gamma", cv: 0 }, phases)])).toEqual(constant);
  expect(arrivalsOf([generated({ kind: "weibull", cv: 0 }, phases)])).toEqual(constant);
});

describe("on/off traffic", () => {
  const onoff = { kind: "onoff", onRate: 100, onMeanSeconds: 2, offMeanSeconds: 6 } as const;

  test("is on for its share of time and then has its rate", () => {
    const found = SEEDS.map((seed) => arrivalsOf([generated(onoff)], { seed }).times.length / 1000);
    // 125 periods a run: the mean rate scatters by about 11 %, over 40 runs by 1.8 %.
    expect(Math.abs(mean(found) / 25 - 1)).toBeLessThan(0.08);
  });

  test("is far burstier than Poisson traffic, which it is while it is on", () => {
    const gaps = gapsOf(arrivalsOf([generated(onoff)]).times);
    expect(cv(gaps)).toBeGreaterThan(4);
    expect(mean(gaps.filter((gap) => gap < 0.1))).toBeCloseTo(0.01, 3);
  });

  test("lasts as long as the scenario where it has no phases", () => {
    const { times } = arrivalsOf([generated(onoff)], { durationSeconds: 300 });
    expect(times.at(-1)).toBeGreaterThan(200);
    expect(times.at(-1)).toBeLessThan(300);
  });

  test("has the phases' rates where it has phases, and ends with them", () => {
    const phases = [phase(400, 50), phase(100, 0), phase(400, 0, 200)];
    const all = SEEDS.flatMap((seed) => arrivalsOf([generated(onoff, phases)], { seed }).times);
    const within = (from: number, to: number): number =>
      all.filter((time) => time >= from && time < to).length;
    const [first, ramp] = [within(0, 400), within(500, 900)];
    expect(Math.abs(first / (SEEDS.length * 400 * 50 * 0.25) - 1)).toBeLessThan(0.15);
    expect(Math.abs(ramp / (SEEDS.length * 400 * 100 * 0.25) - 1)).toBeLessThan(0.15);
    expect({ paused: within(400, 500), over: within(900, 1e9) }).toEqual({ paused: 0, over: 0 });
  });

  test.each([
    { name: "never on", means: { onMeanSeconds: 0, offMeanSeconds: 1 }, perSecond: 0 },
    { name: "always on", means: { onMeanSeconds: 1, offMeanSeconds: 0 }, perSecond: 100 },
  ])("may be $name", ({ means, perSecond }) => {
    const { times } = arrivalsOf([generated({ ...onoff, ...means })]);
    expect(Math.round(times.length / 5000) * 5).toBe(perSecond);
  });
});

describe("the rate clock", () => {
  test("inverts the expected count exactly within a ramp", () => {
    const clock = new RateClock([phase(10, 0, 10), phase(10, 10, 0)]);
    // Half of 50 up, all of it, half of 50 down, and nothing beyond 100.
    const reached = [12.5, 37.5, 37.5, 12.4].map((mass) => clock.after(mass));
    expect(reached.slice(0, 3)).toEqual([5, 10, 15]);
    expect(reached[3]).toBeCloseTo(20 - Math.sqrt(0.2), 9);
    expect(clock.after(1)).toBe(Number.POSITIVE_INFINITY);
  });

  test("waits at a limit and goes on from there", () => {
    const clock = new RateClock([phase(10, 2)]);
    expect(clock.after(6, 2)).toBe(Number.POSITIVE_INFINITY);
    expect(clock.after(4)).toBe(4);
    expect(clock.skipTo(9)).toBe(true);
    expect(clock.after(1)).toBe(9.5);
    expect(clock.skipTo(10)).toBe(false);
  });
});
