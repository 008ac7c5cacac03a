// The hand that moves a workload's replicas in a cluster: KEDA's polls and the HPA's syncs, each at its own times.

import type { ControlPlaneScenario } from "../../domain/scenario.ts";
import { defaultedBehavior } from "../hpa/behavior.ts";
import { HpaController } from "../hpa/hpa-controller.ts";
import type { HpaSpec, HpaStatus } from "../hpa/hpa-sync.ts";
import { hpaRelease } from "../hpa/release.ts";
import { simulatedSync, type WorkloadReplicas } from "../hpa/simulated-sync.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { Scaler, ScalerHand } from "../scalers/scaler.ts";
import { KedaLoop, type ScalerAnswer } from "./keda-loop.ts";

/** A change of the workload's spec, and who wrote it. */
export type ReplicaWrite = { readonly by: "keda" | "hpa"; readonly replicas: number };

/** How the hand is set up, and the stream that its phases and the jitter of syncs come from. */
export type HandSetup = {
  readonly hpa: Pick<ControlPlaneScenario["hpa"], "version" | "syncPeriodSeconds" | "syncJitterSeconds">;
  readonly initialReplicas: number;
  readonly random: RandomStream;
};

type HpaHand = Extract<ScalerHand, { kind: "hpa" }>;

/**
 * One workload's HPA, and KEDA where the hand has it. Both were there before the run: their phases are drawn. Times are
 * seconds since the scenario's start, syncs at whole milliseconds.
 */
export class KedaHpaHand {
  readonly #scaler: Scaler;
  readonly #setup: HandSetup;
  readonly #controller: HpaController;
  readonly #spec: HpaSpec;
  readonly #keda: { readonly loop: KedaLoop; readonly pollingIntervalSeconds: number } | null;
  #nextSyncSeconds: number;
  #nextPollSeconds: number;

  constructor(scaler: Scaler, hand: HpaHand, setup: HandSetup) {
    const { random, hpa } = setup;
    this.#scaler = scaler;
    this.#setup = setup;
    this.#controller = new HpaController(hpaRelease(hpa.version));
    this.#spec = specOf(hand);
    this.#nextSyncSeconds = phase(hpa.syncPeriodSeconds, random);
    this.#keda = kedaOf(hand, setup.initialReplicas);
    const polls = this.#keda?.pollingIntervalSeconds;
    this.#nextPollSeconds = polls === undefined ? Number.POSITIVE_INFINITY : phase(polls, random);
  }

  /** The HPA's status as it stands: conditions with their reasons. */
  get hpaStatus(): HpaStatus {
    return this.#controller.status;
  }

  /** Returns when it acts next. */
  nextEventSeconds(): number {
    return Math.min(this.#nextSyncSeconds, this.#nextPollSeconds);
  }

  /**
   * Does what is due at `nextEventSeconds()` and returns what was written; null = nothing. A poll and a sync at the same
   * instant take two calls, the poll first.
   */
  advance(workload: WorkloadReplicas): ReplicaWrite | null {
    return this.#nextPollSeconds <= this.#nextSyncSeconds ? this.#poll(workload) : this.#sync(workload);
  }

  #poll({ specReplicas, readyPods }: WorkloadReplicas): ReplicaWrite | null {
    const atSeconds = this.#nextPollSeconds;
    if (this.#keda === null) return null;
    this.#nextPollSeconds += this.#keda.pollingIntervalSeconds;
    const target = { spec: specReplicas, ready: readyPods };
    const replicas = this.#keda.loop.poll(atSeconds, this.#ask(atSeconds), target);
    return replicas === null || replicas === specReplicas ? null : { by: "keda", replicas };
  }

  #sync(workload: WorkloadReplicas): ReplicaWrite | null {
    const atSeconds = this.#nextSyncSeconds;
    const { syncPeriodSeconds, syncJitterSeconds } = this.#setup.hpa;
    const jitter = syncJitterSeconds === 0 ? 0 : syncJitterSeconds * this.#setup.random.uniform();
    this.#nextSyncSeconds = wholeMillis(atSeconds + syncPeriodSeconds + jitter);
    const replicas = simulatedSync(this.#controller, {
      atSeconds,
      spec: this.#spec,
      workload,
      metrics: this.#readsMetrics(workload.specReplicas) ? this.#read(atSeconds, workload) : [],
    });
    return replicas === null ? null : { by: "hpa", replicas };
  }

  /** Outside its bounds the HPA asks for nothing; so at 0 replicas under KEDA, which gives it a minimum of at least 1. */
  #readsMetrics(specReplicas: number): boolean {
    return specReplicas >= (this.#spec.minReplicas ?? 1) && specReplicas <= this.#spec.maxReplicas;
  }

  #read(atSeconds: number, { specReplicas, readyPods }: WorkloadReplicas): ScalerAnswer["readings"] {
    if (this.#keda === null) return this.#scaler.hpaMetrics(atSeconds);
    return this.#keda.loop.answer(this.#ask(atSeconds), { spec: specReplicas, ready: readyPods });
  }

  #ask(atSeconds: number): ScalerAnswer {
    return { readings: this.#scaler.hpaMetrics(atSeconds), active: this.#scaler.isActive(atSeconds) };
  }
}

function specOf({ minReplicas, maxReplicas, metrics, behavior, keda }: HpaHand): HpaSpec {
  return {
    minReplicas: keda === null ? minReplicas : Math.max(1, minReplicas),
    maxReplicas,
    metrics,
    behavior: behavior === null ? null : defaultedBehavior(behavior),
  };
}

/** A workload that begins with replicas counts as active until then. */
function kedaOf(
  { minReplicas, metrics, keda }: HpaHand,
  initialReplicas: number,
): { readonly loop: KedaLoop; readonly pollingIntervalSeconds: number } | null {
  if (keda === null) return null;
  const loop = new KedaLoop({ minReplicas, metrics, settings: keda }, initialReplicas > 0 ? 0 : null);
  return { loop, pollingIntervalSeconds: keda.pollingIntervalSeconds };
}

function phase(periodSeconds: number, random: RandomStream): number {
  return wholeMillis(periodSeconds * random.uniform());
}

function wholeMillis(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
