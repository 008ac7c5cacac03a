// What the gauges of one policy show of all that its decisions have learned.

import type { Policy } from "../domain/policy.ts";
import { startupFigures } from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Millis, toSeconds } from "../domain/units.ts";
import type { GaugeValue } from "./policy-gauges.ts";

/** Returns the values of a policy's gauges that its state alone holds; where something is not known yet there is none. */
export function learnedGauges(policy: Policy, state: ScalerState): readonly GaugeValue[] {
  const { p50, p90 } = startupFigures(state.startups.times, policy.startup.expected);
  return [...startupGauge("0.5", p50), ...startupGauge("0.9", p90)];
}

function startupGauge(quantile: string, span: Millis | null): readonly GaugeValue[] {
  if (span === null) return [];
  return [{ name: "tidemark_startup_seconds", labels: { quantile }, value: toSeconds(span) }];
}
