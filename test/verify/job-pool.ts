// Jobs in several processes; answers come in the order of the jobs, whichever ends first.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export type JobPool<Job, Answer> = {
  run(jobs: readonly Job[]): Promise<readonly Answer[]>;
  close(): void;
};

/** How many processes answer, and what is told when one job is done. */
export type PoolSettings = { readonly processes: number; readonly onRun: () => void };

/**
 * Returns a pool of processes that begin with the module at `entry` and read TypeScript as this one does. A process that
 * ends before it is closed fails what is asked of it.
 */
export function jobPool<Job extends object, Answer>(
  entry: URL,
  { processes, onRun }: PoolSettings,
): JobPool<Job, Answer> {
  const workers = Array.from({ length: processes }, () =>
    fork(fileURLToPath(entry), { serialization: "advanced" }),
  );
  return {
    async run(jobs) {
      const answers: Answer[] = [];
      const queue = jobs.entries();
      const work = async (worker: ChildProcess): Promise<void> => {
        for (const [index, job] of queue) {
          answers[index] = await ask<Job, Answer>(worker, job);
          onRun();
        }
      };
      await Promise.all(workers.map(work));
      return answers;
    },
    close() {
      for (const worker of workers) worker.kill();
    },
  };
}

function ask<Job extends object, Answer>(worker: ChildProcess, job: Job): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      worker.off("exit", ended);
      resolve(answer);
    };
    const ended = (code: number | null, signal: string | null): void => {
      worker.off("message", answered);
      reject(new Error(`a process ended with ${code ?? signal} at ${JSON.stringify(job)}`));
    };
    worker.once("message", answered);
    worker.once("exit", ended);
    worker.send(job);
  });
}
