// Runs on real traffic in several processes; scores come in the order of the jobs, whichever ends first.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TraceJob, TraceScore } from "./trace-run.ts";

const ENTRY = fileURLToPath(new URL("./trace-worker.ts", import.meta.url));

export type TracePool = {
  run(jobs: readonly TraceJob[]): Promise<readonly TraceScore[]>;
  close(): void;
};

/**
 * Returns a pool of so many processes, which read TypeScript as this one does; `onRun` is told of each run that is done. A
 * process that ends before it is closed fails what is asked of it.
 */
export function tracePool(processes: number, onRun: () => void): TracePool {
  const workers = Array.from({ length: processes }, () => fork(ENTRY));
  return {
    async run(jobs) {
      const scores: TraceScore[] = [];
      const queue = jobs.entries();
      const work = async (worker: ChildProcess): Promise<void> => {
        for (const [index, job] of queue) {
          scores[index] = await ask(worker, job);
          onRun();
        }
      };
      await Promise.all(workers.map(work));
      return scores;
    },
    close() {
      for (const worker of workers) worker.kill();
    },
  };
}

function ask(worker: ChildProcess, job: TraceJob): Promise<TraceScore> {
  return new Promise((resolve, reject) => {
    const answered = (score: TraceScore): void => {
      worker.off("exit", ended);
      resolve(score);
    };
    const ended = (code: number | null): void => {
      worker.off("message", answered);
      reject(new Error(`a process ended with ${code} at ${job.traced}, ${job.rule}, seed ${job.seed}`));
    };
    worker.once("message", answered);
    worker.once("exit", ended);
    worker.send(job);
  });
}
