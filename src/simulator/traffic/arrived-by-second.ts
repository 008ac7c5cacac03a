// How many requests of each model a scenario brings, second by second.

import type { Scenario } from "../../domain/scenario.ts";
import { arrivalSource } from "./arrival-streams.ts";
import type { TraceData } from "./trace-data.ts";

const BUFFER = 8192;

/** Returns one array of counts a model, in the order of workloads and their models, from t = 0 to the scenario's end. */
export function arrivedBySecond(
  { workloads, durationSeconds }: Scenario,
  traces: ReadonlyMap<string, TraceData>,
  seed: number,
): readonly Uint32Array[] {
  const [times, batches] = [new Float64Array(BUFFER), new Uint16Array(BUFFER)];
  return workloads.flatMap(({ namespace, name, models }) =>
    models.map(({ name: model, traffic, requestBatch }) => {
      const key = `${namespace}/${name}/${model}`;
      const source = arrivalSource(traffic, { seed, key, model, durationSeconds, requestBatch, traces });
      const counts = new Uint32Array(Math.ceil(durationSeconds));
      for (let count = BUFFER; count === BUFFER; ) {
        count = source.fill(durationSeconds, times, batches);
        for (let index = 0; index < count; index += 1) {
          const second = Math.floor(times[index] ?? 0);
          counts[second] = (counts[second] ?? 0) + 1;
        }
      }
      return counts;
    }),
  );
}
