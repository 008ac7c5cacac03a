// One run of one candidate on a part of a case's time, or the clairvoyant's plan and bound for it.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { planOfRun } from "../../src/simulator/clairvoyant/plan-of-run.ts";
import { policyScore } from "../../src/simulator/results/policy-score.ts";
import { simulateRun } from "../../src/simulator/simulate.ts";
import { parseTrace } from "../../src/simulator/traffic/parse-trace.ts";
import type { TraceData } from "../../src/simulator/traffic/trace-data.ts";
import { SUMMED_SECONDS, scenarioOf, TRACE_CASES, type TraceCase, type TracePart } from "./trace-cases.ts";
import { candidateOf, tunedPolicy } from "./trace-rules.ts";

export const CLAIRVOYANT = "clairvoyant";

export type TraceJob = {
  /** The folder of traces. */
  readonly folder: string;
  readonly traced: string;
  /** A rule's name, or `clairvoyant`. */
  readonly rule: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly part: TracePart;
  readonly seed: number;
};

export type TraceScore = {
  readonly gpuHours: number;
  readonly attainmentRatio: number;
  /** Of the clairvoyant: what no rule goes below. */
  readonly boundGpuHours: number | null;
  readonly requests: number;
};

const traces = new Map<string, TraceData>();

/** Returns what the job came to; a trace is read once a thread. */
export function runTraceJob(job: TraceJob): TraceScore {
  const traced = TRACE_CASES.find(({ name }) => name === job.traced);
  if (traced === undefined) throw new Error(`no case is named ${job.traced}`);
  const scenario = scenarioOf(traced, job.part);
  const reference = tunedPolicy(traced, {});
  const input = {
    scenario,
    ours: [reference],
    seed: job.seed,
    traces: new Map([[traced.path, traceOf(traced, job.folder)]]),
    version: "verify",
    keepRequests: false,
    onRecord: null,
  };
  if (job.rule !== CLAIRVOYANT) {
    return scored(simulateRun({ ...input, candidate: candidateOf(job.rule, traced, job.parameters) }), null);
  }
  const [workload] = scenario.workloads;
  if (workload === undefined) throw new Error("a case has one workload");
  const bounds = { minReplicas: 1, maxReplicas: traced.mostReplicas };
  const found = planOfRun({ ...input, workload, reference }, bounds);
  const candidate = {
    kind: "baseline",
    name: CLAIRVOYANT,
    baseline: CLAIRVOYANT,
    parameters: {},
  } as const;
  const plans = new Map([[`${workload.namespace}/${workload.name}`, found]]);
  return scored(simulateRun({ ...input, candidate, plans }), found.lowerBoundReplicaSeconds / 3600);
}

function scored({ runs }: ReturnType<typeof simulateRun>, boundGpuHours: number | null): TraceScore {
  const score = policyScore(runs);
  if (score === null || score.attainmentRatio === null)
    throw new Error("a run without requests says nothing");
  const requests = runs.reduce((sum, run) => sum + run.requests.arrived, 0);
  return { gpuHours: score.gpuHours, attainmentRatio: score.attainmentRatio, boundGpuHours, requests };
}

function traceOf(traced: TraceCase, folder: string): TraceData {
  const known = traces.get(traced.name);
  if (known !== undefined) return known;
  const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const bytes = gunzipSync(readFileSync(join(folder, traced.path)));
  const parsed = parseTrace(bytes, { format: traced.format, sha256 });
  if (!parsed.ok) throw new Error(`${traced.path}: ${parsed.failure.message}`);
  const { trace } = parsed.value;
  const read = traced.isSummed ? summed(trace) : trace;
  traces.set(traced.name, read);
  return read;
}

/** Returns counts of longer steps; a last step that is not whole is left out. */
function summed(trace: TraceData): TraceData {
  if (trace.kind !== "counts") throw new Error("only counts can be summed");
  const steps = Math.round(SUMMED_SECONDS / trace.stepSeconds);
  const counts = Uint32Array.from({ length: Math.floor(trace.counts.length / steps) }, (_, index) =>
    trace.counts.subarray(index * steps, (index + 1) * steps).reduce((sum, count) => sum + count, 0),
  );
  return { kind: "counts", stepSeconds: trace.stepSeconds * steps, counts };
}
