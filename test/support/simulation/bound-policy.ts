// The policy under which closed-loop bounds are stated: shape C, defaults for all that is not named.

import type { Policy, SignalPolicies } from "../../../src/domain/policy.ts";
import { type Millis, millis, minutes, seconds } from "../../../src/domain/units.ts";
import { USUAL_DYNAMICS } from "../builders.ts";

/** Load target 30/s, pending target 8, queue target 100 ms, p99 400 ms; windows as by default. */
export const ALL_SIGNALS: SignalPolicies = {
  requestRate: { targetPerReplica: 30, window: minutes(1), required: true },
  inFlight: null,
  pendingRequests: { targetPerReplica: 8, window: seconds(15), clearWithin: minutes(5), required: true },
  queueDuration: { target: millis(100), window: minutes(1), required: true },
  latency: { target: millis(400), window: minutes(2), required: true },
  gpuMemory: null,
  custom: [],
};

/** The same without the load signal: nothing says how many replicas are enough. */
export const NO_LOAD_SIGNAL: SignalPolicies = { ...ALL_SIGNALS, requestRate: null };

/** Returns the policy of the bounds with the given signals and expected start-up time. */
export function boundPolicy({
  signals = ALL_SIGNALS,
  startup = minutes(3),
}: {
  readonly signals?: SignalPolicies;
  readonly startup?: Millis;
} = {}): Policy {
  return {
    name: "embedder",
    mode: "enforce",
    target: { kind: "Deployment", namespace: "ai-inference", name: "triton" },
    models: [{ name: "shape-c", maxQueueDelay: millis(0), weight: 1 }],
    replicas: { min: 1, max: 100 },
    gpusPerReplica: 1,
    objective: { percentile: 99, latency: millis(400) },
    signals,
    ...USUAL_DYNAMICS,
    startup: { expected: startup },
  };
}
