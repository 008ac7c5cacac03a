// A fixed number of replicas, whatever comes.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, parameter } from "./baseline-context.ts";
import { DirectScaler } from "./direct-scaler.ts";

/** Returns a scaler that always asks for `replicas`. */
export function staticScaler(candidate: BaselineCandidate, { controlPlane }: BaselineContext): Scaler {
  const replicas = parameter(candidate, "replicas");
  return new DirectScaler(controlPlane.tickIntervalSeconds, () => () => ({ replicas, reason: "fixed" }));
}
