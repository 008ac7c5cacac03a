// Delayed off: up with the load at once, down only what was not needed for as long as a start takes.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import { meanStartupSeconds } from "../../startup-time.ts";
import type { Scaler } from "../scaler.ts";
import {
  type BaselineContext,
  boundsOf,
  clamped,
  modelNames,
  optionalParameter,
  parameter,
} from "./baseline-context.ts";
import { DirectScaler } from "./direct-scaler.ts";
import { arrivalsPerSecond, widened } from "./observed-load.ts";
import { PrometheusView } from "./prometheus-view.ts";

const LOAD_WINDOW_SECONDS = 60;

/** Returns the largest need of the last `waitSeconds`, this reading included: a replica unneeded that long goes. */
export function delayedOffRule(waitSeconds: number): (atSeconds: number, needed: number) => number {
  let past: { readonly at: number; readonly needed: number }[] = [];
  return (atSeconds, needed) => {
    past = past.filter(({ at, needed: was }) => at >= atSeconds - waitSeconds && was > needed);
    past.push({ at: atSeconds, needed });
    return past[0]?.needed ?? needed;
  };
}

/** Returns a scaler that needs requests/s ÷ `targetPerReplica`, and waits the mean start-up time unless told. */
export function delayedOffScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const { view, workload, controlPlane } = context;
  const bounds = boundsOf(candidate, context.bounds);
  const prometheus = new PrometheusView(view);
  const targetPerReplica = parameter(candidate, "targetPerReplica");
  const waitSeconds = optionalParameter(candidate, "wait") ?? meanStartupSeconds(workload.startup);
  const question = { models: modelNames(context), windowSeconds: widened(LOAD_WINDOW_SECONDS, view) };
  return new DirectScaler(controlPlane.tickIntervalSeconds, () => {
    const rule = delayedOffRule(waitSeconds);
    return (atSeconds) => {
      const load = arrivalsPerSecond(prometheus, atSeconds, question);
      if (load === null) return { replicas: null, reason: "no data" };
      const needed = Math.ceil(load / targetPerReplica);
      const kept = rule(atSeconds, needed);
      const reason = kept > needed ? "unneeded, waiting" : "needed";
      return { replicas: clamped(kept, bounds), reason };
    };
  });
}
