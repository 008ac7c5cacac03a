// Gamma and Weibull numbers: their moments, and shapes from coefficients of variation.

import { describe, expect, test } from "vitest";
import { drawGamma } from "../../../../src/simulator/random/gamma-draw.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import { logGamma, weibullMean, weibullShape } from "../../../../src/simulator/random/weibull-shape.ts";

const DRAWS = 200_000;

describe("gamma numbers", () => {
  test.each([{ shape: 0.1 }, { shape: 0.5 }, { shape: 1 }, { shape: 4 }, { shape: 100 }])(
    "of shape $shape have that mean and that variance",
    ({ shape }) => {
      const random = randomStream(1, "gamma");
      const drawn = Array.from({ length: DRAWS }, () => drawGamma(shape, random));
      const mean = drawn.reduce((sum, value) => sum + value, 0) / DRAWS;
      const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
      expect(Math.abs(mean - shape)).toBeLessThan(5 * Math.sqrt(shape / DRAWS));
      expect(Math.abs(variance / shape - 1)).toBeLessThan(5 * Math.sqrt((2 + 6 / shape) / DRAWS));
      expect(Math.min(...drawn.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    },
  );
});

describe("Weibull shapes", () => {
  test("logGamma is right at whole and half numbers", () => {
    expect(logGamma(1)).toBeCloseTo(0, 13);
    expect(logGamma(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 13);
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 13);
    expect(logGamma(41)).toBeCloseTo(110.32063971475739, 11);
  });

  test.each([
    { name: "exponential", cv: 1, shape: 1, mean: 1 },
    { name: "Rayleigh", cv: Math.sqrt(4 / Math.PI - 1), shape: 2, mean: Math.sqrt(Math.PI) / 2 },
    { name: "bursty", cv: Math.sqrt(5), shape: 0.5, mean: 2 },
  ])("the $name one", ({ cv, shape, mean }) => {
    expect(weibullShape(cv)).toBeCloseTo(shape, 9);
    expect(weibullMean(shape)).toBeCloseTo(mean, 12);
  });
});
