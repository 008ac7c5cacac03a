// How many requests of each model a scenario brings, second by second.

import type { Scenario } from "../../domain/scenario.ts";
import type { ArrivalSource } from "../traffic/arrival-source.ts";
import type { TraceData } from "../traffic/trace-data.ts";
import { buildArrivals } from "./build-plane.ts";

const BUFFER = 8192;

/** Returns one array of counts a model, in the order of workloads and their models: those that a run of this seed meets. */
export function arrivedBySecond(
  scenario: Scenario,
  traces: ReadonlyMap<string, TraceData>,
  seed: number,
): readonly Uint32Array[] {
  return scenario.workloads
    .flatMap((workload) => buildArrivals({ scenario, workload, seed, traces }))
    .map((source) => countsOf(source, scenario.durationSeconds));
}

function countsOf(source: ArrivalSource, durationSeconds: number): Uint32Array {
  const [times, batches] = [new Float64Array(BUFFER), new Uint16Array(BUFFER)];
  const counts = new Uint32Array(Math.ceil(durationSeconds));
  for (let count = BUFFER; count === BUFFER; ) {
    count = source.fill(durationSeconds, times, batches);
    for (let index = 0; index < count; index += 1) {
      const second = Math.floor(times[index] ?? 0);
      counts[second] = (counts[second] ?? 0) + 1;
    }
  }
  return counts;
}
