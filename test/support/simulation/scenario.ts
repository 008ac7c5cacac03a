// A scenario of one workload as tests write it, and one run of it.

import type { Policy } from "../../../src/domain/policy.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type { Scenario, TrafficStream, WorkloadScenario } from "../../../src/domain/scenario.ts";
import { policyKey } from "../../../src/domain/target.ts";
import { type RunInput, type RunOutput, simulateRun } from "../../../src/simulator/simulate.ts";
import { EPOCH } from "../builders.ts";
import { aControlPlane, aModelScenario, aWorkloadScenario } from "../workload-scenario.ts";

/** Returns Poisson arrivals that keep one rate for so long, then the next. */
export function poisson(
  ...rates: readonly (readonly [forSeconds: number, from: number, to?: number])[]
): TrafficStream {
  return {
    kind: "generated",
    generator: { kind: "poisson" },
    phases: rates.map(([forSeconds, fromRate, toRate = fromRate]) => ({ forSeconds, fromRate, toRate })),
  };
}

/** Returns a workload of one model under this traffic. */
export function aWorkloadOf(traffic: TrafficStream, parts: Partial<WorkloadScenario> = {}): WorkloadScenario {
  return aWorkloadScenario({ models: [aModelScenario({ traffic: [traffic] })], ...parts });
}

/** Returns half an hour of one workload with 36 requests/s, no faults, always room for pods. */
export function aScenario(parts: Partial<Scenario> = {}): Scenario {
  return {
    name: "scenario",
    start: EPOCH,
    durationSeconds: 1800,
    warmupSeconds: 0,
    seeds: [1],
    workloads: [aWorkloadOf(poisson([1800, 36]))],
    cluster: { pools: [], fullSpeedLoads: null },
    controlPlane: aControlPlane(),
    candidates: [],
    faults: [],
    expect: [],
    ...parts,
  };
}

/** Returns a policy as a run takes it. */
export function loaded(policy: Policy): LoadedPolicy {
  return {
    key: policyKey(policy.target.namespace, policy.name),
    policy,
    document: { metadata: { name: policy.name } },
    hash: "0000000000000000",
    file: `${policy.name}.yaml`,
  };
}

/** Returns a run of the policies under the scenario; seed 1 and nothing kept unless said. */
export function simulated(
  scenario: Scenario,
  policies: readonly Policy[],
  parts: Partial<RunInput> = {},
): RunOutput {
  const ours = policies.map(loaded);
  return simulateRun({
    scenario,
    candidate: { kind: "policies", name: "ours", policies: ours },
    ours,
    seed: 1,
    traces: new Map(),
    version: "test",
    keepRequests: false,
    onRecord: null,
    ...parts,
  });
}
