// How far a stabilized proposal may go in one sync: rate limits, then minimum and maximum.

import type { ScalingBehavior, ScalingPolicy, ScalingRules } from "./behavior.ts";
import { int32OfDouble } from "./int64.ts";
import type { ScaleEvents } from "./scale-events.ts";

/** Replicas within the limits, and which limit held them. */
export type Limited = {
  readonly replicas: number;
  readonly reason:
    | "DesiredWithinRange"
    | "ScaleUpLimit"
    | "ScaleDownLimit"
    | "TooManyReplicas"
    | "TooFewReplicas";
};

/** What a proposal is limited by; `atMs` in ms. */
export type Limiting = {
  readonly specReplicas: number;
  readonly wanted: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly atMs: number;
};

const LEGACY_FACTOR = 2;
const LEGACY_LEAST = 4;

/** Returns a proposal limited as without `behavior`: to twice the replicas, at least 4, and to the bounds. */
export function limitedByDoubling({ specReplicas, wanted, minReplicas, maxReplicas }: Limiting): Limited {
  const limit = int32OfDouble(Math.max(LEGACY_FACTOR * specReplicas, LEGACY_LEAST));
  const most = Math.min(maxReplicas, limit);
  if (wanted < minReplicas) return { replicas: minReplicas, reason: "TooFewReplicas" };
  if (wanted > most) {
    return { replicas: most, reason: maxReplicas > limit ? "ScaleUpLimit" : "TooManyReplicas" };
  }
  return { replicas: wanted, reason: "DesiredWithinRange" };
}

/** Returns a proposal limited by the rate policies of its direction and by the bound that it moves towards. */
export function limitedByBehavior(
  limiting: Limiting,
  behavior: ScalingBehavior,
  events: ScaleEvents,
): Limited {
  const { specReplicas, wanted, minReplicas, maxReplicas } = limiting;
  if (wanted > specReplicas) {
    const limit = Math.max(specReplicas, rateLimit(limiting, behavior.scaleUp, { events, up: true }));
    const most = Math.min(maxReplicas, limit);
    const reason = maxReplicas > limit ? "ScaleUpLimit" : "TooManyReplicas";
    if (wanted > most) return { replicas: most, reason };
  }
  if (wanted < specReplicas) {
    const limit = Math.min(specReplicas, rateLimit(limiting, behavior.scaleDown, { events, up: false }));
    const least = Math.max(minReplicas, limit);
    const reason = minReplicas < limit ? "ScaleDownLimit" : "TooFewReplicas";
    if (wanted < least) return { replicas: least, reason };
  }
  return { replicas: wanted, reason: "DesiredWithinRange" };
}

type Direction = { readonly events: ScaleEvents; readonly up: boolean };

function rateLimit({ specReplicas, atMs }: Limiting, rules: ScalingRules, { events, up }: Direction): number {
  if (rules.selectPolicy === "Disabled") return specReplicas;
  const limits = rules.policies.map((policy) => {
    const before = events.replicasBefore(specReplicas, policy.periodSeconds, atMs);
    return up ? mostOf(policy, before) : leastOf(policy, before);
  });
  const largestChange = rules.selectPolicy === "Max";
  return up === largestChange ? Math.max(...limits) : Math.min(...limits);
}

/** Sums wrap in int32, so that a huge policy forbids scaling out; percents are computed in doubles, traps included. */
function mostOf({ type, value }: ScalingPolicy, before: number): number {
  return type === "Pods" ? (before + value) | 0 : int32OfDouble(Math.ceil(before * (1 + value / 100)));
}

function leastOf({ type, value }: ScalingPolicy, before: number): number {
  return type === "Pods" ? (before - value) | 0 : int32OfDouble(before * (1 - value / 100));
}
