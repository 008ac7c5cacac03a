// The rules that are compared on real traffic: each with parameters of its own, searched over the same kind of ranges.

import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { BaselineCandidate } from "../../src/domain/scenario.ts";
import { loadPolicies } from "../../src/policy/load-policies.ts";
import type { LoadedCandidate } from "../../src/simulator/simulate.ts";
import type { TraceCase } from "./trace-cases.ts";

type Parameters = Readonly<Record<string, number>>;
type Axis = {
  readonly from: number;
  readonly to: number;
  readonly scale: "linear" | "log";
  readonly isWhole: boolean;
};

export type TraceRule = {
  readonly name: string;
  /** By parameter; a point has a coordinate for each, in this order. */
  readonly axes: (traced: TraceCase) => Readonly<Record<string, Axis>>;
};

export const OURS = "tidemark";

const linear = (from: number, to: number): Axis => ({ from, to, scale: "linear", isWhole: false });
const log = (from: number, to: number): Axis => ({ from, to, scale: "log", isWhole: false });
const whole = (axis: Axis): Axis => ({ ...axis, isWhole: true });

/** From a third of what saturates a replica to nearly all of it; the same for each rule that aims at a load. */
const load = ({ capacity }: TraceCase): Axis => linear(0.35 * capacity, 0.95 * capacity);
const fewest = ({ mostReplicas }: TraceCase): Axis => whole(log(1, mostReplicas / 2));
const waits = whole(log(30, 1800));

/** Ours first. Every rule that has bounds is given its smallest count to find. */
export const TRACE_RULES: readonly TraceRule[] = [
  {
    name: OURS,
    axes: (traced) => ({ target: load(traced), stabilizationWindow: waits, minReplicas: fewest(traced) }),
  },
  { name: "static", axes: ({ mostReplicas }) => ({ replicas: whole(linear(1, mostReplicas)) }) },
  {
    name: "hpa-request-rate",
    axes: (traced) => ({ targetPerReplica: load(traced), minReplicas: fewest(traced) }),
  },
  {
    name: "hpa-queue-compute",
    axes: (traced) => ({ target: log(0.02, 2), minReplicas: fewest(traced) }),
  },
  {
    name: "keda-prometheus",
    axes: (traced) => ({ rateThreshold: load(traced), minReplicas: fewest(traced) }),
  },
  {
    name: "keda-corrected",
    axes: (traced) => ({
      rateThreshold: load(traced),
      queueThreshold: log(traced.objectiveSeconds / 20, traced.objectiveSeconds),
      pendingThreshold: log(traced.concurrency / 2, traced.concurrency * 8),
      minReplicas: fewest(traced),
    }),
  },
  {
    name: "knative",
    axes: (traced) => ({
      targetPerReplica: load(traced),
      stableWindow: whole(log(60, 900)),
      minReplicas: fewest(traced),
    }),
  },
  {
    name: "watermark",
    axes: (traced) => ({
      high: linear(0.45 * traced.capacity, 0.95 * traced.capacity),
      lowShare: linear(0.3, 0.8),
      minReplicas: fewest(traced),
    }),
  },
  {
    name: "delayed-off",
    axes: (traced) => ({ targetPerReplica: load(traced), wait: waits, minReplicas: fewest(traced) }),
  },
];

/** Returns the parameters at a point of the unit cube; three digits, as a person would write them. */
export function parametersAt(rule: TraceRule, traced: TraceCase, point: readonly number[]): Parameters {
  return Object.fromEntries(
    Object.entries(rule.axes(traced)).map(([name, axis], index) => [name, valueAt(axis, point[index] ?? 0)]),
  );
}

function valueAt({ from, to, scale, isWhole }: Axis, coordinate: number): number {
  const exact = scale === "log" ? from * (to / from) ** coordinate : from + (to - from) * coordinate;
  return isWhole ? Math.round(exact) : Number(exact.toPrecision(3));
}

/** Returns the candidate with those parameters. */
export function candidateOf(
  rule: string,
  traced: TraceCase,
  parameters: Parameters,
): LoadedCandidate | BaselineCandidate {
  if (rule === OURS) return { kind: "policies", name: OURS, policies: [tunedPolicy(traced, parameters)] };
  const { lowShare, ...others } = parameters;
  const low = lowShare === undefined ? {} : { low: lowShare * (others["high"] ?? 0) };
  return { kind: "baseline", name: rule, baseline: rule, parameters: { ...others, ...low } };
}

/** Returns our policy; its objective and largest count hold for every candidate. */
export function tunedPolicy(traced: TraceCase, parameters: Parameters): LoadedPolicy {
  const bytes = new TextEncoder().encode(policyText(traced, parameters));
  const { policies, rejected } = loadPolicies([{ file: `${traced.name}.yaml`, bytes }], null);
  const [policy] = policies;
  if (policy === undefined) throw new Error(`our policy is not valid: ${JSON.stringify(rejected)}`);
  return policy;
}

/** What is not searched stays as documented; an engine's queue says nothing, so what is in flight is asked instead. */
function policyText(traced: TraceCase, parameters: Parameters): string {
  const { name, capacity, concurrency, objectiveSeconds, startupSeconds, mostReplicas, scheduler } = traced;
  const target = parameters["target"] ?? 0.7 * capacity;
  const isEngine = scheduler.kind === "engine";
  const second = isEngine
    ? `inFlight: { targetPerReplica: ${Math.max(1, Math.round((target / capacity) * concurrency))} }`
    : `pendingRequests: { targetPerReplica: ${2 * concurrency} }`;
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${name} }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: ${name} }
  models: [ { name: ${name} } ]
  replicas: { min: ${parameters["minReplicas"] ?? 1}, max: ${mostReplicas} }
  objective: { percentile: 99, latency: ${objectiveSeconds * 1000}ms }
  signals:
    requestRate: { targetPerReplica: ${target} }
    ${second}
  startup: { expected: ${startupSeconds}s }
  scaleIn: { stabilizationWindow: ${parameters["stabilizationWindow"] ?? 300}s }
`;
}
