// One workload in a run: its requests, pods and scrapes, what scales it, and the hand that moves its replicas.

import type { WorkloadSamples } from "../../domain/samples.ts";
import type { ControlPlaneScenario, Scenario, WorkloadScenario } from "../../domain/scenario.ts";
import type { Foresight } from "../../domain/simulation-course.ts";
import type { TimelineRow } from "../../domain/simulation-result.ts";
import { instant, seconds } from "../../domain/units.ts";
import type { ReplicaLedger } from "../cluster/replica-ledger.ts";
import type { WorkloadPods } from "../cluster/workload-pods.ts";
import { KedaHpaHand } from "../keda/keda-hpa-hand.ts";
import { randomStream } from "../random/random-stream.ts";
import type { RequestPlane } from "../requests/request-plane.ts";
import type { Scaler, ScalerTick, ScalerView } from "../scalers/scaler.ts";
import type { Scraper } from "../scrape/scraper.ts";
import { CourseLog } from "./course-log.ts";
import { sourceKnownUntil } from "./faults-in-force.ts";
import type { Bounds, Invariants } from "./invariants.ts";

/** What makes up the plant of one workload. */
export type WorkloadPlant = {
  readonly workload: WorkloadScenario;
  readonly plane: RequestPlane;
  readonly pods: WorkloadPods;
  readonly scraper: Scraper;
  readonly ledger: ReplicaLedger;
  readonly invariants: Invariants;
};

/** Returns what a scaler may see of a plant. */
export function viewOf(
  { plane, pods, scraper }: Pick<WorkloadPlant, "plane" | "pods" | "scraper">,
  { start, controlPlane: { source }, faults }: Pick<Scenario, "start" | "controlPlane" | "faults">,
): ScalerView {
  return {
    start,
    scrapeIntervalSeconds: source.scrapeIntervalSeconds,
    lagSeconds: source.lagSeconds,
    samples(atSeconds, spanSeconds): WorkloadSamples {
      const at = instant(start + atSeconds * 1000);
      const [desired, ready] = [pods.desired().at(atSeconds), pods.ready().at(atSeconds)];
      return {
        pods: scraper.samples(at, seconds(spanSeconds)),
        replicas: { desired, ready, source: "kubernetes" },
        knownUntil: instant(start + sourceKnownUntil(faults, atSeconds) * 1000),
      };
    },
    desired: () => pods.desired().now(),
    ready: () => pods.ready().now(),
    waitingAtBalancer: () => plane.waitingAtBalancer(),
  };
}

/** How a workload is scaled; null bounds = none are known. */
export type WorkloadControl = {
  readonly candidate: string;
  /** Null = replicas stay as they are. */
  readonly scaler: Scaler | null;
  readonly bounds: Bounds | null;
  readonly controlPlane: ControlPlaneScenario;
  readonly durationSeconds: number;
  readonly seed: number;
  /** Of a clairvoyant that searched its plan; null = nobody knows the future. */
  readonly foresight?: Foresight | null;
};

/** The plane is advanced to the time of every call before anything else. */
export class WorkloadWorld {
  readonly plant: WorkloadPlant;
  readonly rows: TimelineRow[] = [];
  readonly course: CourseLog;
  readonly foresight: Foresight | null;
  readonly #control: WorkloadControl;
  readonly #hand: KedaHpaHand | null;
  #lastTick: ScalerTick = { raw: null, published: null, reason: "" };
  #rowAt = 0;

  constructor(plant: WorkloadPlant, control: WorkloadControl) {
    this.plant = plant;
    this.#control = control;
    this.foresight = control.foresight ?? null;
    this.#hand = handOf(plant.workload, control);
    this.course = new CourseLog({
      workload: this.name,
      models: plant.workload.models.map(({ name }) => name),
      durationSeconds: control.durationSeconds,
      tickSeconds: control.controlPlane.tickIntervalSeconds,
    });
  }

