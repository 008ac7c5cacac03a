// The rules that are compared on real traffic: each with parameters of its own, searched over the same kind of ranges.

import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { BaselineCandidate } from "../../src/domain/scenario.ts";
import { loadPolicies } from "../../src/policy/load-policies.ts";
import type { LoadedCandidate } from "../../src/simulator/simulate.ts";
import type { TraceCase } from "./trace-cases.ts";

export type Parameters = Readonly<Record<string, number>>;
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
  /** What is tried first: as documented, or as a careful person would begin. */
  readonly start: (traced: TraceCase) => Parameters;
};

export const OURS = "tidemark";
/** Ours without a number for the load of a replica. */
export const OURS_LEARNED = "tidemark, learned";

const linear = (from: number, to: number): Axis => ({ from, to, scale: "linear", isWhole: false });
const log = (from: number, to: number): Axis => ({ from, to, scale: "log", isWhole: false });
const whole = (axis: Axis): Axis => ({ ...axis, isWhole: true });

/** From a quarter of what saturates a replica to nearly all of it; the same for each rule that aims at a load. */
const load = ({ capacity }: TraceCase): Axis => linear(0.25 * capacity, 0.95 * capacity);
const fewest = ({ mostReplicas }: TraceCase): Axis => whole(linear(1, mostReplicas / 2));
/** Documented: not below a start-up. Longer than the default, training time would have to hold many waves to tell. */
const stabilization = ({ startupSeconds }: TraceCase): Axis => whole(log(startupSeconds, 300));
const waits = whole(log(30, 1800));
/** What `--baselines` starts from. */
const usual = ({ capacity }: TraceCase): number => 0.7 * capacity;

/** Ours first. Every rule that has bounds is given its smallest count to find. */
export const TRACE_RULES: readonly TraceRule[] = [
  {
    name: OURS,
    axes: (traced) => ({
      target: load(traced),
      stabilizationWindow: stabilization(traced),
      minReplicas: fewest(traced),
    }),
    start: (traced) => ({ target: usual(traced), stabilizationWindow: 300, minReplicas: 1 }),
  },
  {
    name: OURS_LEARNED,
    axes: (traced) => ({
      latencyTarget: linear(0.5 * traced.objectiveSeconds, traced.objectiveSeconds),
      stabilizationWindow: stabilization(traced),
      minReplicas: fewest(traced),
    }),
    start: ({ objectiveSeconds }) => ({
      latencyTarget: objectiveSeconds,
      stabilizationWindow: 300,
      minReplicas: 1,
    }),
  },
  {
    name: "static",
    axes: ({ mostReplicas }) => ({ replicas: whole(linear(1, mostReplicas)) }),
    start: ({ initialReplicas }) => ({ replicas: initialReplicas }),
  },
  {
    name: "hpa-request-rate",
    axes: (traced) => ({ targetPerReplica: load(traced), minReplicas: fewest(traced) }),
    start: (traced) => ({ targetPerReplica: usual(traced), minReplicas: 1 }),
  },
  {
    name: "hpa-queue-compute",
    axes: (traced) => ({ target: log(0.02, 2), minReplicas: fewest(traced) }),
    start: () => ({ target: 1, minReplicas: 1 }),
  },
  {
    name: "keda-prometheus",
    axes: (traced) => ({ rateThreshold: load(traced), minReplicas: fewest(traced) }),
    start: (traced) => ({ rateThreshold: usual(traced), minReplicas: 1 }),
  },
  {
    name: "keda-corrected",
    axes: (traced) => ({
      rateThreshold: load(traced),
      queueThreshold: log(traced.objectiveSeconds / 20, traced.objectiveSeconds),
      pendingThreshold: log(traced.concurrency / 2, traced.concurrency * 8),
      minReplicas: fewest(traced),
    }),
    start: (traced) => ({
      rateThreshold: usual(traced),
      queueThreshold: 0.5,
      pendingThreshold: 10,
      minReplicas: 1,
    }),
  },
  {
    name: "knative",
    axes: (traced) => ({
      targetPerReplica: load(traced),
      stableWindow: whole(log(60, 900)),
      minReplicas: fewest(traced),
    }),
    start: (traced) => ({ targetPerReplica: usual(traced), stableWindow: 60, minReplicas: 1 }),
  },
  {
    name: "watermark",
    axes: (traced) => ({
      high: load(traced),
      lowShare: linear(0.3, 0.8),
      minReplicas: fewest(traced),
    }),
    start: ({ capacity }) => ({ high: 0.8 * capacity, lowShare: 0.5, minReplicas: 1 }),
  },
  {
    name: "delayed-off",
    axes: (traced) => ({ targetPerReplica: load(traced), wait: waits, minReplicas: fewest(traced) }),
    start: (traced) => ({ targetPerReplica: usual(traced), wait: traced.startupSeconds, minReplicas: 1 }),
  },
];

