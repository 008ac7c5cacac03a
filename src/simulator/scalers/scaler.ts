// What scales one workload in a run: our own tick or a rule that people run today, behind one interface.

import type { WorkloadSamples } from "../../domain/samples.ts";
import type { ControlPlaneScenario, HpaBehavior } from "../../domain/scenario.ts";
import type { Instant } from "../../domain/units.ts";
import type { HpaMetricReading, HpaMetricSpec } from "../hpa/metric.ts";

/**
 * What a scaler may see: scraped metrics and counts, as Prometheus and Kubernetes show them, never the plant's truth.
 * Times are seconds since the scenario's start.
 */
export interface ScalerView {
  /** The instant of t = 0. */
  readonly start: Instant;
  readonly scrapeIntervalSeconds: number;
  /** How old the newest sample is at least. */
  readonly lagSeconds: number;
  /** Returns the samples of a span up to a time (and the last before it), replicas filled in; times as instants. */
  samples(atSeconds: number, spanSeconds: number): WorkloadSamples;
  /** Returns the replicas that the workload's spec asks for now. */
  desired(): number;
  /** Returns the replicas that are ready now. */
  ready(): number;
  /** Returns the requests that wait because no server is ready: what every activation query answers. */
  waitingAtBalancer(): number;
}

/** One decision for the timeline; `published` null = an error was told instead. */
export type ScalerTick = {
  readonly raw: number | null;
  readonly published: number | null;
  readonly reason: string;
};

/** A ScaledObject's own settings. */
export type KedaSettings = ControlPlaneScenario["keda"];

/** Whose hand moves the replicas. */
export type ScalerHand =
  | {
      /** An HPA. With `keda` the bounds are the ScaledObject's: a minimum of 0 lets KEDA scale to zero. */
      readonly kind: "hpa";
      readonly minReplicas: number;
      readonly maxReplicas: number;
      readonly metrics: readonly HpaMetricSpec[];
      /** Null = absent: the controller's older path. */
      readonly behavior: HpaBehavior | null;
      /** Null = an HPA alone. */
      readonly keda: KedaSettings | null;
    }
  | {
      /** The scaler writes the replicas itself. */
      readonly kind: "direct";
    };

/** An autoscaler of one workload; made anew for each run. Times are seconds since the scenario's start. */
export interface Scaler {
  readonly hand: ScalerHand;
  /** Seconds between its own ticks; null = it acts only when it is asked. */
  readonly tickSeconds: number | null;
  /** Takes one tick; null = nothing for the timeline. */
  tick(atSeconds: number): ScalerTick | null;
  /** Returns what the HPA reads at a sync, one reading a metric of `hand`. */
  hpaMetrics(atSeconds: number): readonly HpaMetricReading[];
  /** Returns what KEDA's IsActive hears; null = an error. */
  isActive(atSeconds: number): boolean | null;
  /** Returns the replicas that it asks for directly; null = none. */
  wanted(): number | null;
  /** Loses what a restarted process loses. */
  restart?(): void;
}
