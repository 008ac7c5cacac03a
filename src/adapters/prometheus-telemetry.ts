// Our own metrics as Prometheus reads them, on prom-client.

import { Counter, Gauge, Histogram, Registry } from "prom-client";

import { assert } from "../domain/assert.ts";
import type { Observation } from "../domain/observation.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Sizing } from "../domain/sizing.ts";
import type { ScalerState } from "../domain/state.ts";
import { VERSION } from "../domain/version.ts";
import type {
  CertificateReport,
  ConnectionRefusal,
  PolicyRefusalReason,
  Telemetry,
  TickResult,
} from "../ports/telemetry.ts";
import { CallCounters } from "./call-counters.ts";
import { ClusterTelemetry } from "./cluster-telemetry.ts";
import { EventLoopLag } from "./event-loop-lag.ts";
import { SERVICE_METRICS } from "./own-metrics.ts";
import { PolicyPage } from "./policy-page.ts";

const POLICIES_A_SLICE = 20;
const WORK_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CALL_BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];
const DIRECTIONS = ["out", "in"] as const;

type ServiceMetric = keyof typeof SERVICE_METRICS;
/** The newest record of a policy, and the desired replicas that were last known. */
type Latest = { readonly policy: Policy; readonly record: DecisionRecord; readonly desired: number | null };

export type PrometheusTelemetryOptions = {
  /** Tells whether the source answers; without it the outcome of its last reading does. */
  readonly sourceUp?: () => boolean;
  /** Gives the longest delay since it was last asked of the event loop that answers calls; without it of this one. */
  readonly takeLagSeconds?: () => number;
  /** Tells how load sizes a policy's fleet; without it nothing is shown of that. */
  readonly sizingOf?: SizingOf;
};

type SizingOf = (policy: Policy, state: ScalerState, observation: Observation) => Sizing;

export class PrometheusTelemetry implements Telemetry {
  readonly contentType: string;
  /** What is counted where the Kubernetes API is used. */
  readonly cluster: ClusterTelemetry;
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #latest = new Map<string, Latest>();
  /** Keys of the policies for which agreement is promised. */
  readonly #agreed = new Set<string>();
  readonly #states = new Map<string, ScalerState>();
  readonly #calls: CallCounters;
  readonly #sourceUp: (() => boolean) | null;
  #lastPage: Promise<string> = Promise.resolve("");
  readonly #takeLagSeconds: () => number;
  readonly #ownLag: EventLoopLag | null;

  readonly #sizingOf: SizingOf | null;

