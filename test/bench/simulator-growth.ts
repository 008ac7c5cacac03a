// How the time of a simulated run grows with pods, models and ticks: each alone, from one common run.

import { seconds } from "../../src/domain/units.ts";
import { boundPolicy } from "../support/simulation/bound-policy.ts";
import { aScenario, poisson, simulated } from "../support/simulation/scenario.ts";
import { aControlPlane, aModelScenario, aWorkloadScenario } from "../support/workload-scenario.ts";
import { coreSeconds } from "./core-seconds.ts";
import type { Benchmark, BenchResult } from "./result.ts";

const HOUR = 3600;

type Size = { readonly pods: number; readonly models: number; readonly tickSeconds: number };

const COMMON: Size = { pods: 8, models: 1, tickSeconds: 15 };
/** The load grows with the pods: 20 requests/s each, half of what one carries. */
const RATE_PER_POD = 20;

const SIZES: readonly Size[] = [
  ...[1, 8, 64, 256].map((pods) => ({ ...COMMON, pods })),
  ...[2, 4, 8].map((models) => ({ ...COMMON, models })),
  ...[60, 5, 1].map((tickSeconds) => ({ ...COMMON, tickSeconds })),
];

export const benchmark: Benchmark = {
  name: "simulator-growth",
  run: async () => SIZES.map(measure),
};

function measure(size: Size): BenchResult {
  const { pods, models, tickSeconds } = size;
  const names = Array.from({ length: models }, (_, index) => (index === 0 ? "embedder" : `model-${index}`));
  const rate = (RATE_PER_POD * pods) / models;
  const workload = aWorkloadScenario({
    initialReplicas: pods,
    models: names.map((name) => aModelScenario({ name, traffic: [poisson([HOUR, rate])] })),
  });
  const controlPlane = aControlPlane({ tickIntervalSeconds: tickSeconds });
  const scenario = aScenario({ durationSeconds: HOUR, workloads: [workload], controlPlane });
  const { replicas, ...policy } = boundPolicy();
  const fixed = {
    ...policy,
    models: names.map((name) => ({ name, maxQueueDelay: seconds(0), weight: 1 })),
    replicas: { ...replicas, min: pods, max: pods },
  };
  let requests = 0;
  const taken = coreSeconds(() => {
    requests = simulated(scenario, [fixed]).runs.reduce((sum, run) => sum + run.requests.arrived, 0);
  });
  return {
    name: `simulator-growth ${pods} pods, ${models} models, ticks of ${tickSeconds} s`,
    value: taken * 1000,
    unit: "ms",
    figures: { requests },
  };
}
