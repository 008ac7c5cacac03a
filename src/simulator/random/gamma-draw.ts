// Draws gamma-distributed numbers.

import type { RandomStream } from "./random-stream.ts";

/**
 * Returns a gamma number of that shape (> 0) and scale 1: mean and variance are the shape. Source: Marsaglia and
 * Tsang, "A simple method for generating gamma variables" (2000); shapes below 1 by their boost U^(1/shape).
 */
export function drawGamma(shape: number, random: RandomStream): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const offset = shape - 1 / 3;
  const factor = 1 / Math.sqrt(9 * offset);
  for (;;) {
    const normal = random.normal();
    const root = 1 + factor * normal;
    if (root <= 0) continue;
    const cube = root * root * root;
    const bound = 0.5 * normal * normal + offset * (1 - cube + Math.log(cube));
    if (Math.log(1 - random.uniform()) < bound) return offset * cube;
  }
}
