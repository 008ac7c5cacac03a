// How many requests a second a whole run serves on one core, built: a day of Twitter at twenty times its rate, 64 pods.

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Scenario } from "../../src/domain/scenario.ts";
import { parseCounts } from "../../src/simulator/traffic/counts-trace.ts";
import type { TraceData } from "../../src/simulator/traffic/trace-data.ts";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import { boundScenario } from "../support/simulation/experiments.ts";
import { loaded } from "../support/simulation/scenario.ts";
import { builtSimulator } from "./built-simulator.ts";
import { coreSeconds } from "./core-seconds.ts";
import type { Benchmark, BenchResult } from "./result.ts";

const TRACE = new URL(
  "../../../shared/traces/web-persecond/twitter-2021-08_requests_per_second.txt.gz",
  import.meta.url,
);
const DAY_SECONDS = 86_400;
const MULTIPLY = 20;
const PODS = 64;

/** Production ticks every 15 s on raw counters that are scraped every 15 s; KEDA and the HPA move the pods. */
export const benchmark: Benchmark = { name: "simulator-closed-loop", run: measure };

async function measure(): Promise<BenchResult[]> {
  if (!existsSync(TRACE)) {
    process.stderr.write(`simulator-closed-loop is left out: ${TRACE.pathname} is not there\n`);
    return [];
  }
  const trace = parseCounts(gunzipSync(readFileSync(TRACE)), 1);
  const scenario = twitterDay();
  const { replicas } = boundPolicy();
  const policy = { ...boundPolicy(), replicas: { ...replicas, min: PODS, max: PODS } };
  const ours = [loaded(policy)];
  const { simulateRun }: typeof import("../../src/simulator/simulate.ts") = await import(builtSimulator());
  let requests = 0;
  const seconds = coreSeconds(() => {
    const { runs } = simulateRun({
      scenario,
      candidate: { kind: "policies", name: "ours", policies: ours },
      ours,
      seed: 1,
      traces: new Map<string, TraceData>([["twitter", trace]]),
      version: "bench",
      keepRequests: false,
      onRecord: null,
    });
    requests = runs[0]?.requests.arrived ?? 0;
  });
  return [
    {
      name: "simulator-closed-loop",
      value: requests / seconds,
      unit: "requests/s",
      figures: { requests, seconds },
    },
  ];
}

function twitterDay(): Scenario {
  const traffic = {
    kind: "traced",
    path: "twitter",
    format: "counts-per-second",
    fromSeconds: 0,
    forSeconds: DAY_SECONDS,
    multiply: MULTIPLY,
    thin: 1,
  } as const;
  return boundScenario({ seed: 1, traffic, initialReplicas: PODS, durationSeconds: DAY_SECONDS });
}
