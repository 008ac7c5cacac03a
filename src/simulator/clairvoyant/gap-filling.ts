// The cheapest course of replicas when it is known how many each slot needs: keep one through a gap, or start it again.

/** How long a slot lasts, what a start costs, and what holds at the beginning; costs are in replica-seconds. */
export type PlanCosts = {
  readonly slotSeconds: number;
  /** What a replica takes from its start until it is ready. */
  readonly startupSeconds: number;
  /** Ready before the first slot; they cost no start. */
  readonly initialReplicas: number;
};

/**
 * Returns the cheapest course with at least what each slot needs. Each level by itself: of two slots that need it, the gap
 * between is bridged where keeping costs no more than a start (a level that is on at the beginning is kept likewise until
 * first needed); after the last need it ends. Exact, in O(slots × levels).
 */
export function cheapestCourse(needed: readonly number[], costs: PlanCosts): readonly number[] {
  const course = needed.map(() => 0);
  const levels = needed.reduce((most, replicas) => Math.max(most, replicas), 0);
  const bridged = Math.floor(costs.startupSeconds / costs.slotSeconds + 1e-9);
  for (let level = 1; level <= levels; level += 1) {
    fillLevel(course, needed, { level, bridged, isOn: level <= costs.initialReplicas });
  }
  return course;
}

function fillLevel(
  course: number[],
  needed: readonly number[],
  { level, bridged, isOn }: { readonly level: number; readonly bridged: number; readonly isOn: boolean },
): void {
  let lastNeeded = isOn ? -1 : Number.NEGATIVE_INFINITY;
  for (const [slot, replicas] of needed.entries()) {
    if (replicas < level) continue;
    const from = slot - lastNeeded - 1 <= bridged ? lastNeeded + 1 : slot;
    for (let filled = from; filled <= slot; filled += 1) course[filled] = (course[filled] ?? 0) + 1;
    lastNeeded = slot;
  }
}

/** Returns what a course costs in replica-seconds: ready time, and every start. */
export function courseCost(course: readonly number[], costs: PlanCosts): number {
  let cost = 0;
  let before = costs.initialReplicas;
  for (const replicas of course) {
    cost += replicas * costs.slotSeconds + Math.max(0, replicas - before) * costs.startupSeconds;
    before = replicas;
  }
  return cost;
}
