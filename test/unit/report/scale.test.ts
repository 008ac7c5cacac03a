// Scales: round ticks inside the data's range, and times as people write them.

import { describe, expect, it } from "vitest";
import { decimate } from "../../../src/report/decimate.ts";
import { linearScale, logScale, numberLabel, timeLabel, timeScale } from "../../../src/report/scale.ts";

const RANGE = { from: 0, to: 100 };

describe("scales", () => {
  it.each([
    {
      name: "linear",
      scale: linearScale({ from: 0, to: 10 }, RANGE),
      value: 5,
      at: 50,
      ticks: [0, 2, 4, 6, 8, 10],
    },
    {
      name: "linear of fractions",
      scale: linearScale({ from: 0, to: 0.7 }, RANGE, 4),
      value: 0.35,
      at: 50,
      ticks: [0, 0.2, 0.4, 0.6],
    },
    {
      name: "linear of nothing",
      scale: linearScale({ from: 3, to: 3 }, RANGE, 2),
      value: 3,
      at: 0,
      ticks: [3, 3.5, 4],
    },
    {
      name: "logarithmic",
      scale: logScale({ from: 1, to: 100 }, RANGE),
      value: 10,
      at: 50,
      ticks: [1, 2, 5, 10, 20, 50, 100],
    },
    {
      name: "logarithmic over many powers",
      scale: logScale({ from: 1, to: 1e4 }, RANGE),
      value: 100,
      at: 50,
      ticks: [1, 10, 100, 1000, 10_000],
    },
    {
      name: "time",
      scale: timeScale(7200, RANGE),
      value: 3600,
      at: 50,
      ticks: [0, 900, 1800, 2700, 3600, 4500, 5400, 6300, 7200],
    },
    {
      name: "time of weeks",
      scale: timeScale(14 * 86_400, RANGE),
      value: 7 * 86_400,
      at: 50,
      ticks: [0, 2, 4, 6, 8, 10, 12, 14].map((day) => day * 86_400),
    },
  ])("$name", ({ scale, value, at, ticks }) => {
    expect(scale.at(value)).toBeCloseTo(at, 9);
    expect(scale.ticks).toEqual(ticks);
  });

  it.each([
    [0, "0"],
    [45, "45s"],
    [720, "12m"],
    [5400, "1h30m"],
    [172_800, "2d"],
    [194_400, "2d6h"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(timeLabel(seconds)).toBe(text);
  });

  it.each([
    [0.25, "0.25"],
    [1500, "1500"],
    [15_000, "15k"],
    [2.5e6, "2.5M"],
  ])("%d is %s", (value, text) => {
    expect(numberLabel(value)).toBe(text);
  });
});

describe("decimate", () => {
  it("keeps the spikes, in order", () => {
    const series = Array.from({ length: 1000 }, (_, index) => ({
      atSeconds: index,
      value: index === 501 ? 99 : index === 507 ? -7 : 1,
    }));
    const short = decimate(series, 20);
    expect(short.length).toBeLessThanOrEqual(20);
    expect(short.map(({ value }) => value)).toContain(99);
    expect(short.map(({ value }) => value)).toContain(-7);
    expect(short.map(({ atSeconds }) => atSeconds)).toEqual(
      short.map(({ atSeconds }) => atSeconds).toSorted((a, b) => a - b),
    );
  });

  it("leaves a short series as it is, and a stretch without values without one", () => {
    const series = [1, null, 3].map((value, atSeconds) => ({ atSeconds, value }));
    expect(decimate(series, 4)).toEqual(series);
    expect(
      decimate(
        Array.from({ length: 100 }, (_, atSeconds) => ({ atSeconds, value: null })),
        4,
      ),
    ).toEqual([
      { atSeconds: 0, value: null },
      { atSeconds: 50, value: null },
    ]);
  });
});