  /** Returns `<namespace>/<name>`. */
  get name(): string {
    const { namespace, name } = this.plant.workload;
    return `${namespace}/${name}`;
  }

  /** Seconds between the scaler's ticks; null = it has none. */
  get tickSeconds(): number | null {
    return this.#control.scaler?.tickSeconds ?? null;
  }

  /** When the hand acts next, infinite where there is none. */
  nextHandSeconds(): number {
    return this.#hand?.nextEventSeconds() ?? Number.POSITIVE_INFINITY;
  }

  tick(at: number): void {
    const { scaler } = this.#control;
    if (scaler === null) return;
    this.#lastTick = scaler.tick(at) ?? this.#lastTick;
    if (scaler.hand.kind !== "direct") return;
    const wanted = scaler.wanted();
    if (wanted !== null) this.#write(wanted, at);
  }

  /** KEDA polls or the HPA syncs. */
  moveHand(at: number): void {
    if (this.#hand === null) return;
    const { pods } = this.plant;
    const [ready, draining] = [pods.count("ready"), pods.count("draining")];
    const written = this.#hand.advance({
      specReplicas: pods.desired().now(),
      statusReplicas: pods.pods().length - draining,
      // An ending pod stays ready until its server goes.
      readyPods: ready + draining,
      podCount: pods.pods().length,
      pods: [],
    });
    if (written !== null) this.#write(written.replicas, at);
  }

  restartScaler(): void {
    this.#control.scaler?.restart?.();
  }

  /** The most random `count` of the ready pods crash. */
  crash(count: number, at: number): void {
    const { workload, pods } = this.plant;
    const random = randomStream(
      this.#control.seed,
      `${workload.namespace}/${workload.name}/crashes`,
      Math.round(at),
    );
    const ready = pods.pods().filter(({ phase }) => phase === "ready");
    for (let left = Math.min(count, ready.length); left > 0; left -= 1) {
      const [pod] = ready.splice(random.below(ready.length), 1);
      if (pod !== undefined) pods.crash(pod, at);
    }
  }

  /** Adds the row of a tick. */
  addRow(at: number): void {
    const { pods, plane, workload } = this.plant;
    const scores = workload.models.map((_, model) => plane.score(model));
    const arrived = scores.reduce((sum, { arrivedBySecond }) => {
      return (
        sum +
        arrivedBySecond.subarray(Math.floor(this.#rowAt), Math.floor(at)).reduce((all, one) => all + one, 0)
      );
    }, 0);
    const latencies = scores.flatMap((score) => score.takeWindowP99() ?? []);
    const { raw, published, reason } = this.#lastTick;
    this.rows.push({
      timeSeconds: at,
      candidate: this.#control.candidate,
      workload: this.name,
      arrivalRate: arrived / (at - this.#rowAt),
      pending: plane.pending(),
      desired: pods.desired().now(),
      ready: pods.ready().now(),
      starting: pods.count("pending", "pulling", "loading"),
      draining: pods.count("draining"),
      recommendedRaw: raw,
      published,
      latencyP99Ms: latencies.length === 0 ? null : Math.max(...latencies) * 1000,
      reason,
    });
    this.#rowAt = at;
    this.course.look(at, this.plant);
  }

  #write(replicas: number, at: number): void {
    const { pods, invariants } = this.plant;
    if (replicas === pods.desired().now()) return;
    if (this.#control.bounds !== null) invariants.checkWritten(replicas, this.#control.bounds, at);
    pods.scaleTo(replicas, at);
  }
}

function handOf(
  { namespace, name, initialReplicas }: WorkloadScenario,
  { scaler, controlPlane, seed }: WorkloadControl,
): KedaHpaHand | null {
  if (scaler === null || scaler.hand.kind !== "hpa") return null;
  const random = randomStream(seed, `${namespace}/${name}/hand`);
  return new KedaHpaHand(scaler, scaler.hand, { hpa: controlPlane.hpa, initialReplicas, random });
}
