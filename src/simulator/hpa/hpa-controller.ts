// The HorizontalPodAutoscaler controller for one HPA, sync by sync and bit for bit.

import { type ConditionType, scaledToZero, withCondition, withoutCondition } from "./conditions.ts";
import {
  DEFAULT_HPA_FLAGS,
  EMPTY_HPA_STATUS,
  type HpaFlags,
  type HpaOutcome,
  type HpaSpec,
  type HpaStatus,
  type HpaSync,
  type ScaleReading,
} from "./hpa-sync.ts";
import { limitedByBehavior, limitedByDoubling } from "./limits.ts";
import type { CurrentMetric } from "./metric-outcome.ts";
import { type Proposal, proposalOf } from "./proposal.ts";
import { Recommendations } from "./recommendations.ts";
import { type HpaRelease, hpaRelease } from "./release.ts";
import { ScaleEvents } from "./scale-events.ts";
import { bandOf } from "./tolerance.ts";

/** What a sync decided: the replicas that it wants, or null where it could not decide. */
type Decision = {
  readonly proposal: number | null;
  readonly wanted: number | null;
  readonly current: readonly (CurrentMetric | null)[];
};

/** A sync on its way: what it read. */
type Reading = { readonly spec: HpaSpec; readonly sync: HpaSync; readonly scale: ScaleReading };

/** One HPA and its controller. The memory is the controller's, the status is the HPA object's. */
export class HpaController {
  readonly #flags: HpaFlags;
  readonly #release: HpaRelease;
  readonly #recommendations = new Recommendations();
  readonly #events = new ScaleEvents();
  #status = EMPTY_HPA_STATUS;
  /** The status that the running sync will write. */
  #next = EMPTY_HPA_STATUS;

  constructor(release: HpaRelease = hpaRelease("1.35"), flags: HpaFlags = DEFAULT_HPA_FLAGS) {
    this.#release = release;
    this.#flags = flags;
  }

  /** The HPA's status as it is stored. */
  get status(): HpaStatus {
    return this.#status;
  }

  /** Forgets what a controller process remembers: it restarted, or found that the HPA is gone. */
  forget(): void {
    this.#recommendations.clear();
    this.#events.clear();
  }

  /** Sets the stored status: somebody else wrote it, or the HPA is a new object (no argument). */
  replaceStatus(status: HpaStatus = EMPTY_HPA_STATUS): void {
    this.#status = status;
  }

