// Which pods a workload gives up when it has too many.

import type { Pod } from "./pod.ts";

/** Lower goes first: no node yet, then not running, then not ready, then ready. */
const STANDING = { pending: 0, pulling: 1, loading: 2, ready: 3, draining: 4, gone: 4 } as const;

/**
 * Returns the `count` active pods that go first. A Deployment's by how far they have come, the most recently ready
 * first, then the newest (the ReplicaSet controller's order; ready times are compared as they are, not by their
 * logarithm). A StatefulSet's from its highest ordinal down.
 */
export function victims(active: readonly Pod[], count: number): readonly Pod[] {
  return active.toSorted(goesFirst).slice(0, Math.max(0, count));
}

function goesFirst(one: Pod, other: Pod): number {
  if (one.ordinal !== null && other.ordinal !== null) return other.ordinal - one.ordinal;
  const byStanding = STANDING[one.phase] - STANDING[other.phase];
  if (byStanding !== 0) return byStanding;
  const byReadiness = one.phase === "ready" ? other.phaseSince - one.phaseSince : 0;
  return byReadiness !== 0 ? byReadiness : other.index - one.index;
}
