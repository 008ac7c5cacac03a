// What a run's decisions learned on the way, from its own decision log: the same pure step again gives the states.

import { decide } from "../../../src/decide/decide.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { LogRecord } from "../../../src/domain/record.ts";
import type { ScalerState } from "../../../src/domain/state.ts";
import { EPOCH } from "../builders.ts";

/** Requests/s of one saturated replica as known from a time on; null = nothing is known. */
type CapSince = { readonly atSeconds: number; readonly perReplica: number | null };

/** Hears the lines of one policy's log in their order. */
export class LearningCourse {
  readonly #policy: Policy;
  readonly #caps: CapSince[] = [];
  #state: ScalerState | null = null;
  #failedProbes = 0;
  #badPoints = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  hear(line: LogRecord): void {
    if (line.kind === "policy") return;
    if (line.kind === "state") {
      this.#state = line.state;
      return;
    }
    const before = this.#state;
    if (before === null) throw new Error("a log begins with a state");
    const { state } = decide(before, line.observation, this.#policy);
    const perReplica = state.learned.cap?.perReplica ?? null;
    if (this.#caps.at(-1)?.perReplica !== perReplica) {
      this.#caps.push({ atSeconds: (line.at - EPOCH) / 1000, perReplica });
    }
    if (state.probe?.failedAt === line.at) this.#failedProbes += 1;
    if (state.learned.badPoints.some((point) => point.at === line.at)) this.#badPoints += 1;
    this.#state = state;
  }

  /** The cap in force at a time; null = none. */
  capAt(atSeconds: number): number | null {
    return this.#caps.findLast((cap) => cap.atSeconds <= atSeconds)?.perReplica ?? null;
  }

  /** Scale-ins on trial that had to be taken back. */
  get failedProbes(): number {
    return this.#failedProbes;
  }

  /** Ticks that learned a load which was too much. */
  get badPoints(): number {
    return this.#badPoints;
  }
}
