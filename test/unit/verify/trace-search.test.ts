// Which tries of a rule are made on real traffic, and which of them is taken.

import { describe, expect, test } from "vitest";
import { bestOf, pointAbout, spreadPoints } from "../../verify/trace-search.ts";

const tried = (name: string, gpuHours: number, attainmentRatio: number) => ({
  name,
  score: { gpuHours, attainmentRatio },
});

describe("the setting that is taken", () => {
  test.each([
    {
      name: "the cheapest that attains the goal",
      tries: [tried("dear", 12, 0.999), tried("cheap", 10, 0.991), tried("short", 5, 0.98)],
      taken: "cheap",
    },
    { name: "what attains the goal exactly", tries: [tried("exact", 10, 0.99)], taken: "exact" },
    {
      name: "the nearest, whatever it costs, where none attains it",
      tries: [tried("cheap", 5, 0.9), tried("near", 50, 0.98)],
      taken: "near",
    },
    {
      name: "the first of equals, which is where a rule starts",
      tries: [tried("start", 10, 0.995), tried("later", 10, 0.999)],
      taken: "start",
    },
  ])("$name", ({ tries, taken }) => {
    expect(bestOf(tries, 0.99)?.name).toBe(taken);
  });

  test("none of none", () => {
    expect(bestOf([], 0.99)).toBeUndefined();
  });
});

describe("points that are tried", () => {
  test("spread over the whole cube, one in each slice of an axis", () => {
    const slices = spreadPoints(2, 8).map(([x = 0]) => Math.floor(8 * x));
    expect(slices.toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("then stay near the best, and in the cube", () => {
    const points = spreadPoints(3, 16).map((point) => pointAbout([0.5, 1, 0.05], point, 0.1));
    expect(points).toHaveLength(16);
    for (const [x = 0, y = 0, z = 0] of points) {
      expect(Math.abs(x - 0.5)).toBeLessThanOrEqual(0.1);
      expect(y).toBeGreaterThanOrEqual(0.9);
      expect(y).toBeLessThanOrEqual(1);
      expect(z).toBeGreaterThanOrEqual(0);
      expect(z).toBeLessThanOrEqual(0.15 + 1e-12);
    }
  });

  test("a point of the cube about the best keeps its place in it", () => {
    expect(pointAbout([0.5, 1, 0], [0, 0, 0.5], 0.25)).toEqual([0.25, 0.75, 0.125]);
  });
});
