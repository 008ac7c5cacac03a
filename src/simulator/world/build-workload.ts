// Puts one workload of a run together: plant, view, scaler.

import type { LoadedPolicy } from "../../domain/policy-set.ts";
import type { LogRecord } from "../../domain/record.ts";
import type { BaselineCandidate, Scenario, WorkloadScenario } from "../../domain/scenario.ts";
import type { Foresight } from "../../domain/simulation-course.ts";
import { type Millis, millis, minutes, seconds } from "../../domain/units.ts";
import { memorySpan, sampleSpan } from "../../domain/windows.ts";
import type { Clairvoyance } from "../clairvoyant/clairvoyance.ts";
import { planOfRun } from "../clairvoyant/plan-of-run.ts";
import { ReplicaLedger } from "../cluster/replica-ledger.ts";
import { WorkloadPods } from "../cluster/workload-pods.ts";
import { boundsOf as candidateBounds, type ReplicaBounds } from "../scalers/baselines/baseline-context.ts";
import { baselineScaler } from "../scalers/baselines/baseline-scaler.ts";
import type { ReplicaPlan } from "../scalers/baselines/replica-plan.ts";
import { PolicyScaler } from "../scalers/policy-scaler.ts";
import type { Scaler, ScalerView } from "../scalers/scaler.ts";
import { Scraper } from "../scrape/scraper.ts";
import type { TraceData } from "../traffic/trace-data.ts";
import { buildPlane } from "./build-plane.ts";
import { Invariants } from "./invariants.ts";
import { viewOf, type WorkloadPlant, WorkloadWorld } from "./workload-world.ts";
import type { WorldGround } from "./world.ts";

/** KEDA's own defaults, where no policy of ours says otherwise. */
const DEFAULT_BOUNDS = { min: 1, max: 100 };
/** Longer than any window that a baseline's queries look at, but for one that is written longer. */
const BASELINE_KEEP = minutes(60);

/** A plan of the clairvoyant, and how long before its time replicas are asked for. */
export type PlannedReplicas = { readonly plan: ReplicaPlan; readonly leadSeconds: number };

export type WorkloadBuild = {
  readonly scenario: Scenario;
  readonly workload: WorkloadScenario;
  /** Its place in the scenario. */
  readonly index: number;
  readonly candidateName: string;
  /** Null = our policy scales it. */
  readonly baseline: BaselineCandidate | null;
  /** The candidate's own policy for the workload; null = replicas stay, or a baseline scales it. */
  readonly policy: LoadedPolicy | null;
  /** What every candidate is scored by, and whose bounds baselines move within. */
  readonly reference: LoadedPolicy | null;
  /** What the clairvoyant follows; null = it searches a plan of its own. */
  readonly planned: PlannedReplicas | null;
  readonly seed: number;
  readonly traces: ReadonlyMap<string, TraceData>;
  readonly version: string;
  readonly keepRequests: boolean;
  readonly onLine: (line: LogRecord) => void;
};

/** Returns a workload as it is at t = 0. */
export function buildWorkload(build: WorkloadBuild, ground: WorldGround): WorkloadWorld {
  const plant = buildPlant(build, ground);
  const { scenario, seed, candidateName } = build;
  const { controlPlane, durationSeconds } = scenario;
  const view = viewOf(plant, scenario);
  const searched = searchedPlan(build);
  const planned = build.planned ?? searched;
  const scaler = buildScaler({ ...build, planned }, { ground, view, invariants: plant.invariants });
  const bounds = boundsOf(build, scaler);
  return new WorkloadWorld(plant, {
    candidate: candidateName,
    scaler,
    bounds,
    controlPlane,
    durationSeconds,
    seed,
    foresight: searched === null || build.reference === null ? null : foresightOf(build.workload, searched),
  });
}

