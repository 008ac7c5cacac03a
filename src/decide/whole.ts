// From a fraction of replicas to whole ones.

/** Returns the least whole number of replicas that is no less than `replicas`, forgiving the rounding noise of 1e-9. */
export function ceilReplicas(replicas: number): number {
  return Math.max(0, Math.ceil(replicas - 1e-9));
}
