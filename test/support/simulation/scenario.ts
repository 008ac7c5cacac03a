// A scenario of one workload as tests write it, and one run of it.

import type { Policy } from "../../../src/domain/policy.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type {
  ArrivalGenerator,
  GeneratedTraffic,
  RatePhase,
  Scenario,
  TrafficStream,
  WorkloadScenario,
} from "../../../src/domain/scenario.ts";
import { policyKey } from "../../../src/domain/target.ts";
import { type RunInput, type RunOutput, simulateRun } from "../../../src/simulator/simulate.ts";
import { EPOCH } from "../builders.ts";
import { aControlPlane, aModelScenario, aWorkloadScenario } from "../workload-scenario.ts";

/** A rate in requests/s for so long, or going linearly from one to another. */
type Rates = readonly (readonly [forSeconds: number, from: number, to?: number])[];

/** Returns Poisson arrivals that keep one rate for so long, then the next. */
export function poisson(...rates: Rates): GeneratedTraffic {
  return arrivals({ kind: "poisson" }, phasesOf(rates));
}

/** Returns arrivals in bursts at such rates: a renewal process whose gaps have that coefficient of variation. */
export function bursty(cv: number, ...rates: Rates): GeneratedTraffic {
  return arrivals({ kind: "gamma", cv }, phasesOf(rates));
}

/** Returns arrivals whose rate goes once a day from `least` at t = 0 to `most` twelve hours later and back, as a cosine. */
export function diurnal(
  generator: ArrivalGenerator,
  { least, most, hours }: { readonly least: number; readonly most: number; readonly hours: number },
): GeneratedTraffic {
  const rate = (quarter: number): number =>
    (most + least) / 2 - ((most - least) / 2) * Math.cos((2 * Math.PI * quarter) / 96);
  const phases = Array.from({ length: 4 * hours }, (_, quarter) => ({
    forSeconds: 900,
    fromRate: rate(quarter),
    toRate: rate(quarter + 1),
  }));
  return arrivals(generator, phases);
}

function arrivals(generator: ArrivalGenerator, phases: readonly RatePhase[]): GeneratedTraffic {
  return { kind: "generated", generator, phases };
}

function phasesOf(rates: Rates): readonly RatePhase[] {
  return rates.map(([forSeconds, fromRate, toRate = fromRate]) => ({ forSeconds, fromRate, toRate }));
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
