// Points of the cube become values that a person would write, and back.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SearchDimension } from "../../../src/domain/tuning.ts";
import { changesAt, pointOf } from "../../../src/tuning/search-space.ts";

const SPACE: readonly SearchDimension[] = [
  { path: "rate", unit: "number", values: { kind: "range", from: 40, to: 80, scale: "linear" } },
  { path: "pending", unit: "whole", values: { kind: "range", from: 4, to: 64, scale: "log" } },
  {
    path: "window",
    unit: "milliseconds",
    values: { kind: "range", from: 60_000, to: 900_000, scale: "linear" },
  },
  { path: "cooldown", unit: "milliseconds", values: { kind: "list", values: [0, 300_000, 600_000] } },
];

describe("the values at a point", () => {
  it.each([
    { name: "the lower ends", point: [0, 0, 0, 0], values: [40, 4, 60_000, 0] },
    {
      name: "the middle: geometric on a log scale",
      point: [0.5, 0.5, 0.5, 0.5],
      values: [60, 16, 480_000, 300_000],
    },
    {
      name: "three digits and whole seconds",
      point: [0.12345, 0.3, 0.12345, 0.99],
      values: [44.9, 9, 164_000, 600_000],
    },
    {
      name: "nearly the upper ends",
      point: [0.99999, 0.99999, 0.99999, 0.99999],
      values: [80, 64, 900_000, 600_000],
    },
  ])("$name", ({ point, values }) => {
    const [rate, pending, window, cooldown] = values;
    expect(changesAt(SPACE, point)).toEqual({ rate, pending, window, cooldown });
  });

  it("come back from the point of those values", () => {
    const points = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(points, (point) => {
        const changes = changesAt(SPACE, point);
        expect(changesAt(SPACE, pointOf(SPACE, changes))).toEqual(changes);
      }),
    );
  });

  it("a field that today's policy leaves out, or a value that the list lacks, lies in the middle", () => {
    expect(pointOf(SPACE, { rate: 50, cooldown: 7 })).toEqual([0.25, 0.5, 0.5, 0.5]);
  });

  it("today's value outside the range lies at its end", () => {
    expect(pointOf(SPACE, { rate: 10, pending: 640, window: 60_000, cooldown: 0 })).toEqual([
      0,
      1 - Number.EPSILON,
      0,
      1 / 6,
    ]);
  });
});
