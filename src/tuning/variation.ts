// How new points come from old ones: simulated binary crossover and polynomial mutation (Deb), in the unit cube.

import type { RandomStream } from "../simulator/random/random-stream.ts";

const CROSSOVER_RATIO = 0.9;
/** The larger, the nearer children stay to their parents. */
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;

export type Point = readonly number[];

/** Returns a child of two points, mutated; every coordinate stays within [0, 1). */
export function child(mother: Point, father: Point, random: RandomStream): Point {
  return mutated(crossed(mother, father, random), random);
}

function crossed(mother: Point, father: Point, random: RandomStream): Point {
  if (random.uniform() >= CROSSOVER_RATIO) return mother;
  return mother.map((own, axis) => {
    const other = father[axis] ?? own;
    if (random.uniform() < 0.5) return own;
    const u = random.uniform();
    const power = 1 / (CROSSOVER_INDEX + 1);
    const beta = u <= 0.5 ? (2 * u) ** power : (1 / (2 * (1 - u))) ** power;
    return inCube(0.5 * ((1 + beta) * own + (1 - beta) * other));
  });
}

/** Each coordinate moves with a probability of one over their number. */
function mutated(point: Point, random: RandomStream): Point {
  return point.map((value) => {
    if (random.uniform() * point.length >= 1) return value;
    const u = random.uniform();
    const power = 1 / (MUTATION_INDEX + 1);
    return inCube(value + (u < 0.5 ? (2 * u) ** power - 1 : 1 - (2 * (1 - u)) ** power));
  });
}

function inCube(value: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(0, value));
}