/** Returns the parameters at a point of the unit cube; three digits, as a person would write them. */
export function parametersAt(rule: TraceRule, traced: TraceCase, point: readonly number[]): Parameters {
  return Object.fromEntries(
    Object.entries(rule.axes(traced)).map(([name, axis], index) => [name, valueAt(axis, point[index] ?? 0)]),
  );
}

/** Returns the point of the unit cube that has those parameters, the nearest one to those outside. */
export function pointOf(rule: TraceRule, traced: TraceCase, parameters: Parameters): readonly number[] {
  return Object.entries(rule.axes(traced)).map(([name, { from, to, scale }]) => {
    const value = parameters[name] ?? from;
    const share =
      scale === "log" ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    return Math.min(1, Math.max(0, share));
  });
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
  if (rule === OURS || rule === OURS_LEARNED) {
    return { kind: "policies", name: rule, policies: [tunedPolicy(traced, parameters)] };
  }
  const { lowShare, ...others } = parameters;
  const low = lowShare === undefined ? {} : { low: lowShare * (others["high"] ?? 0) };
  return { kind: "baseline", name: rule, baseline: rule, parameters: { ...others, ...low } };
}

/** Returns our policy; its objective and largest count hold for every candidate. Without a target it learns one. */
export function tunedPolicy(traced: TraceCase, parameters: Parameters): LoadedPolicy {
  const bytes = new TextEncoder().encode(policyText(traced, parameters));
  const { policies, rejected } = loadPolicies([{ file: `${traced.name}.yaml`, bytes }], null);
  const [policy] = policies;
  if (policy === undefined) throw new Error(`our policy is not valid: ${JSON.stringify(rejected)}`);
  return policy;
}

/** What is not searched stays as documented. */
function policyText(traced: TraceCase, parameters: Parameters): string {
  const { name, objectiveSeconds, startupSeconds, mostReplicas } = traced;
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${name} }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: ${name} }
  models: [ { name: ${name} } ]
  replicas: { min: ${parameters["minReplicas"] ?? 1}, max: ${mostReplicas} }
  objective: { percentile: 99, latency: ${objectiveSeconds * 1000}ms }
  signals:
    ${signalLines(traced, parameters).join("\n    ")}
  startup: { expected: ${startupSeconds}s }
  scaleIn: { stabilizationWindow: ${parameters["stabilizationWindow"] ?? 300}s }
`;
}

/** With a number, an engine is asked what is in flight; without one, latency says what is too much. */
function signalLines(traced: TraceCase, { target, latencyTarget }: Parameters): readonly string[] {
  const { capacity, concurrency, scheduler, objectiveSeconds } = traced;
  const pending = `pendingRequests: { targetPerReplica: ${2 * concurrency} }`;
  if (target === undefined) {
    const latency = `latency: { target: ${Math.round(1000 * (latencyTarget ?? objectiveSeconds))}ms }`;
    return ["requestRate: { targetPerReplica: learned }", pending, latency];
  }
  const inFlight = Math.max(1, Math.round((target / capacity) * concurrency));
  const second = scheduler.kind === "engine" ? `inFlight: { targetPerReplica: ${inFlight} }` : pending;
  return [`requestRate: { targetPerReplica: ${target} }`, second];
}
