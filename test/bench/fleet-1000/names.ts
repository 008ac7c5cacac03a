// What the workloads of a benchmark's fleet are called.

/** Pods of each policy. */
export const PODS_EACH = 3;
const NAMESPACES = 40;

/** Returns the name of policy, Deployment and ScaledObject number `index`. */
export function nameOf(index: number): string {
  return `triton-${index}`;
}

/** Returns the namespace of policy number `index`. */
export function namespaceOf(index: number): string {
  return `team-${index % NAMESPACES}`;
}

/** Returns the name of a pod as a Deployment gives it. */
export function podOf(index: number, pod: number): string {
  return `${nameOf(index)}-7d4b9c6f5d-x${pod}abc`;
}
