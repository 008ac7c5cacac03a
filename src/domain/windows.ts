// Spans that follow from a policy: how far back anything it decides on may reach.

import type { Policy } from "./policy.ts";
import { longest, type Millis, millis, minutes } from "./units.ts";

/** The window of λ where a policy declares no `requestRate`. */
export const DEFAULT_RATE_WINDOW: Millis = minutes(1);

/** Returns the longest window of the declared signals. */
export function longestSignalWindow(policy: Policy): Millis {
  const { requestRate, inFlight, pendingRequests, queueDuration, latency, custom } = policy.signals;
  const declared = [requestRate, inFlight, pendingRequests, queueDuration, latency, ...custom];
  return longest(declared.map((signal) => signal?.window ?? millis(0)));
}

/** Returns how much of the past samples must cover: the longest window (λ's included) and one `maxAge` before it. */
export function sampleSpan(policy: Policy): Millis {
  return millis(Math.max(longestSignalWindow(policy), DEFAULT_RATE_WINDOW) + policy.missingData.maxAge);
}

/** Returns W of the decision semantics, rule 3: after it, state no longer depends on how it began. */
export function memorySpan(policy: Policy): Millis {
  const { scaleIn, scaleOut, activation, missingData, startup } = policy;
  const perLimit = [...scaleIn.limits, ...scaleOut.limits].map((limit) => limit.per);
  const dynamics = longest([
    scaleIn.stabilizationWindow,
    scaleOut.stabilizationWindow,
    scaleIn.cooldown,
    ...perLimit,
    activation?.cooldown ?? millis(0),
    missingData.holdFor,
    millis(2 * startup.expected),
  ]);
  return millis(longestSignalWindow(policy) + dynamics);
}