/** Returns the plant of a workload, on which something else than our policies and the baselines can act. */
export function buildPlant(build: WorkloadBuild, ground: WorldGround): WorkloadPlant {
  const { workload, index, seed, scenario } = build;
  const plane = buildPlane(build);
  const ledger = new ReplicaLedger(workload.gpusPerReplica);
  const scraper = new Scraper({
    workload,
    settings: scenario.controlPlane.source,
    start: scenario.start,
    plane,
    seed,
    keep: keptSpan(build),
    schedule: ground.scheduleScrape,
    isScraping: () => ground.faults.isSourceUp(),
    addedLossRatio: () => ground.faults.scrapeLossRatio(),
  });
  const name = `${workload.namespace}/${workload.name}`;
  const pods = new WorkloadPods(workload, {
    plane,
    nodes: ground.nodes(workload.pool),
    loads: ground.loads,
    ledger,
    seed,
    slowness: () => ground.faults.startFactor(),
    register: ground.register,
    created: (pod) => {
      ground.podCreated(pod, index);
      scraper.begin(pod, pod.createdAt ?? 0);
    },
    schedule: ground.schedulePod,
    phaseOver: (pod, phase, at) =>
      ground.phaseOver({ workload: name, pod: pod.name, phase, fromSeconds: pod.phaseSince, toSeconds: at }),
  });
  return { workload, plane, pods, scraper, ledger, invariants: new Invariants() };
}

/** A restarted process of ours reads all that its state depends on. */
function keptSpan({ policy, scenario }: WorkloadBuild): Millis {
  const { scrapeIntervalSeconds, lagSeconds } = scenario.controlPlane.source;
  if (policy === null) return BASELINE_KEEP;
  const past = scenario.faults.some(({ kind }) => kind === "scaler-restart") ? memorySpan(policy.policy) : 0;
  return millis(past + sampleSpan(policy.policy) + seconds(2 * scrapeIntervalSeconds + lagSeconds));
}

type ScalerSurroundings = {
  readonly ground: WorldGround;
  readonly view: ScalerView;
  readonly invariants: Invariants;
};

function buildScaler(build: WorkloadBuild, { ground, view, invariants }: ScalerSurroundings): Scaler | null {
  const { scenario, workload, baseline, policy: loaded, planned, version, onLine } = build;
  const { controlPlane } = scenario;
  if (baseline !== null) {
    return baselineScaler(baseline, {
      workload,
      controlPlane,
      view,
      bounds: referenceBounds(build),
      ...planned,
    });
  }
  if (loaded === null) return null;
  return new PolicyScaler({
    loaded,
    view,
    controlPlane,
    version,
    canQuery: () => ground.faults.isSourceUp(),
    onLine,
    onDecision: (record, before) => invariants.checkDecision(record, { policy: loaded.policy, before }),
  });
}

/** The clairvoyant knows the requests of this very run; null where nobody is one, or it is given a plan. */
function searchedPlan(build: WorkloadBuild): Clairvoyance | null {
  const { baseline, planned } = build;
  if (baseline?.baseline !== "clairvoyant" || planned !== null) return null;
  return planOfRun(build, candidateBounds(baseline, referenceBounds(build)));
}

function foresightOf(
  { namespace, name, gpusPerReplica }: WorkloadScenario,
  { replicaSeconds, lowerBoundReplicaSeconds }: Clairvoyance,
): Foresight {
  return {
    workload: `${namespace}/${name}`,
    planGpuHours: (replicaSeconds * gpusPerReplica) / 3600,
    leastGpuHours: (lowerBoundReplicaSeconds * gpusPerReplica) / 3600,
  };
}

function boundsOf(
  { policy }: WorkloadBuild,
  scaler: Scaler | null,
): { readonly min: number; readonly max: number } | null {
  if (policy !== null) return policy.policy.replicas;
  if (scaler === null || scaler.hand.kind !== "hpa") return null;
  return { min: scaler.hand.minReplicas, max: scaler.hand.maxReplicas };
}

function referenceBounds({ reference }: WorkloadBuild): ReplicaBounds {
  const { min, max } = reference === null ? DEFAULT_BOUNDS : reference.policy.replicas;
  return { minReplicas: min, maxReplicas: max };
}
