// What changes in a service when it comes to lead, and when another process does.

import type { Registry } from "../control/registry.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Instant, minutes } from "../domain/units.ts";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import { type CommandError, environmentFailed } from "./command-error.ts";
import type { ComposedCluster } from "./compose-kubernetes.ts";

export type LeadingParts = {
  readonly cluster: ComposedCluster;
  readonly keeper: CheckpointKeeper | null;
  readonly registry: Registry;
  readonly now: () => Instant;
  /** Told whenever this process has come to lead, or has ceased to. */
  readonly changed: (isLeader: boolean) => void;
  /** True: callers hold connections to the leader, which must end when another one leads. */
  readonly endsWhenReplaced: boolean;
};

const CHECKPOINT_AHEAD = minutes(1);

/**
 * Begins to stand for election, where there is one. Rejects once another process leads after this one did: connections
 * that callers keep to this process must end then.
 */
export async function followLeadership(parts: LeadingParts): Promise<never> {
  const { cluster, keeper, changed, endsWhenReplaced } = parts;
  const { election } = cluster;
  if (election === null) return await new Promise<never>(() => undefined);
  return await new Promise<never>((_, reject) => {
    let hasLed = false;
    election.onChange((isLeader) => {
      changed(isLeader);
      // What is known is saved at once: the next leader may come soon.
      if (isLeader) void adopt(parts).then(() => keeper?.save());
      else if (hasLed && endsWhenReplaced) void replaced(election).then(reject);
      hasLed ||= isLeader;
    });
    changed(false);
    election.start();
  });
}

/** Returns why this process is not the one to ask; null = it is. */
export function standby({ election }: ComposedCluster): string | null {
  if (election === null || election.isLeader()) return null;
  const holder = election.holder();
  return holder === null ? "standing by: nobody leads yet" : `standing by: ${holder} leads`;
}

/**
 * What the leader before us knew and we do not: its answers are not undercut for a window, and what it learned over
 * longer spans counts. Our own windows are warm.
 */
async function adopt({ keeper, registry, now }: LeadingParts): Promise<void> {
  const states = await keeper?.load(now(), CHECKPOINT_AHEAD);
  if (states === null || states === undefined) return;
  for (const entry of registry.entries()) {
    const known = states.get(entry.loaded.key);
    if (known !== undefined) registry.rebuild(entry, adopted(entry.state, known));
  }
}

/** Returns our state with what only the other could know. */
export function adopted(own: ScalerState, known: ScalerState): ScalerState {
  if (own.at === null) return known;
  const answers = [own.lastAnswer, known.lastAnswer].filter((answer) => answer !== null);
  const { desiredChanges, recommendations, recommendationsSince, readySince, steadyAt, lastReplicas } = own;
  const { at, startedAt, lastLiveAt, lastActiveAt, lastIncreaseAt, backlogAboveAt } = own;
  return {
    ...known,
    at,
    startedAt,
    lastLiveAt,
    lastActiveAt,
    lastIncreaseAt: latest(lastIncreaseAt, known.lastIncreaseAt),
    backlogAboveAt,
    desiredChanges,
    recommendations,
    recommendationsSince,
    readySince,
    steadyAt,
    lastReplicas,
    restored: answers.length > 0,
    lastAnswer: answers.length === 0 ? null : Math.max(...answers),
  };
}

function latest(one: Instant | null, other: Instant | null): Instant | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? other : one;
}

/** Resolves once another process is seen to lead; while nobody is, this one goes on. */
async function replaced(election: NonNullable<ComposedCluster["election"]>): Promise<CommandError> {
  const isOver = (): string | null => {
    const holder = election.holder();
    return !election.isLeader() && holder !== null && holder !== election.identity ? holder : null;
  };
  for (;;) {
    const holder = isOver();
    if (holder !== null)
      return environmentFailed(`${holder} leads now; ends, so that callers turn to it`, null);
    if (election.isLeader()) return await new Promise<CommandError>(() => undefined);
    await election.nextAttempt();
  }
}
