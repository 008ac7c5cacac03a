// Whether every run of a candidate shows what the scenario expects of it.

import type { Expectation } from "../../domain/scenario.ts";
import type { ExpectationResult, SimulationRun } from "../../domain/simulation-result.ts";

/** One bound of an expectation: what a run came to, and which way it must lie. */
type Bound = {
  readonly name: string;
  readonly limit: number | null;
  readonly side: "least" | "most";
  /** A figure of the workload is the same for each of its models: it is said once. */
  readonly of: "workload" | "model";
  value(run: SimulationRun): number | null;
};

/** Returns one result for each expectation, in their order; `missed` has a text for every run and bound that failed. */
export function expectationResults(
  expected: readonly Expectation[],
  runs: readonly SimulationRun[],
): readonly ExpectationResult[] {
  return expected.map((expectation) => {
    const { candidate } = expectation;
    const own = runs.filter((run) => run.candidate === candidate);
    const missed = boundsOf(expectation).flatMap((bound) => missedBy(own, bound));
    return { candidate, ok: missed.length === 0, missed: [...new Set(missed)] };
  });
}

function boundsOf(expectation: Expectation): readonly Bound[] {
  const { attainmentRatioMin, gpuHoursMax, reversalsMax, latencyP99MsMax, replicasMax } = expectation;
  return [
    {
      name: "attainmentRatio",
      limit: attainmentRatioMin,
      side: "least",
      of: "model",
      value: (run) => run.attainmentRatio,
    },
    {
      name: "gpuHours",
      limit: gpuHoursMax,
      side: "most",
      of: "workload",
      value: (run) => run.gpuHours.total,
    },
    {
      name: "reversals",
      limit: reversalsMax,
      side: "most",
      of: "workload",
      value: (run) => run.scaling.reversals,
    },
    { name: "latencyP99Ms", limit: latencyP99MsMax, side: "most", of: "model", value: slowest },
    { name: "replicas", limit: replicasMax, side: "most", of: "workload", value: (run) => run.replicas.max },
  ];
}

/** Requests that nobody answered are slower than any bound. */
function slowest({ latencyMs, requests }: SimulationRun): number | null {
  return latencyMs.p99 ?? (requests.arrived > 0 ? Number.POSITIVE_INFINITY : null);
}

function missedBy(
  runs: readonly SimulationRun[],
  { name, limit, side, of, value }: Bound,
): readonly string[] {
  if (limit === null) return [];
  return runs.flatMap((run) => {
    const found = value(run);
    if (found === null || (side === "least" ? found >= limit : found <= limit)) return [];
    const place = of === "model" ? `${run.workload}, model ${run.model}` : run.workload;
    const shown = Number.isFinite(found) ? String(Number(found.toPrecision(6))) : "unbounded";
    return [`${name} ${shown}, at ${side} ${limit} expected (${place}, seed ${run.seed})`];
  });
}
