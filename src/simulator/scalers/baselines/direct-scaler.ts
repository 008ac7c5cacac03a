// A scaler that writes the replicas itself, at each of its ticks, by a rule.

import type { Scaler, ScalerHand, ScalerTick } from "../scaler.ts";

/** What a rule asks for; null replicas = nothing new, what is asked for stands. */
export type DirectDecision = { readonly replicas: number | null; readonly reason: string };

/** A rule with its memory. Time is seconds since the scenario's start and grows from call to call. */
export type DirectRule = (atSeconds: number) => DirectDecision;

/** Asks for what its rule says; a restart makes the rule anew. */
export class DirectScaler implements Scaler {
  readonly hand: ScalerHand = { kind: "direct" };
  readonly tickSeconds: number;
  readonly #makeRule: () => DirectRule;
  #rule: DirectRule;
  #wanted: number | null = null;

  constructor(tickSeconds: number, makeRule: () => DirectRule) {
    this.tickSeconds = tickSeconds;
    this.#makeRule = makeRule;
    this.#rule = makeRule();
  }

  tick(atSeconds: number): ScalerTick {
    const { replicas, reason } = this.#rule(atSeconds);
    if (replicas !== null) this.#wanted = replicas;
    return { raw: replicas, published: this.#wanted, reason };
  }

  hpaMetrics(): readonly [] {
    return [];
  }

  isActive(): boolean | null {
    return this.#wanted === null ? null : this.#wanted > 0;
  }

  wanted(): number | null {
    return this.#wanted;
  }

  restart(): void {
    this.#rule = this.#makeRule();
    this.#wanted = null;
  }
}
