// The gauges of all policies in Prometheus' text format, written straight from their records: a metrics library would
// keep each of a large fleet's hundred thousand values as an object of its own.

import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Sizing } from "../domain/sizing.ts";
import type { ScalerState } from "../domain/state.ts";
import { causeGauges, learnedGauges, sizingGauges } from "./learned-gauges.ts";
import { POLICY_GAUGES } from "./own-metrics.ts";
import { type GaugeValue, policyGauges } from "./policy-gauges.ts";

export type ShownPolicy = {
  readonly policy: Policy;
  readonly record: DecisionRecord;
  /** See `tidemark_agreement_promised`. */
  readonly isAgreed: boolean;
  /** What its decisions have learned; null = nothing was told of it. */
  readonly state: ScalerState | null;
  /** Null where nobody tells how load sizes the fleet. */
  readonly sizing: Sizing | null;
};

export class PolicyPage {
  readonly #families = new Map<string, string>();

  constructor() {
    for (const [name, { help, type }] of Object.entries(POLICY_GAUGES)) {
      this.#families.set(name, `# HELP ${name} ${help}\n# TYPE ${name} ${type}`);
    }
  }

  /** Adds the values of one policy; each at most once. */
  add({ policy, record, isAgreed, state, sizing }: ShownPolicy): void {
    const own = `namespace="${escaped(policy.target.namespace)}",policy="${escaped(policy.name)}"`;
    this.#add("tidemark_agreement_promised", own, isAgreed ? 1 : 0);
    const values = [
      ...policyGauges(policy, record),
      ...causeGauges(record),
      ...(state === null ? [] : learnedGauges(policy, state)),
      ...(sizing === null ? [] : sizingGauges(sizing)),
    ];
    for (const { name, labels, value } of values) {
      let text = own;
      for (const [label, content] of Object.entries(labels)) text += `,${label}="${escaped(content)}"`;
      this.#add(name, text, value);
    }
  }

  /** Returns the families, each whole and without an end of line. */
  families(): readonly string[] {
    return [...this.#families.values()];
  }

  #add(name: GaugeValue["name"], labels: string, value: number): void {
    this.#families.set(name, `${this.#families.get(name) ?? ""}\n${name}{${labels}} ${value}`);
  }
}

function escaped(text: string): string {
  if (!/[\\"\n]/.test(text)) return text;
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
