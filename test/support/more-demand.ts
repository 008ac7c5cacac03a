// An observation with more demand than another: for laws of what more demand may change.

import type { Observation, SignalReadings } from "../../src/domain/observation.ts";
import { moreCustomDemand } from "./arbitrary-custom-signals.ts";

/** Returns the observation with all counts and rates of requests times `factor`; times as they are. */
export function withDemand(observation: Observation, factor: number): Observation {
  const times = (value: number | null): number | null => (value === null ? null : value * factor);
  const { traffic, signals } = observation;
  return {
    ...observation,
    signals: moreDemand(signals, times),
    rejectedRequests: observation.rejectedRequests * factor,
    traffic: {
      ...traffic,
      arrivalsPerSecond: times(traffic.arrivalsPerSecond),
      recentArrivalsPerSecond: times(traffic.recentArrivalsPerSecond),
      completionsPerSecond: times(traffic.completionsPerSecond),
      pendingRequests: times(traffic.pendingRequests),
      inFlightRequests: times(traffic.inFlightRequests),
      completedRequests: traffic.completedRequests * factor,
    },
  };
}

function moreDemand(signals: SignalReadings, times: (value: number | null) => number | null): SignalReadings {
  const { requestRate, inFlight, pendingRequests } = signals;
  const levels = <
    Level extends {
      readonly value: number | null;
      readonly oldest: number | null;
      readonly newest: number | null;
    },
  >(
    reading: Level,
  ): Level => ({
    ...reading,
    value: times(reading.value),
    oldest: times(reading.oldest),
    newest: times(reading.newest),
  });
  return {
    ...signals,
    ...moreCustomDemand(signals, times),
    ...(requestRate === undefined
      ? {}
      : { requestRate: { ...requestRate, value: times(requestRate.value) } }),
    ...(inFlight === undefined ? {} : { inFlight: levels(inFlight) }),
    ...(pendingRequests === undefined
      ? {}
      : {
          pendingRequests: {
            ...levels(pendingRequests),
            arrivalsPerSecond: times(pendingRequests.arrivalsPerSecond),
            capped: times(pendingRequests.capped),
          },
        }),
  };
}
