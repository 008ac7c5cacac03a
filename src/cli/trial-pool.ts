// Trials of a tuning in several threads; results come in the order of the runs, whichever ends first.

import { Worker } from "node:worker_threads";
import type { RunTrials, TrialResult, TrialRun } from "../tuning/trial.ts";
import { runTrial, type TrialGround, type TrialSettings } from "./trial-runner.ts";

/** Built files end in .js, sources in .ts: the threads run what this one does. */
const ENTRY = new URL(import.meta.url.replace(/trial-pool(\.[jt]s)$/, "trial-worker$1"));

/** Node gives threads no loader for sources: those run in this one. */
export const CAN_USE_THREADS = ENTRY.pathname.endsWith(".js");

export type TrialPool = {
  readonly run: RunTrials;
  close(): Promise<void>;
};

/** Returns a pool of one: runs are made in this thread. `onRun` is told of each that is done. */
export function inlinePool(ground: TrialGround, onRun: () => void): TrialPool {
  return {
    run: async (runs) => {
      const results: TrialResult[] = [];
      for (const run of runs) {
        results.push(runTrial(ground, run));
        onRun();
        // A signal that ends the command is heard between two runs.
        await new Promise(setImmediate);
      }
      return results;
    },
    close: async () => {},
  };
}

/** Returns a pool of `count` threads, each of which reads the tuning's files itself. */
export function threadPool(settings: TrialSettings, count: number, onRun: () => void): TrialPool {
  const workers = Array.from(
    { length: count },
    () => new Worker(ENTRY, { workerData: settings, name: "trial" }),
  );
  return {
    run: async (runs) => {
      const results: TrialResult[] = [];
      let next = 0;
      const work = async (worker: Worker): Promise<void> => {
        while (next < runs.length) {
          const index = next;
          next += 1;
          const run = runs[index];
          if (run === undefined) return;
          results[index] = await ask(worker, run);
          onRun();
        }
      };
      await Promise.all(workers.map(work));
      return results;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function ask(worker: Worker, run: TrialRun): Promise<TrialResult> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      worker.off("message", answered);
      worker.off("error", failed);
    };
    const answered = (result: TrialResult): void => {
      stop();
      resolve(result);
    };
    const failed = (error: unknown): void => {
      stop();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    worker.once("message", answered);
    worker.once("error", failed);
    worker.postMessage(run);
  });
}
