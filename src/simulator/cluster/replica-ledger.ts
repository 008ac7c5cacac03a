// What a workload's pods cost over the counted time, and how many there were.

import type { GpuHours, SimulationRun } from "../../domain/simulation-result.ts";

const SECONDS_PER_HOUR = 3600;

/** What a scheduled pod's time is put down to. */
export type GpuUse = "serving" | "starting" | "draining" | "idle";

export class ReplicaLedger {
  readonly #gpusPerReplica: number;
  readonly #seconds = { serving: 0, starting: 0, draining: 0, idle: 0 };
  #scheduled = 0;
  #changedAt = 0;
  #replicaSeconds = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  constructor(gpusPerReplica: number) {
    this.#gpusPerReplica = gpusPerReplica;
  }

  /** Puts down time of one pod, in seconds. */
  spend(use: GpuUse, seconds: number): void {
    this.#seconds[use] += seconds;
  }

  /** One pod more (1) or fewer (−1) is scheduled from `at` on. */
  scheduled(change: 1 | -1, at: number): void {
    this.#settle(at);
    this.#scheduled += change;
  }

  /** Counting begins at `at`: forgets what was before. */
  restart(at: number): void {
    this.#settle(at);
    for (const use of ["serving", "starting", "draining", "idle"] as const) this.#seconds[use] = 0;
    this.#replicaSeconds = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
  }

  gpuHours(): GpuHours {
    const hours = (seconds: number): number => rounded((seconds * this.#gpusPerReplica) / SECONDS_PER_HOUR);
    const { serving, starting, draining, idle } = this.#seconds;
    return {
      total: hours(serving + starting + draining + idle),
      serving: hours(serving),
      starting: hours(starting),
      draining: hours(draining),
      idle: hours(idle),
    };
  }

  /** Returns scheduled pods until `at`, over `countedSeconds`; a count that lasted no time is none. */
  replicas(at: number, countedSeconds: number): SimulationRun["replicas"] {
    this.#settle(at);
    const final = this.#scheduled;
    return {
      min: Math.min(this.#min, countedSeconds > 0 ? Number.POSITIVE_INFINITY : final),
      max: Math.max(this.#max, countedSeconds > 0 ? 0 : final),
      mean: countedSeconds > 0 ? rounded(this.#replicaSeconds / countedSeconds) : final,
      final,
    };
  }

  #settle(at: number): void {
    const seconds = at - this.#changedAt;
    if (seconds <= 0) return;
    this.#replicaSeconds += seconds * this.#scheduled;
    this.#min = Math.min(this.#min, this.#scheduled);
    this.#max = Math.max(this.#max, this.#scheduled);
    this.#changedAt = at;
  }
}

/** Six decimals: seconds of a GPU are still seen in its hours. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
