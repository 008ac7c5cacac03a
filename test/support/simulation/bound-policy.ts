// The policy under which closed-loop bounds are stated: targets by shape, defaults for all that is not named.

import type { Policy, SignalPolicies } from "../../../src/domain/policy.ts";
import { type Millis, millis, minutes, seconds } from "../../../src/domain/units.ts";
import { USUAL_DYNAMICS } from "../builders.ts";
import { millisOn, modelName, rateOn, SHAPE_C, type Shape } from "./shapes.ts";

/** What the policy says of the load of a replica: so many requests/s of shape C, to be learned, or nothing. */
export type LoadTarget = number | "learned" | null;

/** Requests/s of shape C that one replica is meant to carry: three quarters of what it can. */
export const LOAD_TARGET = 30;

/**
 * Returns the signals of the bounds: the p99 within four full executions, one of them waiting, two batches an instance
 * pending. Windows are the defaults on every shape: they go by scrapes and people, not by executions.
 */
function boundSignals(shape: Shape, loadTarget: LoadTarget): SignalPolicies {
  const perReplica = typeof loadTarget === "number" ? rateOn(shape, loadTarget) : loadTarget;
  return {
    requestRate:
      perReplica === null ? null : { targetPerReplica: perReplica, window: minutes(1), required: true },
    inFlight: null,
    pendingRequests: {
      targetPerReplica: 2 * shape.maxBatchSize * shape.instances,
      window: seconds(15),
      clearWithin: minutes(5),
      required: true,
    },
    queueDuration: { target: millis(millisOn(shape, 100)), window: minutes(1), required: true },
    latency: { target: millis(millisOn(shape, 400)), window: minutes(2), required: true },
    gpuMemory: null,
    custom: [],
  };
}

/** Returns the policy of the bounds; the load target is in requests/s of shape C. */
export function boundPolicy({
  shape = SHAPE_C,
  loadTarget = LOAD_TARGET,
  startup = minutes(3),
}: {
  readonly shape?: Shape;
  readonly loadTarget?: LoadTarget;
  readonly startup?: Millis;
} = {}): Policy {
  return {
    name: "embedder",
    mode: "enforce",
    target: { kind: "Deployment", namespace: "ai-inference", name: "triton" },
    models: [{ name: modelName(shape), maxQueueDelay: millis(0), weight: 1 }],
    replicas: { min: 1, max: 100 },
    gpusPerReplica: 1,
    objective: { percentile: 99, latency: millis(millisOn(shape, 400)) },
    signals: boundSignals(shape, loadTarget),
    ...USUAL_DYNAMICS,
    startup: { expected: startup },
  };
}
