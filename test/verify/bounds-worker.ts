// The entry of a process that makes runs of closed-loop bounds, one after another.

import { type BoundJob, runBoundJob } from "./bound-run.ts";

process.on("message", (job: BoundJob) => {
  process.send?.(runBoundJob(job));
});
