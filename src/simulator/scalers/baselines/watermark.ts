// The watermark autoscaler: replicas move only when the load of a replica leaves the band between two marks.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import type { Scaler } from "../scaler.ts";
import { type BaselineContext, boundsOf, clamped, modelNames, parameter } from "./baseline-context.ts";
import { type DirectDecision, DirectScaler } from "./direct-scaler.ts";
import { arrivalsPerSecond, widened } from "./observed-load.ts";
import { PrometheusView } from "./prometheus-view.ts";

const TICK_SECONDS = 15;
const LOAD_WINDOW_SECONDS = 60;
const TOLERANCE = 0.1;
const UP_LIMIT_RATIO = 0.5;
const DOWN_LIMIT_RATIO = 0.2;
const UP_FORBIDDEN_SECONDS = 60;
const DOWN_FORBIDDEN_SECONDS = 300;

/** The load of all replicas, and their number as asked for and ready. */
export type WatermarkReading = {
  readonly atSeconds: number;
  readonly load: number | null;
  readonly desired: number;
  readonly ready: number;
};

/**
 * Returns the rule: above high × 1.1 up to ceil(ready × usage ÷ high), below low × 0.9 down to floor(ready × usage ÷ low), at
 * most half of the replicas up and a fifth down (one at least) in a step; not within 60 s (up) or 300 s (down) of the last
 * step. Usage = load ÷ ready. A reading of zero is ignored.
 */
export function watermarkRule(marks: {
  readonly high: number;
  readonly low: number;
}): (reading: WatermarkReading) => DirectDecision {
  let lastStepAt = Number.NEGATIVE_INFINITY;
  return ({ atSeconds, load, desired, ready }) => {
    if (load === null || ready === 0) return { replicas: null, reason: "no data" };
    if (load === 0) return { replicas: desired, reason: "a reading of zero" };
    const asked = proposal({ usage: load / ready, desired, ready }, marks);
    if (asked === desired) return { replicas: desired, reason: "within the marks" };
    const forbidden = asked > desired ? UP_FORBIDDEN_SECONDS : DOWN_FORBIDDEN_SECONDS;
    if (atSeconds < lastStepAt + forbidden) return { replicas: desired, reason: "forbidden window" };
    lastStepAt = atSeconds;
    return { replicas: asked, reason: asked > desired ? "above the high mark" : "below the low mark" };
  };
}

function proposal(
  { usage, desired, ready }: { readonly usage: number; readonly desired: number; readonly ready: number },
  { high, low }: { readonly high: number; readonly low: number },
): number {
  const step = (ratio: number): number => Math.max(1, Math.floor(ratio * desired));
  if (usage > high * (1 + TOLERANCE)) {
    const wanted = Math.ceil((ready * usage) / high);
    return Math.max(desired, Math.min(wanted, desired + step(UP_LIMIT_RATIO)));
  }
  if (usage < low * (1 - TOLERANCE)) {
    const wanted = Math.max(1, Math.floor((ready * usage) / low));
    return Math.min(desired, Math.max(wanted, desired - step(DOWN_LIMIT_RATIO)));
  }
  return desired;
}

/** Returns a scaler of that rule over requests/s per ready replica. */
export function watermarkScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const { view } = context;
  const bounds = boundsOf(candidate, context.bounds);
  const prometheus = new PrometheusView(view);
  const marks = { high: parameter(candidate, "high"), low: parameter(candidate, "low") };
  const question = { models: modelNames(context), windowSeconds: widened(LOAD_WINDOW_SECONDS, view) };
  return new DirectScaler(TICK_SECONDS, () => {
    const rule = watermarkRule(marks);
    return (atSeconds) => {
      const load = arrivalsPerSecond(prometheus, atSeconds, question);
      const { replicas, reason } = rule({ atSeconds, load, desired: view.desired(), ready: view.ready() });
      return { replicas: replicas === null ? null : clamped(replicas, bounds), reason };
    };
  });
}
