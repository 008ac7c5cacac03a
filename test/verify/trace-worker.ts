// The entry of a process that makes runs on real traffic, one after another.

import { runTraceJob, type TraceJob } from "./trace-run.ts";

process.on("message", (job: TraceJob) => {
  process.send?.(runTraceJob(job));
});
