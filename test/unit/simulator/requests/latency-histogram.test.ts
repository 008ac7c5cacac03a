// Buckets of spans: what they keep exactly, and how close the rest is.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LatencyHistogram } from "../../../../src/simulator/requests/latency-histogram.ts";

const seconds = fc.double({ min: 1e-5, max: 1e5, noNaN: true });

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("latency histogram", () => {
  test("has nothing to say of nothing", () => {
    const histogram = histogramOf([]);
    expect([histogram.count, histogram.mean(), histogram.max(), histogram.quantile(0.5)]).toEqual([
      0,
      null,
      null,
      null,
    ]);
  });

  test("keeps mean and maximum exactly, and any quantile within 0.8 %", () => {
    fc.assert(
      fc.property(
        fc.array(seconds, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p) => {
          const histogram = histogramOf(values);
          const sorted = values.toSorted((one, other) => one - other);
          const want = sorted[Math.max(1, Math.ceil(p * values.length)) - 1] ?? 0;
          expect(histogram.mean()).toBe(values.reduce((sum, value) => sum + value, 0) / values.length);
          expect(histogram.max()).toBe(sorted.at(-1));
          expect(Math.abs((histogram.quantile(p) ?? 0) / want - 1)).toBeLessThan(0.008);
        },
      ),
    );
  });

  test("gives equal values back as they are, none as none", () => {
    expect(histogramOf([0.2, 0.2, 0.2]).quantile(0.99)).toBe(0.2);
    expect(histogramOf([0, 0, 0, 1]).quantile(0.5)).toBe(0);
  });

  test("holds less than a microsecond and more than twelve days at its ends", () => {
    const histogram = histogramOf([1e-9, 3e6]);
    expect([histogram.quantile(0.5), histogram.max()]).toEqual([1e-9, 3e6]);
  });

  test("merged with another it is as if it had counted both", () => {
    fc.assert(
      fc.property(fc.array(seconds), fc.array(seconds), (ones, others) => {
        const merged = histogramOf(ones);
        merged.merge(histogramOf(others));
        const both = histogramOf([...ones, ...others]);
        expect(merged.buckets).toEqual(both.buckets);
        expect([merged.count, merged.max(), merged.quantile(0.9)]).toEqual([
          both.count,
          both.max(),
          both.quantile(0.9),
        ]);
      }),
    );
  });
});
