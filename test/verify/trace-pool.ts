// Runs on real traffic in several processes.

import { type JobPool, jobPool } from "./job-pool.ts";
import type { TraceJob, TraceScore } from "./trace-run.ts";

const ENTRY = new URL("./trace-worker.ts", import.meta.url);

export type TracePool = JobPool<TraceJob, TraceScore>;

/** Returns a pool of so many processes; `onRun` is told of each run that is done. */
export function tracePool(processes: number, onRun: () => void): TracePool {
  return jobPool(ENTRY, { processes, onRun });
}
