// What the gauges of one policy show, read off its newest record.

import type { ChangeStep, SignalStep, StepName } from "../domain/decision.ts";
import { STATUSES } from "../domain/decision.ts";
import { readingOf, type SignalState } from "../domain/observation.ts";
import { type AnySignalName, customSignal, isBuiltIn, type Policy, SIGNAL_NAMES } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { toSeconds } from "../domain/units.ts";
import type { POLICY_GAUGES } from "./own-metrics.ts";

export const SIGNAL_STATES: readonly SignalState[] = ["live", "idle", "stale", "absent", "implausible"];
/** What can forbid a scale-in; others that turn up are shown while they do. */
export const BLOCK_REASONS = [
  "ABSENT",
  "STALE",
  "IMPLAUSIBLE",
  "NO_COMPLETIONS",
  "COVERAGE",
  "REJECTIONS",
  "ABOVE_GUARD",
  "CRITICAL",
] as const;

/** Which steps a stage has behind it. */
const STAGES = {
  raw: ["combine", "startup"],
  stabilized: ["combine", "startup", "stabilization"],
  limited: ["combine", "startup", "stabilization", "rateLimit", "cooldown"],
} as const satisfies Record<string, readonly StepName[]>;

/** One value of a gauge, by the labels it has besides namespace and policy. */
export type GaugeValue = {
  readonly name: keyof typeof POLICY_GAUGES;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** Returns the values of all gauges of a policy; where something is unknown there is none. */
export function policyGauges(policy: Policy, record: DecisionRecord): readonly GaugeValue[] {
  const { decision, policyHash } = record;
  const statuses = STATUSES.map((status) => ({ status, is: status === decision.status }));
  const signals = [...SIGNAL_NAMES, ...policy.signals.custom.map(({ name }) => name)];
  const values = [
    gauge("policy_info", { hash: policyHash, mode: policy.mode }, 1),
    ...replicaGauges(record),
    ...signals.flatMap((name) => signalGauges(name, policy, record)),
    gauge("coverage_ratio", {}, coverage(record)),
    ...statuses.map(({ status, is }) => gauge("status", { status }, is ? 1 : 0)),
    ...blockGauges(record),
  ];
  return values.flatMap((found) => (found.value === null ? [] : [{ ...found, value: found.value }]));
}

type Suffix<Name> = Name extends `tidemark_${infer Rest}` ? Rest : never;
type Found = Omit<GaugeValue, "value"> & { readonly value: number | null };

function gauge(
  name: Suffix<GaugeValue["name"]>,
  labels: Readonly<Record<string, string>>,
  value: number | null,
): Found {
  return { name: `tidemark_${name}`, labels, value };
}

function replicaGauges({ observation, decision, steps }: DecisionRecord): readonly Found[] {
  const { desired, ready, starting } = observation.replicas;
  const observed = Object.entries({ desired, ready, starting });
  const changes = steps.filter((step): step is ChangeStep => step.step !== "signal");
  const reached = (stage: readonly StepName[]): number | null =>
    changes.findLast(({ step }) => stage.includes(step))?.to ?? null;
  const recommended = [
    ...Object.entries(STAGES).map(([stage, names]) => ({ stage, value: reached(names) })),
    { stage: "published", value: decision.replicas },
  ];
  return [
    ...observed.map(([state, value]) => gauge("observed_replicas", { state }, value)),
    ...recommended.map(({ stage, value }) => gauge("recommended_replicas", { stage }, value)),
  ];
}

function signalGauges(
  signal: AnySignalName,
  policy: Policy,
  { observation, steps }: DecisionRecord,
): readonly Found[] {
  const reading = readingOf(observation.signals, signal);
  if (reading === null) return [];
  const step = steps.find((one): one is SignalStep => one.step === "signal" && one.signal === signal);
  return [
    gauge("signal_value", { signal }, reading.value),
    gauge("signal_target", { signal }, targetOf(signal, policy)),
    gauge("signal_wish_replicas", { signal }, step?.wish ?? null),
    gauge("signal_age_seconds", { signal }, reading.ageSeconds),
    ...SIGNAL_STATES.map((state) =>
      gauge("signal_state", { signal, state }, state === reading.state ? 1 : 0),
    ),
  ];
}

/** In the signal's unit: of load and backlog per replica, of quality seconds, of memory the ratio that blocks. */
function targetOf(signal: AnySignalName, { signals }: Policy): number | null {
  if (!isBuiltIn(signal)) {
    const custom = customSignal(signals, signal);
    if (custom === null) return null;
    return custom.kind === "quality" ? custom.target : custom.targetPerReplica;
  }
  if (signal === "gpuMemory") return signals.gpuMemory?.blockScaleInAbove ?? null;
  const declared = signals[signal];
  if (declared === null) return null;
  if ("target" in declared) return toSeconds(declared.target);
  return declared.targetPerReplica === "learned" ? null : declared.targetPerReplica;
}

function coverage({ observation }: DecisionRecord): number {
  const { expected, fresh } = observation.pods;
  if (expected === 0) return observation.replicas.desired === 0 ? 1 : 0;
  return Math.min(1, fresh / expected);
}

/** `REASON:signal` counts as REASON. */
function blockGauges({ decision }: DecisionRecord): readonly Found[] {
  const blocking = new Set(decision.scaleInBlocked.map((text) => text.split(":", 1)[0] ?? text));
  const reasons = new Set<string>([...BLOCK_REASONS, ...blocking]);
  return [...reasons].map((reason) => gauge("scale_in_blocked", { reason }, blocking.has(reason) ? 1 : 0));
}