  constructor({ sourceUp, takeLagSeconds, sizingOf }: PrometheusTelemetryOptions = {}) {
    this.#sizingOf = sizingOf ?? null;
    this.contentType = this.#registry.contentType;
    this.#sourceUp = sourceUp ?? null;
    const ownLag = takeLagSeconds === undefined ? new EventLoopLag() : null;
    this.#ownLag = ownLag;
    this.#takeLagSeconds = takeLagSeconds ?? (() => ownLag?.takeSeconds() ?? 0);
    this.#createMetrics();
    this.#calls = new CallCounters({
      requests: this.#counter("tidemark_grpc_requests_total"),
      durations: this.#histogram("tidemark_grpc_request_duration_seconds"),
      scaledObjects: this.#counter("tidemark_grpc_scaledobject_requests_total"),
    });
    this.cluster = new ClusterTelemetry({
      requests: this.#counter("tidemark_kubernetes_requests_total"),
      leader: this.#gauge("tidemark_leader"),
      actuations: this.#counter("tidemark_actuations_total"),
      contested: this.#gauge("tidemark_actuation_contested"),
    });
    this.#gauge("tidemark_build_info").set({ version: VERSION }, 1);
  }

  tick(result: TickResult, durationSeconds: number | null): void {
    this.#counter("tidemark_ticks_total").inc({ result });
    if (durationSeconds !== null) this.#histogram("tidemark_tick_duration_seconds").observe(durationSeconds);
  }

  sourceQuery(source: string, ok: boolean, durationSeconds: number): void {
    this.#counter("tidemark_source_queries_total").inc({ source, result: ok ? "ok" : "failed" });
    this.#histogram("tidemark_source_query_duration_seconds").observe(durationSeconds);
    this.#gauge("tidemark_source_up").set(ok ? 1 : 0);
  }

  decision(policy: Policy, record: DecisionRecord, previous: DecisionRecord | null): void {
    const before = this.#latest.get(record.policy);
    const desired = record.observation.replicas.desired ?? before?.desired ?? null;
    const labels = labelsOf(policy);
    if (before === undefined) this.#beginCounting(labels);
    const wanted = { from: previous?.decision.replicas ?? null, to: record.decision.replicas };
    this.#countChange("tidemark_decision_changes_total", labels, wanted);
    this.#countChange("tidemark_scale_events_total", labels, { from: before?.desired ?? null, to: desired });
    this.#latest.set(record.policy, { policy, record, desired });
  }

  agreement(key: string, isPromised: boolean): void {
    if (isPromised) this.#agreed.add(key);
    else this.#agreed.delete(key);
  }

  learned(key: string, state: ScalerState): void {
    this.#states.set(key, state);
  }

  policyRemoved(key: string): void {
    this.cluster.policyRemoved(key);
    this.#agreed.delete(key);
    this.#states.delete(key);
    const latest = this.#latest.get(key);
    if (latest === undefined) return;
    this.#latest.delete(key);
    for (const direction of DIRECTIONS) {
      const labels = { ...labelsOf(latest.policy), direction };
      this.#counter("tidemark_decision_changes_total").remove(labels);
      this.#counter("tidemark_scale_events_total").remove(labels);
    }
  }

  policiesReloaded(ok: boolean, atEpochSeconds: number): void {
    this.#gauge("tidemark_policy_last_reload_successful").set(ok ? 1 : 0);
    if (ok) this.#gauge("tidemark_policy_last_reload_success_timestamp_seconds").set(atEpochSeconds);
  }

  grpcRequest(method: string, code: string, durationSeconds: number): void {
    this.#calls.call(method, code, durationSeconds);
  }

  scaledObjectRequest(namespace: string, scaledObject: string): void {
    this.#calls.scaledObject(namespace, scaledObject);
  }

  streams(open: number): void {
    this.#gauge("tidemark_streams").set(open);
  }

  policyRefused(reason: PolicyRefusalReason): void {
    this.#counter("tidemark_policy_refusals_total").inc({ reason });
  }

  connections(open: number): void {
    this.#gauge("tidemark_connections").set(open);
  }

  connectionRefused(reason: ConnectionRefusal): void {
    this.#counter("tidemark_connection_refusals_total").inc({ reason });
  }

  certificates({ certFile, isGood, ends }: CertificateReport): void {
    this.#gauge("tidemark_certificate_last_reload_successful").set({ file: certFile }, isGood ? 1 : 0);
    for (const { file, at } of ends)
      this.#gauge("tidemark_certificate_expiry_timestamp_seconds").set({ file }, at / 1000);
  }

  /** Returns the page. Made in slices, so that a large fleet does not hold up calls; one page at a time. */
  render(): Promise<string> {
    const page = this.#lastPage.then(() => this.#renderPage());
    this.#lastPage = page.catch(() => "");
    return page;
  }

  /** Stops watching the event loop. */
  close(): void {
    this.#ownLag?.close();
  }

  async #renderPage(): Promise<string> {
    const policies = await this.#policyPage();
    if (this.#sourceUp !== null) this.#gauge("tidemark_source_up").set(this.#sourceUp() ? 1 : 0);
    this.#gauge("tidemark_event_loop_lag_seconds").set(this.#takeLagSeconds());
    const families: string[] = [];
    for (const { name } of this.#registry.getMetricsAsArray()) {
      families.push(await this.#registry.getSingleMetricAsString(name));
      await turn();
    }
    return `${[...families, ...policies.families()].join("\n\n")}\n`;
  }

  async #policyPage(): Promise<PolicyPage> {
    const page = new PolicyPage();
    for (const [index, { policy, record }] of [...this.#latest.values()].entries()) {
      const key = record.policy;
      const state = this.#states.get(key) ?? null;
      page.add({
        policy,
        record,
        isAgreed: this.#agreed.has(key),
        state,
        sizing: state === null ? null : (this.#sizingOf?.(policy, state, record.observation) ?? null),
      });
      if (index % POLICIES_A_SLICE === POLICIES_A_SLICE - 1) await turn();
    }
    return page;
  }

  #createMetrics(): void {
    const registers = [this.#registry];
    for (const [name, { type, labels, help }] of Object.entries(SERVICE_METRICS)) {
      const options = { name, help, labelNames: [...labels], registers };
      if (type === "gauge") this.#gauges.set(name, new Gauge(options));
      else if (type === "counter") this.#counters.set(name, new Counter(options));
      else {
        const buckets = name.includes("_grpc_") ? CALL_BUCKETS_SECONDS : WORK_BUCKETS_SECONDS;
        this.#histograms.set(name, new Histogram({ ...options, buckets }));
      }
    }
    for (const result of ["ok", "failed", "skipped"])
      this.#counter("tidemark_ticks_total").inc({ result }, 0);
  }

  /** A counter that is there from the start shows its first increase. */
  #beginCounting(labels: PolicyLabels): void {
    for (const direction of DIRECTIONS) {
      this.#counter("tidemark_decision_changes_total").inc({ ...labels, direction }, 0);
      this.#counter("tidemark_scale_events_total").inc({ ...labels, direction }, 0);
    }
  }

  #countChange(
    name: "tidemark_decision_changes_total" | "tidemark_scale_events_total",
    labels: PolicyLabels,
    { from, to }: { readonly from: number | null; readonly to: number | null },
  ): void {
    if (from === null || to === null || from === to) return;
    this.#counter(name).inc({ ...labels, direction: to > from ? "out" : "in" });
  }

  #counter(name: ServiceMetric): Counter {
    return existing(this.#counters, name);
  }

  #gauge(name: ServiceMetric): Gauge {
    return existing(this.#gauges, name);
  }

  #histogram(name: ServiceMetric): Histogram {
    return existing(this.#histograms, name);
  }
}

type PolicyLabels = { readonly namespace: string; readonly policy: string };

function labelsOf(policy: Policy): PolicyLabels {
  return { namespace: policy.target.namespace, policy: policy.name };
}

function existing<Metric>(metrics: ReadonlyMap<string, Metric>, name: string): Metric {
  const metric = metrics.get(name);
  assert(metric !== undefined, `${name} is not a metric of this type`);
  return metric;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
