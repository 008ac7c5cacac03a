// Which faults are under way, and what they come to together.

import type { Fault, FaultKind } from "../../domain/scenario.ts";

export class FaultsInForce {
  readonly #active = new Set<Fault>();

  begin(fault: Fault): void {
    this.#active.add(fault);
  }

  end(fault: Fault): void {
    this.#active.delete(fault);
  }

  /** Returns false while the metrics source is down. */
  isSourceUp(): boolean {
    return this.#of("metrics-outage").length === 0;
  }

  /** Returns the share of scrapes that fail. */
  scrapeLossRatio(): number {
    return 1 - this.#of("scrape-loss").reduce((kept, { ratio }) => kept * (1 - ratio), 1);
  }

  /** Returns how many times as long a stage of a start takes that begins now. */
  startFactor(): number {
    return this.#of("slow-start").reduce((factor, fault) => factor * fault.factor, 1);
  }

  /** Returns how many times as long a model's executions take that begin now. */
  modelFactor(model: string): number {
    return this.#of("slow-model")
      .filter((fault) => fault.model === null || fault.model === model)
      .reduce((factor, fault) => factor * fault.factor, 1);
  }

  #of<Kind extends FaultKind["kind"]>(kind: Kind): readonly FaultOf<Kind>[] {
    // Each scrape asks, and mostly there is none.
    if (this.#active.size === 0) return [];
    return [...this.#active].filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }
}

type FaultOf<Kind extends FaultKind["kind"]> = Extract<Fault, { readonly kind: Kind }>;

/** Returns whether a fault lasts, or else happens once, at its start. */
export function lasts(fault: Fault): boolean {
  return fault.kind !== "replica-crash" && fault.kind !== "scaler-restart";
}

/** Returns up to when, at a time, the metrics source knows what was scraped: since an outage began it knows nothing more. */
export function sourceKnownUntil(faults: readonly Fault[], atSeconds: number): number {
  let known = atSeconds;
  for (const { kind, atSeconds: from, forSeconds } of faults) {
    if (kind === "metrics-outage" && from <= atSeconds && atSeconds < from + forSeconds)
      known = Math.min(known, from);
  }
  return known;
}
