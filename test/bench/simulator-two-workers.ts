// How much faster two threads make the same simulated runs than one: what `tune --workers 2` gains.

import { Worker } from "node:worker_threads";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import { boundScenario } from "../support/simulation/experiments.ts";
import { loaded, poisson } from "../support/simulation/scenario.ts";
import { builtSimulator } from "./built-simulator.ts";
import { type Benchmark, type BenchResult, median } from "./result.ts";

const ENTRY = new URL("./simulator-two-workers/worker.js", import.meta.url);
/** Evenly shared by two; many, so that the last one that runs alone hardly matters. */
const RUNS = 24;
/** Each in the order one, two, two, one, so that a machine that grows slower or faster favours neither. */
const ROUNDS = 3;
/** Runs of each worker after which what it runs is compiled. */
const WARM_UP_RUNS = 6;
const DURATION_SECONDS = 4 * 3600;

/**
 * Each pair of neighbours gives a ratio: the same work, at nearly the same time. On a machine that others use no ratio of
 * elapsed times says much; `coreTimeRatio`, what two take of all cores for the work of one, still tells whether they
 * hinder each other.
 */
export const benchmark: Benchmark = { name: "simulator-two-workers", run: measure };

async function measure(): Promise<BenchResult[]> {
  const simulator = builtSimulator();
  const [first, second] = [startWorker(simulator), startWorker(simulator)];
  await Promise.all([first, second].map(warmUp));
  const [ratios, costs, rates]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await timed([first]);
    const pair = [await timed([first, second]), await timed([first, second])] as const;
    const after = await timed([second]);
    ratios.push(before.seconds / pair[0].seconds, after.seconds / pair[1].seconds);
    costs.push(pair[0].coreSeconds / before.coreSeconds, pair[1].coreSeconds / after.coreSeconds);
    rates.push(...pair.map(({ requests, seconds }) => requests / seconds));
  }
  await Promise.all([first, second].map((worker) => worker.terminate()));
  return [
    {
      name: "simulator-two-workers",
      value: median(rates),
      unit: "requests/s",
      ratioTo: { one: median(ratios) },
      figures: {
        leastRatio: Math.min(...ratios),
        largestRatio: Math.max(...ratios),
        coreTimeRatio: median(costs),
      },
    },
  ];
}

async function warmUp(worker: Worker): Promise<void> {
  for (let run = 1; run <= WARM_UP_RUNS; run += 1) await ask(worker, run);
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

/** The wall time of all runs, each worker taking the next one when it is free, as those of `tune` do. */
async function timed(
  workers: readonly Worker[],
): Promise<{ readonly seconds: number; readonly coreSeconds: number; readonly requests: number }> {
  const begin = performance.now();
  const usedBefore = process.cpuUsage();
  let [next, requests] = [0, 0];
  const work = async (worker: Worker): Promise<void> => {
    while (next < RUNS) {
      next += 1;
      requests += await ask(worker, next);
    }
  };
  await Promise.all(workers.map(work));
  const { user, system } = process.cpuUsage(usedBefore);
  return { seconds: (performance.now() - begin) / 1000, coreSeconds: (user + system) / 1e6, requests };
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
