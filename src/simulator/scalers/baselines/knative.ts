// Knative's pod autoscaler: a long window for calm, a short one for panic, in which replicas only rise.

import type { BaselineCandidate } from "../../../domain/scenario.ts";
import type { Scaler } from "../scaler.ts";
import {
  type BaselineContext,
  boundsOf,
  clamped,
  modelNames,
  optionalParameter,
  parameter,
} from "./baseline-context.ts";
import { type DirectDecision, type DirectRule, DirectScaler } from "./direct-scaler.ts";
import { arrivalsPerSecond, concurrency, widened } from "./observed-load.ts";
import { PrometheusView } from "./prometheus-view.ts";

const TICK_SECONDS = 2;
const MAX_UP_RATE = 1000;
const MAX_DOWN_RATE = 2;
/** The concurrency that Knative aims at unless told otherwise, of a hundred at a time and 70 % of them. */
const DEFAULT_CONCURRENCY = 70;

/** What the two windows saw, and how many replicas are ready. */
export type KnativeReading = {
  readonly atSeconds: number;
  readonly stable: number | null;
  readonly panic: number | null;
  readonly ready: number;
};

export type KnativeSettings = {
  readonly targetPerReplica: number;
  readonly stableWindowSeconds: number;
  readonly panicThreshold: number;
};

/**
 * Returns the rule over readings: replicas = load ÷ target, between ready ÷ 2 and ready × 1000. When the panic window asks
 * for `panicThreshold` times the ready ones, panic begins: the larger of both windows counts, and nothing falls, until a
 * stable window has passed without such a reading. No data: nothing new.
 */
export function knativeRule(settings: KnativeSettings): (reading: KnativeReading) => DirectDecision {
  let panicSince: number | null = null;
  let panicReplicas = 0;
  return ({ atSeconds, stable, panic, ready }) => {
    if (stable === null || panic === null) return { replicas: null, reason: "no data" };
    const { targetPerReplica, stableWindowSeconds, panicThreshold } = settings;
    const base = Math.max(1, ready);
    const limited = (replicas: number): number =>
      Math.min(Math.max(replicas, Math.floor(base / MAX_DOWN_RATE)), Math.ceil(base * MAX_UP_RATE));
    const wanted = Math.ceil(stable / targetPerReplica);
    const wantedInPanic = Math.ceil(panic / targetPerReplica);
    if (wantedInPanic / base >= panicThreshold) panicSince = atSeconds;
    else if (panicSince !== null && atSeconds > panicSince + stableWindowSeconds) {
      panicSince = null;
      panicReplicas = 0;
    }
    if (panicSince === null) return { replicas: limited(wanted), reason: "stable window" };
    panicReplicas = Math.max(panicReplicas, limited(wanted), limited(wantedInPanic));
    return { replicas: panicReplicas, reason: "panic" };
  };
}

/** Returns a scaler of that rule over requests/s (`targetPerReplica`) or requests at a time (`concurrency`). */
export function knativeScaler(candidate: BaselineCandidate, context: BaselineContext): Scaler {
  const { view } = context;
  const bounds = boundsOf(candidate, context.bounds);
  const perReplica = optionalParameter(candidate, "targetPerReplica");
  const load = perReplica === null ? concurrency : arrivalsPerSecond;
  const stableWindowSeconds = parameter(candidate, "stableWindow");
  const prometheus = new PrometheusView(view, stableWindowSeconds);
  const panicWindowSeconds = stableWindowSeconds * parameter(candidate, "panicWindowRatio");
  const settings: KnativeSettings = {
    targetPerReplica: perReplica ?? optionalParameter(candidate, "concurrency") ?? DEFAULT_CONCURRENCY,
    stableWindowSeconds,
    panicThreshold: parameter(candidate, "panicThreshold"),
  };
  const models = modelNames(context);
  const makeRule = (): DirectRule => {
    const rule = knativeRule(settings);
    const over = (atSeconds: number, windowSeconds: number): number | null =>
      load(prometheus, atSeconds, { models, windowSeconds: widened(windowSeconds, view) });
    return (atSeconds) => {
      const stable = over(atSeconds, stableWindowSeconds);
      const panic = over(atSeconds, panicWindowSeconds);
      const { replicas, reason } = rule({ atSeconds, stable, panic, ready: view.ready() });
      return { replicas: replicas === null ? null : clamped(replicas, bounds), reason };
    };
  };
  return new DirectScaler(TICK_SECONDS, makeRule);
}
