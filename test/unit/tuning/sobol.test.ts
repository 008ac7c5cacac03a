// The Sobol sequence fills each axis evenly, and reproduces the published points where it is not shifted.

import { describe, expect, it } from "vitest";
import { RandomStream, randomStream } from "../../../src/simulator/random/random-stream.ts";
import { MOST_DIMENSIONS, SobolSequence } from "../../../src/tuning/sobol.ts";

class NoShift extends RandomStream {
  override uniform(): number {
    return 0;
  }
}

describe("Sobol points", () => {
  it("are the published ones where nothing shifts them", () => {
    const sequence = new SobolSequence(3, new NoShift([1, 2, 3]));
    expect(Array.from({ length: 6 }, () => sequence.next())).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
    ]);
  });

  it.each([1, 2, 7, MOST_DIMENSIONS])("of %i dimensions: each slice of each axis holds one", (dimensions) => {
    const sequence = new SobolSequence(dimensions, randomStream(7, "sobol"));
    const points = Array.from({ length: 256 }, () => sequence.next());
    for (let axis = 0; axis < dimensions; axis += 1) {
      const slices = points.map((point) => Math.floor((point[axis] ?? -1) * 256));
      expect(new Set(slices).size, `axis ${axis}`).toBe(256);
    }
  });

  it("have no more dimensions than there are direction numbers", () => {
    expect(() => new SobolSequence(MOST_DIMENSIONS + 1, randomStream(1, "sobol"))).toThrow(
      "22 dimensions, must be 1 to 21",
    );
  });
});
