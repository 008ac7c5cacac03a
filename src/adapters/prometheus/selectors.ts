// The few range selectors that bring in the raw samples of a whole fleet, however many policies there are.

import type { PrometheusSourceConfiguration } from "../../domain/configuration.ts";
import type { Policy } from "../../domain/policy.ts";
import type { Millis } from "../../domain/units.ts";
import { FAMILY } from "../../observe/triton-metrics.ts";

/** `scrapes`: `up`. `samples`: Triton's. `replicas`: kube-state-metrics'. */
export type SelectorRole = "scrapes" | "samples" | "replicas";
export type Selector = { readonly role: SelectorRole; readonly selector: string };

type SelectorSettings = Pick<PrometheusSourceConfiguration, "matchers" | "labels" | "replicas">;

/** More namespaces than these are not worth naming: the expression would cost more than it saves. */
const MOST_NAMESPACES = 50;

const COUNTS = [FAMILY.success, FAMILY.failure, FAMILY.inferences, FAMILY.executions, FAMILY.pending];
const DURATIONS = [
  FAMILY.requestMicros,
  FAMILY.queueMicros,
  FAMILY.computeInputMicros,
  FAMILY.computeInferMicros,
  FAMILY.computeOutputMicros,
];
/** They show that counters have been switched off. */
const OBSERVED = [FAMILY.responseHistogram, FAMILY.requestSummary, FAMILY.queueSummary].map(
  (family) => `${family}_count`,
);
const PERCENTILES = [`${FAMILY.responseHistogram}_bucket`, FAMILY.requestSummary];
const MEMORY = [FAMILY.gpuMemoryTotal, FAMILY.gpuMemoryUsed];

/** Names of kube-state-metrics: what they count, and the label that names the workload. */
export const REPLICA_METRICS = {
  kube_deployment_spec_replicas: { kind: "Deployment", label: "deployment", counts: "desired" },
  kube_deployment_status_replicas_ready: { kind: "Deployment", label: "deployment", counts: "ready" },
  kube_statefulset_replicas: { kind: "StatefulSet", label: "statefulset", counts: "desired" },
  kube_statefulset_status_replicas_ready: { kind: "StatefulSet", label: "statefulset", counts: "ready" },
} as const;

/** Returns the selectors for these policies, at most 7; only the families that some policy needs, or all of them without any policy. */
export function selectorsFor(
  policies: readonly Policy[],
  { matchers, labels, replicas }: SelectorSettings,
): readonly Selector[] {
  const namespaces = [...new Set(policies.map(({ target }) => target.namespace))].sort();
  const triton = [...namespaceMatcher(labels.namespace, namespaces), ...exactly(matchers)];
  const samples = (names: readonly string[]): Selector => ({
    role: "samples",
    selector: braces([anyName(names), ...triton]),
  });
  const isWanted = (signal: "latency" | "gpuMemory"): boolean =>
    policies.length === 0 || policies.some(({ signals }) => signals[signal] !== null);
  return [
    { role: "scrapes", selector: `up${braces([`${labels.pod}!=""`, ...triton])}` },
    samples(COUNTS),
    samples(DURATIONS),
    samples(OBSERVED),
    ...(isWanted("latency") ? [samples(PERCENTILES)] : []),
    ...(isWanted("gpuMemory") ? [samples(MEMORY)] : []),
    ...(replicas === "kube-state-metrics" ? [replicaSelector(namespaces)] : []),
  ];
}

/** Returns the selector as an expression for its raw samples over `span`. */
export function over({ selector }: Selector, span: Millis): string {
  return `${selector}[${span}ms]`;
}

function replicaSelector(namespaces: readonly string[]): Selector {
  const names = anyName(Object.keys(REPLICA_METRICS));
  return { role: "replicas", selector: braces([names, ...namespaceMatcher("namespace", namespaces)]) };
}

function namespaceMatcher(label: string, namespaces: readonly string[]): readonly string[] {
  if (namespaces.length === 0 || namespaces.length > MOST_NAMESPACES) return [];
  return [`${label}=~${JSON.stringify(namespaces.join("|"))}`];
}

function anyName(names: readonly string[]): string {
  return `__name__=~${JSON.stringify(names.join("|"))}`;
}

function exactly(matchers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(matchers).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
}

function braces(matchers: readonly string[]): string {
  return `{${matchers.join(",")}}`;
}
