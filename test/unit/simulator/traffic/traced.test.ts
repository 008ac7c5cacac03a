// Traces play what they hold: stretches, more and fewer requests, batch dimensions, models.

import { describe, expect, test } from "vitest";
import type { ClientsTrace, InterarrivalLaw } from "../../../../src/simulator/traffic/trace-data.ts";
import {
  binned,
  counts,
  cv,
  distanceFromUniform,
  explicit,
  gapsOf,
  mean,
  played,
} from "../../../support/arrivals.ts";

const KOLMOGOROV_LIMIT = 2.5;

function repeated(value: number, length: number): readonly number[] {
  return Array.from({ length }, () => value);
}

describe("a trace of counts", () => {
  const values = [3, 0, 120, 7, 0, 0, 2500, 1];

  test("has in each step its count, in order", () => {
    const { times, batches } = played(counts(values));
    expect(binned(times, 8)).toEqual(values);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(batches)).toEqual(new Set([1]));
  });

  test.each([{ count: 1 }, { count: 2 }, { count: 5 }, { count: 40 }, { count: 1000 }])(
    "spreads $count uniformly over a step",
    ({ count }) => {
      const steps = Math.ceil(20_000 / count);
      const { times } = played(counts(repeated(count, steps)));
      expect(distanceFromUniform(times.map((time) => time % 1))).toBeLessThan(KOLMOGOROV_LIMIT);
      // As independent arrivals: the gap's law within a step is that of order statistics.
      const within = gapsOf(times).filter((_, index) => (index + 1) % count !== 0);
      if (count > 1) expect(Math.abs(mean(within) * (count + 1) - 1)).toBeLessThan(0.05);
      if (count === 1000) expect(cv(within)).toBeCloseTo(1, 1);
    },
  );

  test("keeps its shape when it is multiplied: each step's count times the factor", () => {
    expect(binned(played(counts(values), { multiply: 20 }).times, 8)).toEqual(
      values.map((value) => value * 20),
    );
  });

  test("is rounded at random where the factor is no whole number", () => {
    const found = binned(played(counts(repeated(3, 4000)), { multiply: 0.5 }).times, 4000);
    expect(new Set(found)).toEqual(new Set([1, 2]));
    expect(mean(found)).toBeCloseTo(1.5, 1);
  });

  test("plays a stretch from within a step to within a step", () => {
    const { times } = played(counts(repeated(1000, 10), 60), {
      fromSeconds: 90,
      forSeconds: 120,
    });
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(times.at(-1)).toBeLessThan(120);
    expect(binned(times, 4, 30).slice(1, 3)).toEqual([500, 500].map((half) => expect.closeTo(half, -2)));
    expect(Math.abs(times.length - 2000)).toBeLessThan(5 * Math.sqrt(500));
  });
});

describe("a trace of arrivals", () => {
  const trace = explicit([0.5, 1, 1, 4, 9], [1, 2, 3, 4, 5]);

  test("plays as it is", () => {
    expect(played(trace)).toEqual({ times: [0.5, 1, 1, 4, 9], batches: [1, 2, 3, 4, 5] });
  });

  test("plays a stretch of it, moved to the start; the stretch's end is outside", () => {
    expect(played(trace, { fromSeconds: 1, forSeconds: 8 })).toEqual({
      times: [0, 0, 3],
      batches: [2, 3, 4],
    });
  });

  test("takes batch dimensions from the mixture where it has none", () => {
    const times = Array.from({ length: 10_000 }, (_, index) => index);
    const requestBatch = [
      { batch: 1, share: 0.7 },
      { batch: 16, share: 0.3 },
    ];
    const { batches } = played(explicit(times), {}, { requestBatch });
    expect(new Set(batches)).toEqual(new Set([1, 16]));
    expect(batches.filter((batch) => batch === 16).length / 10_000).toBeCloseTo(0.3, 1);
  });

  test("plays the requests of one model where it tells models apart", () => {
    const models = { names: ["a", "b"], ids: Uint8Array.from([0, 1, 0, 1, 1]) };
    expect(played({ ...trace, models }, {}, { model: "b" })).toEqual({
      times: [1, 4, 9],
      batches: [2, 4, 5],
    });
  });

  test("draws several requests where one was: in the gap behind it, with its batch dimension", () => {
    const { times, batches } = played(trace, { multiply: 3 });
    expect(times.length).toBe(15);
    const gaps = [
      { batch: 1, from: 0.5, to: 1 },
      { batch: 2, from: 1, to: 1 },
      { batch: 3, from: 1, to: 4 },
      { batch: 4, from: 4, to: 9 },
      { batch: 5, from: 9, to: 14 },
    ];
    for (const { batch, from, to } of gaps) {
      const here = times.filter((_, index) => batches[index] === batch);
      expect(here.length).toBe(3);
      expect(here.filter((time) => time < from || time > to)).toEqual([]);
    }
  });

  test("keeps bursts and pauses when it is multiplied", () => {
    // Ten requests within 0.1 s, once a minute.
    const bursts = Array.from(
      { length: 600 },
      (_, index) => 60 * Math.floor(index / 10) + (index % 10) / 100,
    );
    const perSecond = binned(played(explicit(bursts), { multiply: 4, forSeconds: 3540 }).times, 3540);
    const inBursts = perSecond.filter((_, second) => second % 60 === 0);
    // Nine of a burst's ten gaps are inside of it, the tenth is the pause.
    expect(mean(inBursts)).toBeCloseTo(36 + 4 / 60, 0);
    expect(mean(perSecond)).toBeCloseTo(40 / 60, 3);
  });

  test("reaches into a stretch from the gap at its start", () => {
    const { times } = played(explicit([0, 10]), { multiply: 1000, fromSeconds: 5, forSeconds: 5 });
    expect(Math.abs(times.length - 500)).toBeLessThan(5 * Math.sqrt(250));
  });

  test("loses requests where the factor is below 1, the others stay where they are", () => {
    const times = Array.from({ length: 10_000 }, (_, index) => index);
    const found = played(explicit(times), { multiply: 0.5, thin: 0.5 }).times;
    expect(found.every(Number.isInteger)).toBe(true);
    expect(Math.abs(found.length - 2500)).toBeLessThan(5 * Math.sqrt(10_000 * 0.25 * 0.75));
  });
});

