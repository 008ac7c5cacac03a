// Reads the traces that a scenario's traffic names.

import { resolve } from "node:path";

import type { Scenario, TracedTraffic } from "../domain/scenario.ts";
import { modelsOf, type TraceData, traceSeconds } from "../simulator/traffic/trace-data.ts";
import { badInput } from "./command-error.ts";
import { readTraceFile } from "./trace-file.ts";

type Use = { readonly model: string; readonly stream: TracedTraffic };

/**
 * Returns the traces by the streams' paths, which are relative to `directory`, the scenario's. Throws a CommandError
 * where one cannot be read, has nothing of the model that names it, or ends before the stretch that is to play.
 */
export async function readTraces(
  scenario: Pick<Scenario, "workloads">,
  directory: string,
): Promise<ReadonlyMap<string, TraceData>> {
  const uses = usesOf(scenario);
  const formats = new Map<string, TracedTraffic["format"]>();
  const traces = new Map<string, TraceData>();
  for (const { stream } of uses) {
    const { path, format } = stream;
    const known = formats.get(path) ?? format;
    if (known !== format) throw badInput(`trace ${path} is named as ${known} and as ${format}`);
    if (formats.has(path)) continue;
    formats.set(path, format);
    traces.set(path, (await readTraceFile(resolve(directory, path), format)).trace);
  }
  for (const use of uses) checkUse(use, traces.get(use.stream.path));
  return traces;
}

function usesOf({ workloads }: Pick<Scenario, "workloads">): readonly Use[] {
  return workloads
    .flatMap(({ models }) => models)
    .flatMap(({ name, traffic }) =>
      traffic.flatMap((stream) => (stream.kind === "traced" ? [{ model: name, stream }] : [])),
    );
}

function checkUse({ model, stream }: Use, trace: TraceData | undefined): void {
  if (trace === undefined) return;
  const length = traceSeconds(trace);
  if (stream.fromSeconds > length) {
    throw badInput(`trace ${stream.path} is to play from ${stream.fromSeconds}s on, but ends at ${length}s`);
  }
  const names = modelsOf(trace);
  if (names !== null && !names.includes(model)) {
    throw badInput(
      `trace ${stream.path} has no requests of model ${model}; it has those of ${names.join(", ")}`,
    );
  }
}
