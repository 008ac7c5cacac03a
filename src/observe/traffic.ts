// What Triton's counters say about the traffic, whatever signals are declared.

import type { Traffic } from "../domain/observation.ts";
import { type Millis, millis, seconds } from "../domain/units.ts";
import { DEFAULT_RATE_WINDOW, longestSignalWindow } from "../domain/windows.ts";
import { modelArrivals } from "./arrivals.ts";
import { meanInFlight } from "./in-flight.ts";
import { modelIncreases } from "./model-increases.ts";
import { weightedSum } from "./model-parts.ts";
import type { IncreaseKind, ModelIncreases, ObservedWorkload } from "./observed-workload.ts";
import { freshPending } from "./pod-gauge.ts";
import { areCountersFrozen } from "./signal-state.ts";
import type { Window } from "./window.ts";

const DEFAULT_PENDING_WINDOW: Millis = seconds(15);
const MICROS_PER_SECOND = 1e6;

/** Returns the traffic over requestRate's window (or a minute); numbers that nothing is known of are null. */
export function readTraffic(workload: ObservedWorkload): Traffic {
  const { at, policy } = workload;
  const window = { at, span: policy.signals.requestRate?.window ?? DEFAULT_RATE_WINDOW };
  const increases = countedIncreases(workload, window);
  const requests = sumOver(increases, "success");
  const meanSeconds = (kind: "requestMicros" | "queueMicros" | "computeMicros"): number | null =>
    ratio(sumOver(increases, kind) / MICROS_PER_SECOND, requests);
  return {
    arrivalsPerSecond: arrivals(workload, window),
    recentArrivalsPerSecond: recentArrivals(workload),
    completionsPerSecond: completions(increases),
    pendingRequests: newestPending(workload, window),
    inFlightRequests: meanInFlight(increases),
    meanRequestSeconds: meanSeconds("requestMicros"),
    meanQueueSeconds: meanSeconds("queueMicros"),
    meanComputeSeconds: meanSeconds("computeMicros"),
    meanBatch: ratio(sumOver(increases, "inferences"), sumOver(increases, "executions")),
    completedRequests: sumOver(countedIncreases(workload, longestWindow(workload)), "success"),
  };
}

/** Returns λₚ of rule 11: weighted arrivals over the pending window or two scrape intervals, whichever is longer. */
export function recentArrivals(workload: ObservedWorkload): number | null {
  const pendingWindow = workload.policy.signals.pendingRequests?.window ?? DEFAULT_PENDING_WINDOW;
  return arrivals(workload, {
    at: workload.at,
    span: millis(Math.max(pendingWindow, 2 * workload.scrapeInterval)),
  });
}

/** Returns how many requests Triton refused in the longest signal window (rule 19). */
export function rejectedRequests(workload: ObservedWorkload): number {
  return sumOver(countedIncreases(workload, longestWindow(workload)), "rejected");
}

function longestWindow({ at, policy }: ObservedWorkload): Window {
  const longest = longestSignalWindow(policy);
  return { at, span: longest > 0 ? longest : DEFAULT_RATE_WINDOW };
}

/** Frozen counters say nothing: such a model is left out. */
function countedIncreases(workload: ObservedWorkload, window: Window): readonly ModelIncreases[] {
  return workload.policy.models.flatMap((model) => {
    const increases = modelIncreases(workload, model.name, window);
    return areCountersFrozen(increases) ? [] : increases;
  });
}

function arrivals(workload: ObservedWorkload, window: Window): number | null {
  return weightedSum(
    workload.policy.models.map((model) => {
      const frozen = areCountersFrozen(modelIncreases(workload, model.name, window));
      return { model, value: frozen ? null : modelArrivals(workload, model.name, window) };
    }),
  );
}

function sumOver(models: readonly ModelIncreases[], kind: IncreaseKind): number {
  let total = 0;
  for (const increases of models) {
    const column = increases.of(kind);
    for (let place = 0; place < column.length; place++) total += column[place] ?? 0;
  }
  return total;
}

function completions(models: readonly ModelIncreases[]): number | null {
  let total: number | null = null;
  for (const increases of models) {
    const success = increases.of("success");
    for (let place = 0; place < success.length; place++) {
      const seconds = increases.seconds[place] ?? null;
      if (seconds !== null) total = (total ?? 0) + (success[place] ?? 0) / seconds;
    }
  }
  return total;
}

function newestPending(workload: ObservedWorkload, window: Window): number | null {
  const gauges = workload.policy.models.flatMap((model) => freshPending(workload, model.name, window));
  return gauges.length === 0 ? null : gauges.reduce((total, { newest }) => total + newest, 0);
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