describe("thinning", () => {
  test("keeps each arrival with the same probability, at its time and with its batch dimension", () => {
    const times = Array.from({ length: 20_000 }, (_, index) => index);
    const found = played(
      explicit(
        times,
        times.map((time) => (time % 7) + 1),
      ),
      { thin: 0.3 },
    );
    expect(Math.abs(found.times.length - 6000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.3 * 0.7));
    expect(found.batches).toEqual(found.times.map((time) => (time % 7) + 1));
    expect(distanceFromUniform(found.times.map((time) => time / 20_000))).toBeLessThan(KOLMOGOROV_LIMIT);
  });
});

describe("client windows", () => {
  const clients = (law: InterarrivalLaw, coefficient: number, rates: readonly number[]): ClientsTrace => ({
    kind: "clients",
    windowSeconds: 600,
    clients: [rates.map((rate, window) => ({ startSeconds: 600 * window, rate, cv: coefficient, law }))],
  });

  test.each([
    { law: "gamma" as const, coefficient: 2 },
    { law: "weibull" as const, coefficient: 2 },
    { law: "weibull" as const, coefficient: 0.7 },
    { law: "exponential" as const, coefficient: 1 },
  ])("have the rate of each window and the CV of their $law law ($coefficient)", ({ law, coefficient }) => {
    const { times } = played(clients(law, coefficient, [50, 0, 100]));
    const [first = 0, idle = 0, last = 0] = binned(times, 3, 600);
    expect(Math.abs(first - 30_000)).toBeLessThan(5 * coefficient * Math.sqrt(30_000));
    expect(idle).toBe(0);
    expect(Math.abs(last - 60_000)).toBeLessThan(5 * coefficient * Math.sqrt(60_000));
    const gaps = gapsOf(times.filter((time) => time >= 1200));
    expect(Math.abs(cv(gaps) / coefficient - 1)).toBeLessThan(0.06);
  });

  test("are as bursty at a higher rate", () => {
    const { times } = played(clients("gamma", 3, [10]), { multiply: 10 });
    expect(Math.abs(times.length - 60_000)).toBeLessThan(15 * Math.sqrt(60_000));
    expect(Math.abs(cv(gapsOf(times)) / 3 - 1)).toBeLessThan(0.1);
  });

  test("play a stretch across windows", () => {
    const { times } = played(clients("gamma", 1, [100, 200]), { fromSeconds: 500, forSeconds: 200 });
    const [before = 0, after = 0] = binned(times, 2, 100);
    expect(Math.abs(before - 10_000)).toBeLessThan(500);
    expect(Math.abs(after - 20_000)).toBeLessThan(700);
    expect(times.at(-1)).toBeLessThan(200);
  });

  test("are superposed in the order of time", () => {
    const one = clients("exponential", 1, [10]).clients;
    const { times } = played({ kind: "clients", windowSeconds: 600, clients: [...one, ...one, ...one] });
    expect(times).toEqual(times.toSorted((first, second) => first - second));
    expect(Math.abs(times.length - 18_000)).toBeLessThan(5 * Math.sqrt(18_000));
    expect(new Set(times).size).toBeGreaterThan(17_000);
  });
});
