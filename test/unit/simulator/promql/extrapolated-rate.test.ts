// rate() against what promtool 2.42.0 computes for the same samples.

import { describe, expect, it, test } from "vitest";
import { type Points, rate } from "../../../../src/simulator/promql/extrapolated-rate.ts";
import { at } from "../../../support/builders.ts";

/** Samples every 15 s from t = 0; `_` = none. */
function points(text: string): Points {
  const found = text
    .split(" ")
    .flatMap((value, index) => (value === "_" ? [] : [[index * 15, Number(value)] as const]));
  return { times: found.map(([time]) => at(time)), values: found.map(([, value]) => value) };
}

const STEADY = points(Array.from({ length: 21 }, (_, index) => index * 30).join(" "));
const LATE = points(`_ _ _ _ _ _ ${Array.from({ length: 11 }, (_, index) => 1000 + index * 30).join(" ")}`);
const YOUNG = points(`_ _ _ _ _ _ ${Array.from({ length: 11 }, (_, index) => 3 + index * 30).join(" ")}`);
const RESET = points("100 160 220 40 100 170 5 65 125 185 200");
const SPARSE = points("10 _ _ 40 _ _ _ 95 _ _ 130");

describe("rate", () => {
  test.each([
    {
      name: "a steady counter, off the scrapes",
      series: STEADY,
      time: 187,
      range: 120,
      want: 1.9999999999999998,
    },
    { name: "a steady counter, on a scrape", series: STEADY, time: 180, range: 120, want: 2 },
    {
      name: "a counter found in the middle of its life",
      series: LATE,
      time: 140,
      range: 120,
      want: 0.9583333333333333,
    },
    {
      name: "a counter that was 0 inside the window",
      series: YOUNG,
      time: 140,
      range: 120,
      want: 0.8583333333333333,
    },
    { name: "two restarts", series: RESET, time: 150, range: 120, want: 3.0833333333333335 },
    { name: "a restart at the window's edge", series: RESET, time: 93, range: 60, want: 2.9999999999999996 },
    { name: "scrapes that were lost", series: SPARSE, time: 160, range: 120, want: 0.8571428571428571 },
    { name: "two samples far apart", series: SPARSE, time: 160, range: 60, want: 0.7777777777777777 },
    { name: "two samples at the two ends, both inside", series: STEADY, time: 180, range: 15, want: 2 },
    { name: "a series that ended", series: STEADY, time: 340, range: 60, want: 0.9166666666666666 },
    { name: "a series that ended long ago", series: RESET, time: 245, range: 120, want: 0.2708333333333333 },
  ])("$name", ({ series, time, range, want }) => {
    expect(rate(series, { at: at(time), rangeSeconds: range })).toBe(want);
  });

  it("is nothing with fewer than two samples in the window", () => {
    expect(rate(STEADY, { at: at(187), rangeSeconds: 10 })).toBeNull();
    expect(rate(STEADY, { at: at(-5), rangeSeconds: 60 })).toBeNull();
    expect(rate({ times: [], values: [] }, { at: at(60), rangeSeconds: 60 })).toBeNull();
  });
});
