// What a run tells of the future that its clairvoyant knew.

import { expect, it } from "vitest";
import { boundPolicy } from "../../../support/simulation/bound-policy.ts";
import { aScenario, poisson, simulated } from "../../../support/simulation/scenario.ts";
import { aModelScenario, aWorkloadScenario } from "../../../support/workload-scenario.ts";

const CLAIRVOYANT = { kind: "baseline", name: "known", baseline: "clairvoyant", parameters: {} } as const;
const SECONDS = 600;

function steady(name: string) {
  const models = [aModelScenario({ name: "shape-c", traffic: [poisson([SECONDS, 60])] })];
  const workloads = [aWorkloadScenario({ name, initialReplicas: 3, gpusPerReplica: 2, models })];
  return aScenario({ durationSeconds: SECONDS, workloads });
}

it("tells plan and bound in GPU-hours, the bound below plan and run; nobody else tells any", () => {
  const scenario = steady(boundPolicy().target.name);
  const known = simulated(scenario, [boundPolicy()], { candidate: CLAIRVOYANT });
  const [told] = known.foresight;
  const leastGpuHours = told?.leastGpuHours ?? 0;
  expect(leastGpuHours).toBeGreaterThan(0);
  expect(leastGpuHours).toBeLessThan(told?.planGpuHours ?? 0);
  expect(leastGpuHours).toBeLessThan(known.runs[0]?.gpuHours.total ?? 0);
  expect(simulated(scenario, [boundPolicy()]).foresight).toEqual([]);
});

it("tells nothing of a workload without an objective", () => {
  const scenario = steady("of-no-policy");
  expect(simulated(scenario, [boundPolicy()], { candidate: CLAIRVOYANT }).foresight).toEqual([]);
});
