// Serves all requests of a run with the replicas of a plan, and nothing else moving: what the plan itself is worth.

import type { RequestPlane } from "../requests/request-plane.ts";
import type { ReplicaPlan } from "../scalers/baselines/replica-plan.ts";
import type { SlotOutcome } from "./plan-search.ts";

export type PlannedRun = {
  /** New, without servers. */
  readonly plane: RequestPlane;
  /** How many models it serves. */
  readonly models: number;
  readonly durationSeconds: number;
  readonly initialReplicas: number;
  /** Before this time nothing can be ready but what was there at first. */
  readonly leadSeconds: number;
};

/** Returns what became of the requests of each slot of the plan; those that are not counted are in none. */
export function plannedOutcomes(plan: ReplicaPlan, run: PlannedRun): readonly SlotOutcome[] {
  const { plane, durationSeconds } = run;
  const ready: number[] = [];
  const draining = new Set<number>();
  for (const [slot, replicas] of plan.replicas.entries()) {
    const from = slot * plan.slotSeconds;
    if (from >= durationSeconds) break;
    plane.advance(from);
    const wanted = from < run.leadSeconds ? Math.min(replicas, run.initialReplicas) : replicas;
    while (ready.length < wanted) ready.push(plane.addServer());
    while (ready.length > wanted) {
      const server = ready.pop();
      if (server === undefined) break;
      plane.drain(server);
      draining.add(server);
    }
    for (const server of draining) {
      if (!plane.isEmpty(server)) continue;
      plane.removeServer(server);
      draining.delete(server);
    }
  }
  plane.advance(durationSeconds);
  plane.finish();
  return outcomesBySlot(plan, run);
}

function outcomesBySlot(
  { slotSeconds, replicas }: ReplicaPlan,
  { plane, models }: PlannedRun,
): readonly SlotOutcome[] {
  const scores = Array.from({ length: models }, (_, model) => plane.score(model));
  const sum = (counts: Uint32Array, slot: number): number =>
    counts
      .subarray(Math.round(slot * slotSeconds), Math.round((slot + 1) * slotSeconds))
      .reduce((total, count) => total + count, 0);
  return replicas.map((_, slot) =>
    scores.reduce(
      ({ arrived, good }, score) => ({
        arrived: arrived + sum(score.arrivedBySecond, slot),
        good: good + sum(score.goodBySecond, slot),
      }),
      { arrived: 0, good: 0 },
    ),
  );
}
