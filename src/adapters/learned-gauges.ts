// What the gauges of one policy show of all that its decisions have learned, and of why requests take long.

import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { INCURABLE_REASONS, requestTimeParts } from "../domain/request-time.ts";
import type { Sizing } from "../domain/sizing.ts";
import { startupFigures } from "../domain/startup-times.ts";
import type { ScalerState } from "../domain/state.ts";
import { type Millis, toSeconds } from "../domain/units.ts";
import type { GaugeValue } from "./policy-gauges.ts";

/** Returns the values of a policy's gauges that its state alone holds; where something is not known yet there is none. */
export function learnedGauges(policy: Policy, state: ScalerState): readonly GaugeValue[] {
  const { p50, p90 } = startupFigures(state.startups.times, policy.startup.expected);
  const { cap, proven, badPoints, forgottenAt } = state.learned;
  return [
    ...startupGauge("0.5", p50),
    ...startupGauge("0.9", p90),
    ...gauge("tidemark_capacity_requests_per_second", cap?.perReplica ?? null),
    ...gauge("tidemark_capacity_proven_requests_per_second", proven?.perReplica ?? null),
    ...gauge("tidemark_capacity_bad_points", badPoints.length),
    ...gauge(
      "tidemark_capacity_forgotten_timestamp_seconds",
      forgottenAt === null ? null : forgottenAt / 1000,
    ),
  ];
}

/** Returns the values of the gauges about how load sizes the fleet. */
export function sizingGauges({ limitPerReplica, targetCost }: Sizing): readonly GaugeValue[] {
  return [
    ...gauge("tidemark_load_limit_requests_per_second", limitPerReplica),
    ...gauge("tidemark_target_cost_replicas", targetCost?.replicas ?? null),
  ];
}

/** Returns where requests spend their time, and whether replicas could help. */
export function causeGauges({ observation, steps }: DecisionRecord): readonly GaugeValue[] {
  const times = Object.entries(observation.requestTime).flatMap(([model, time]) =>
    requestTimeParts(time).map(([part, value]) => ({
      name: "tidemark_request_time_seconds" as const,
      labels: { model, part },
      value,
    })),
  );
  const causes = INCURABLE_REASONS.map((reason) => ({
    name: "tidemark_incurable_latency" as const,
    labels: { reason },
    value: steps.some((step) => step.reason === reason) ? 1 : 0,
  }));
  return [...times, ...causes];
}

function gauge(name: GaugeValue["name"], value: number | null): readonly GaugeValue[] {
  return value === null ? [] : [{ name, labels: {}, value }];
}

function startupGauge(quantile: string, span: Millis | null): readonly GaugeValue[] {
  if (span === null) return [];
  return [{ name: "tidemark_startup_seconds", labels: { quantile }, value: toSeconds(span) }];
}
