// What is counted where the Kubernetes API is used: requests, leadership, and the replicas that are written.

import type { Counter, Gauge } from "prom-client";

import type { Policy } from "../domain/policy.ts";
import { policyKey } from "../domain/target.ts";
import type { ActuationResult, ActuationTelemetry } from "../ports/actuation-telemetry.ts";

/** The metrics that this counts in. */
export type ClusterMetrics = {
  readonly requests: Counter;
  readonly leader: Gauge;
  readonly actuations: Counter;
  readonly contested: Gauge;
};

const RESULTS: readonly ActuationResult[] = ["written", "dryRun", "conflict", "failed"];

type Labels = { readonly namespace: string; readonly policy: string };

export class ClusterTelemetry implements ActuationTelemetry {
  readonly #metrics: ClusterMetrics;
  readonly #labels = new Map<string, Labels>();

  constructor(metrics: ClusterMetrics) {
    this.#metrics = metrics;
    this.leader(true);
  }

  /** One request to the API server; `code` 0: there was no answer. */
  request(verb: string, code: number): void {
    this.#metrics.requests.inc({ verb, code: String(code) });
  }

  /** Whether this process acts: it leads, or is alone. */
  leader(isLeader: boolean): void {
    this.#metrics.leader.set(isLeader ? 1 : 0);
  }

  actuation(
    { namespace, name }: { readonly namespace: string; readonly name: string },
    result: ActuationResult,
  ): void {
    this.#metrics.actuations.inc({ ...this.#known(namespace, name), result });
  }

  contested({ target, name }: Policy, isContested: boolean): void {
    this.#metrics.contested.set({ ...this.#known(target.namespace, name) }, isContested ? 1 : 0);
  }

  /** A policy left the service: its series go. */
  policyRemoved(key: string): void {
    const labels = this.#labels.get(key);
    if (labels === undefined) return;
    this.#labels.delete(key);
    this.#metrics.contested.remove({ ...labels });
    for (const result of RESULTS) this.#metrics.actuations.remove({ ...labels, result });
  }

  #known(namespace: string, policy: string): Labels {
    const key = policyKey(namespace, policy);
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const labels = { namespace, policy };
    this.#labels.set(key, labels);
    for (const result of RESULTS) this.#metrics.actuations.inc({ ...labels, result }, 0);
    return labels;
  }
}
