// The value that an HPA with a tolerance of its own can be told, so that it follows as many numbers as it can.

import type { HpaReading } from "../domain/cluster.ts";

/** Above the number below, by so much that every release of KEDA hands it on as more than that number. */
const EDGE = 0.01;

/**
 * Returns the value for a wish of `replicas` where `existing` of them are there (null = unknown). Down, the HPA takes
 * the ceiling of the value once the ratio to what is there has left the band, so the least value with that ceiling
 * leaves it earliest: of 20 it reaches 18 and not only 17. It also keeps a rollout's surplus from becoming desired. Up,
 * no value reaches more than the wish itself does, short of asking for replicas that nobody wants.
 */
export function edgeValue(replicas: number, existing: number | null): number {
  const isDown = existing !== null && replicas < existing;
  return isDown && replicas > 0 ? replicas - 1 + EDGE : replicas;
}

/**
 * Returns whether the HPA that follows us keeps a tolerance going in: the policy says so, or it was read back to carry
 * one or none of its own, in which case the cluster's counts (the API server may have dropped ours). What the policy
 * says stands where no HPA is known. An HPA without tolerance takes the edge value for the number that it stands for.
 */
export function keepsTolerance(declared: number, hpa: HpaReading | null): boolean {
  return declared > 0 || (hpa?.asksForOurs === true && hpa.toleranceIn !== 0);
}