  /** Reconciles once: reads, decides, writes. */
  reconcile(spec: HpaSpec, sync: HpaSync): HpaOutcome {
    this.#next = this.#status;
    const { proposal, scaledTo } = this.#attempt(spec, sync);
    if (!sync.statusWriteFails) this.#status = this.#next;
    return { proposal, scaledTo, status: this.#status };
  }

  #attempt(spec: HpaSpec, sync: HpaSync): Omit<HpaOutcome, "status"> {
    const { scale } = sync;
    if (scale === null) {
      this.#set("AbleToScale", false, "FailedGetScale");
      return { proposal: null, scaledTo: null };
    }
    this.#set("AbleToScale", true, "SucceededGetScale");
    this.#recommendations.seed(scale.specReplicas, sync.scaleMs);
    const reading: Reading = { spec, sync, scale };
    const { proposal, wanted, current } = this.#decide(reading);
    this.#next = { ...this.#next, currentMetrics: current };
    if (wanted === null) return { proposal, scaledTo: null };
    if (wanted !== scale.specReplicas && !this.#write(reading, wanted)) return { proposal, scaledTo: null };
    this.#next = { ...this.#next, desiredReplicas: wanted };
    return { proposal, scaledTo: wanted === scale.specReplicas ? null : wanted };
  }

  /** Replicas outside the bounds are brought back whatever the metrics say; at zero it may be that nothing is done. */
  #decide(reading: Reading): Decision {
    const { spec, scale } = reading;
    const { specReplicas } = scale;
    const minReplicas = spec.minReplicas ?? 1;
    const bound = (wanted: number): Decision => ({ proposal: null, wanted, current: [] });
    if (specReplicas === 0) {
      if (this.#computesAtZero(spec)) return this.#decideByMetrics(reading);
      this.#set("ScalingActive", false, "ScalingDisabled");
      if (!this.#release.scaleToZero) this.#unset("ScaledToZero");
      return bound(0);
    }
    if (specReplicas > spec.maxReplicas) return bound(spec.maxReplicas);
    if (specReplicas < minReplicas) return bound(minReplicas);
    return this.#decideByMetrics(reading);
  }

  #computesAtZero(spec: HpaSpec): boolean {
    const minReplicas = spec.minReplicas ?? 1;
    if (!this.#release.remembersScaledToZero) return minReplicas === 0;
    if (!this.#release.scaleToZero || !scaledToZero(this.#next.conditions)) return false;
    return minReplicas !== 0 || hasExternalMetric(spec);
  }

  #decideByMetrics(reading: Reading): Decision {
    const { spec, scale } = reading;
    if (!scale.selectorWorks) {
      this.#set("ScalingActive", false, "InvalidSelector");
      return { proposal: null, wanted: null, current: [] };
    }
    const { replicas, failure, current } = this.#propose(reading);
    if (replicas === null) {
      if (failure !== null) this.#set("ScalingActive", false, failure);
      return { proposal: null, wanted: null, current };
    }
    this.#set("ScalingActive", true, "ValidMetricFound");
    const normalized = this.#normalize(reading, Math.max(0, replicas));
    // Only an HPA that knows that it scaled to zero gets here with 0 replicas and a minimum above.
    const wanted = scale.specReplicas === 0 ? Math.max(normalized, spec.minReplicas ?? 1) : normalized;
    return { proposal: replicas, wanted, current };
  }

  #propose({ spec, sync, scale }: Reading): Proposal {
    return proposalOf(spec.metrics, sync.metrics, {
      specReplicas: scale.specReplicas,
      statusReplicas: scale.statusReplicas,
      pods: sync.pods,
      readyPods: sync.readyPods,
      podCount: sync.podCount,
      decideMs: sync.decideMs,
      cpuInitializationPeriodMs: this.#flags.cpuInitializationPeriodMs,
      initialReadinessDelayMs: this.#flags.initialReadinessDelayMs,
      band: bandOf(spec.behavior, this.#flags.tolerance, this.#release),
      release: this.#release,
    });
  }

  /** Stabilizes, then limits. */
  #normalize({ spec, sync, scale }: Reading, proposal: number): number {
    const { behavior, maxReplicas } = spec;
    const { specReplicas } = scale;
    const atMs = sync.decideMs;
    const { downscaleStabilizationMs } = this.#flags;
    const stabilizing = { specReplicas, proposal, atMs, downscaleStabilizationMs };
    const stabilized =
      behavior === null
        ? this.#recommendations.stabilizeByFlag(stabilizing)
        : this.#recommendations.stabilizeByBehavior(behavior, stabilizing);
    this.#set("AbleToScale", true, stabilized.reason);
    const wanted = stabilized.replicas;
    const limiting = { specReplicas, wanted, minReplicas: spec.minReplicas ?? 1, maxReplicas, atMs };
    const limited =
      behavior === null ? limitedByDoubling(limiting) : limitedByBehavior(limiting, behavior, this.#events);
    this.#set("ScalingLimited", limited.replicas !== wanted, limited.reason);
    return limited.replicas;
  }

  /** Returns whether the scale was written, after a conflict with the release's number of attempts. */
  #write({ spec, sync, scale }: Reading, wanted: number): boolean {
    const { scaleWriteErrors, writeMs } = sync;
    const gaveUp =
      scaleWriteErrors.length >= this.#release.scaleWriteAttempts || scaleWriteErrors.includes("server");
    if (scaleWriteErrors.length > 0 && gaveUp) {
      this.#set("AbleToScale", false, "FailedUpdateScale");
      return false;
    }
    this.#set("AbleToScale", true, "SucceededRescale");
    const from = scale.specReplicas;
    if (spec.behavior !== null) this.#events.remember({ from, to: wanted, atMs: writeMs }, spec.behavior);
    if (this.#release.remembersScaledToZero) this.#noteScaledToZero(spec, wanted);
    return true;
  }

  #noteScaledToZero(spec: HpaSpec, wanted: number): void {
    if (!this.#release.scaleToZero) {
      this.#unset("ScaledToZero");
      return;
    }
    const byItself = wanted === 0 && (spec.minReplicas ?? 1) === 0 && hasExternalMetric(spec);
    this.#set("ScaledToZero", byItself, byItself ? "ScaledToZero" : "NotScaledToZero");
  }

  #set(type: ConditionType, status: boolean, reason: string): void {
    const { desiredReplicas, conditions, currentMetrics } = this.#next;
    const changed = withCondition(conditions, { type, status, reason });
    this.#next = { desiredReplicas, conditions: changed, currentMetrics };
  }

  #unset(type: ConditionType): void {
    this.#next = { ...this.#next, conditions: withoutCondition(this.#next.conditions, type) };
  }
}

function hasExternalMetric(spec: HpaSpec): boolean {
  return spec.metrics.some(({ type }) => type === "External");
}
