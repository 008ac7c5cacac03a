// How much faster two threads make the same simulated runs than one: what `tune --workers 2` gains.

import { Worker } from "node:worker_threads";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import { boundScenario } from "../support/simulation/experiments.ts";
import { loaded, poisson } from "../support/simulation/scenario.ts";
import { builtSimulator } from "./built-simulator.ts";
import type { Benchmark, BenchResult } from "./result.ts";

const ENTRY = new URL("./simulator-two-workers/worker.js", import.meta.url);
const RUNS = 8;
const ROUNDS = 3;
const DURATION_SECONDS = 4 * 3600;

export const benchmark: Benchmark = { name: "simulator-two-workers", run: measure };

async function measure(): Promise<BenchResult[]> {
  const simulator = builtSimulator();
  const workers = [startWorker(simulator), startWorker(simulator)];
  // The first run of a thread compiles what the others use.
  for (const worker of workers) await ask(worker, 0);
  const [one, two]: [number[], number[]] = [[], []];
  let requests = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const alone = await timed(workers.slice(0, 1));
    requests = alone.requests;
    one.push(alone.seconds);
    two.push((await timed(workers)).seconds);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  const [fastestOne, fastestTwo] = [Math.min(...one), Math.min(...two)];
  return [
    {
      name: "simulator-two-workers",
      value: requests / fastestTwo,
      unit: "requests/s",
      ratioTo: { one: fastestOne / fastestTwo },
    },
  ];
}

function startWorker(simulator: string): Worker {
  const rate = 200;
  const scenario = boundScenario({
    seed: 1,
    traffic: poisson([DURATION_SECONDS, rate]),
    initialReplicas: 8,
    durationSeconds: DURATION_SECONDS,
  });
  const ours = [loaded(boundPolicy())];
  const candidate = { kind: "policies", name: "ours", policies: ours };
  const input = { scenario, candidate, ours, version: "bench", keepRequests: false };
  return new Worker(ENTRY, { workerData: { simulator, input } });
}

/** The wall time of all runs, each worker taking the next one when it is free. */
async function timed(
  workers: readonly Worker[],
): Promise<{ readonly seconds: number; readonly requests: number }> {
  const begin = performance.now();
  let [next, requests] = [0, 0];
  const work = async (worker: Worker): Promise<void> => {
    while (next < RUNS) {
      next += 1;
      requests += await ask(worker, next);
    }
  };
  await Promise.all(workers.map(work));
  return { seconds: (performance.now() - begin) / 1000, requests };
}

function ask(worker: Worker, seed: number): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (requests: number) => {
      worker.off("error", reject);
      resolve(requests);
    });
    worker.postMessage(seed);
  });
}
