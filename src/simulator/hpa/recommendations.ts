// The proposals that an HPA remembers, and what they make of a new one.

import type { ScalingBehavior } from "./behavior.ts";

type Recommendation = { readonly replicas: number; readonly atMs: number };

/** A proposal in the light of the past ones. */
export type Stabilized = {
  readonly replicas: number;
  readonly reason: "ReadyForNewScale" | "ScaleUpStabilized" | "ScaleDownStabilized";
};

/** What a proposal is stabilized by; times in ms. */
export type Stabilizing = {
  readonly specReplicas: number;
  readonly proposal: number;
  readonly atMs: number;
  /** The controller's flag. */
  readonly downscaleStabilizationMs: number;
};

const MS_PER_SECOND = 1000;

/** The remembered proposals of one HPA. A slot out of every window is overwritten, the last such one. */
export class Recommendations {
  #list: Recommendation[] = [];

  /** Begins with the replicas that there are, if nothing is remembered. */
  seed(replicas: number, atMs: number): void {
    if (this.#list.length === 0) this.#list.push({ replicas, atMs });
  }

  /** Forgets everything. */
  clear(): void {
    this.#list = [];
  }

  /** Returns the largest proposal of the window, its boundary included, and remembers the new one. */
  stabilizeByFlag({ proposal, atMs, downscaleStabilizationMs }: Stabilizing): Stabilized {
    const cutoff = atMs - downscaleStabilizationMs;
    let [largest, outdated] = [proposal, -1];
    for (const [index, past] of this.#list.entries()) {
      if (past.atMs < cutoff) outdated = index;
      else largest = Math.max(largest, past.replicas);
    }
    this.#remember({ replicas: proposal, atMs }, outdated);
    return {
      replicas: largest,
      reason: largest === proposal ? "ReadyForNewScale" : "ScaleDownStabilized",
    };
  }

  /** Moves from the present replicas only as far as the whole window agrees, its boundary left out; remembers the new one. */
  stabilizeByBehavior(behavior: ScalingBehavior, stabilizing: Stabilizing): Stabilized {
    const { specReplicas, proposal, atMs, downscaleStabilizationMs } = stabilizing;
    const upCutoff = atMs - (behavior.scaleUp.stabilizationWindowSeconds ?? 0) * MS_PER_SECOND;
    const flagSeconds = Math.trunc(downscaleStabilizationMs / MS_PER_SECOND);
    const downSeconds = behavior.scaleDown.stabilizationWindowSeconds ?? flagSeconds;
    const downCutoff = atMs - downSeconds * MS_PER_SECOND;
    let [smallest, largest, outdated] = [proposal, proposal, -1];
    for (const [index, past] of this.#list.entries()) {
      if (past.atMs > upCutoff) smallest = Math.min(smallest, past.replicas);
      if (past.atMs > downCutoff) largest = Math.max(largest, past.replicas);
      if (past.atMs < upCutoff && past.atMs < downCutoff) outdated = index;
    }
    this.#remember({ replicas: proposal, atMs }, outdated);
    const replicas = Math.min(Math.max(specReplicas, smallest), largest);
    if (replicas === proposal) return { replicas, reason: "ReadyForNewScale" };
    return { replicas, reason: proposal >= specReplicas ? "ScaleUpStabilized" : "ScaleDownStabilized" };
  }

  #remember(recommendation: Recommendation, outdated: number): void {
    if (outdated < 0) this.#list.push(recommendation);
    else this.#list[outdated] = recommendation;
  }
}
