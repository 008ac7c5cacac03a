// The plant of a run: every workload on one cluster, moved from control event to control event.

import { assertNever } from "../../domain/assert.ts";
import type { Fault, NodePool, Scenario } from "../../domain/scenario.ts";
import type { PodSpan } from "../../domain/simulation-course.ts";
import { ModelLoads } from "../cluster/model-loads.ts";
import { GpuNodes, type Node } from "../cluster/node-pool.ts";
import type { Pod } from "../cluster/pod.ts";
import { randomStream } from "../random/random-stream.ts";
import { EVENT, EventQueue } from "./event-queue.ts";
import { FaultsInForce, lasts } from "./faults-in-force.ts";
import type { WorkloadWorld } from "./workload-world.ts";

/** What of the world a workload's plant is built on. Times are seconds since the scenario's start. */
export type WorldGround = {
  readonly faults: FaultsInForce;
  readonly loads: ModelLoads;
  /** Returns the pool by name (null = the first); null where the cluster has none: there is always room. */
  readonly nodes: (pool: string | null) => GpuNodes | null;
  /** Gives a pod its number. */
  readonly register: () => number;
  /** Hears of a pod of the workload with this index. */
  readonly podCreated: (pod: Pod, workload: number) => void;
  readonly schedulePod: (at: number, pod: Pod) => void;
  readonly scheduleScrape: (at: number, pod: Pod) => void;
  readonly phaseOver: (span: PodSpan) => void;
};

export type WorldSettings = {
  readonly scenario: Scenario;
  readonly seed: number;
};

/** By the pool's name: a pool's first nodes are there before it is. */
type NodeEntry = { readonly pool: string; readonly node: Node };
type PodEntry = { readonly pod: Pod; readonly workload: number };

export class World {
  readonly ground: WorldGround;
  /** In the order in which they ended; those under way are added at the end of the run. */
  readonly podSpans: PodSpan[] = [];
  readonly #scenario: Scenario;
  readonly #events = new EventQueue();
  readonly #faults = new FaultsInForce();
  readonly #pools = new Map<string, GpuNodes>();
  readonly #nodes: NodeEntry[] = [];
  readonly #pods: PodEntry[] = [];
  #registered = 0;
  #workloads: readonly WorkloadWorld[] = [];

  constructor({ scenario, seed }: WorldSettings) {
    this.#scenario = scenario;
    for (const pool of scenario.cluster.pools) this.#pools.set(pool.name, this.#gpuNodes(pool, seed));
    const [first = null] = scenario.cluster.pools;
    this.ground = {
      faults: this.#faults,
      loads: new ModelLoads(scenario.cluster.fullSpeedLoads),
      nodes: (pool) => this.#pools.get(pool ?? first?.name ?? "") ?? null,
      register: () => this.#registered++,
      podCreated: (pod, workload) => {
        this.#pods[pod.id] = { pod, workload };
      },
      schedulePod: (at, pod) => this.#events.add(at, EVENT.pod, pod.id),
      scheduleScrape: (at, pod) => this.#events.add(at, EVENT.scrape, pod.id),
      phaseOver: (span) => {
        if (span.toSeconds > span.fromSeconds) this.podSpans.push(span);
      },
    };
  }

  /** Plays the whole scenario with these workloads, in its order. */
  play(workloads: readonly WorkloadWorld[]): void {
    const { durationSeconds } = this.#scenario;
    this.begin(workloads);
    while (this.#events.take(durationSeconds)) this.#happen(this.#events.time);
    for (const [index, { plant }] of workloads.entries()) {
      this.#advanced(index, durationSeconds);
      plant.pods.settleAll(durationSeconds);
      plant.pods.closeSpans(durationSeconds);
      plant.plane.finish();
    }
  }

  /** Begins with these workloads, in the scenario's order; `advanceTo` plays on from there. */
  begin(workloads: readonly WorkloadWorld[]): void {
    this.#workloads = workloads;
    this.#scheduleAll();
  }

  /** Plays up to the ticks of `at`: they, and the hands that follow them, happen when it is played further. */
  advanceTo(at: number): void {
    const until = Math.min(at, this.#scenario.durationSeconds);
    while (this.#events.take(until, EVENT.tick)) this.#happen(this.#events.time);
    this.#advanceAll(until);
  }

  #scheduleAll(): void {
    const { warmupSeconds, faults, controlPlane } = this.#scenario;
    if (warmupSeconds > 0) this.#events.add(warmupSeconds, EVENT.warmupOver, 0);
    for (const [index, fault] of faults.entries()) {
      this.#events.add(fault.atSeconds, EVENT.faultBegins, index);
      if (lasts(fault)) this.#events.add(fault.atSeconds + fault.forSeconds, EVENT.faultEnds, index);
    }
    for (const [index, workload] of this.#workloads.entries()) {
      if (workload.tickSeconds !== null) {
        this.#events.add(this.#afterOnGrid(0, workload.tickSeconds), EVENT.tick, index);
      }
      this.#events.add(this.#afterOnGrid(0, controlPlane.tickIntervalSeconds), EVENT.timelineRow, index);
      this.#scheduleHand(index);
    }
  }

  /** The first instant after `at` that is a multiple of the interval since the Unix epoch. */
  #afterOnGrid(at: number, intervalSeconds: number): number {
    const intervalMs = Math.round(intervalSeconds * 1000);
    const { start } = this.#scenario;
    const next = (Math.floor((start + Math.round(at * 1000)) / intervalMs) + 1) * intervalMs;
    return (next - start) / 1000;
  }

  #happen(at: number): void {
    const { kind, subject } = this.#events;
    if (kind === EVENT.scrape || kind === EVENT.pod) this.#happenToPod(kind, subject, at);
    else if (kind === EVENT.tick || kind === EVENT.timelineRow || kind === EVENT.hand) {
      this.#happenToWorkload(kind, subject, at);
    } else if (kind === EVENT.node) this.#happenToNode(subject, at);
    else if (kind === EVENT.warmupOver) this.#beginCounting(at);
    else this.#happenToFault(kind === EVENT.faultBegins, subject, at);
  }

  #happenToPod(kind: number, subject: number, at: number): void {
    const entry = this.#pods[subject];
    if (entry === undefined) return;
    // Model loads of other workloads may end earlier or later by it, but nothing else of them moves.
    const { plant } = this.#advanced(entry.workload, at);
    if (kind === EVENT.scrape) plant.scraper.due(entry.pod, at);
    else plant.pods.due(entry.pod, at);
  }

  #happenToWorkload(kind: number, subject: number, at: number): void {
    const workload = this.#advanced(subject, at);
    if (kind === EVENT.tick) {
      workload.tick(at);
      if (workload.tickSeconds === null) return;
      this.#events.add(this.#afterOnGrid(at, workload.tickSeconds), EVENT.tick, subject);
    } else if (kind === EVENT.timelineRow) {
      workload.addRow(at);
      const next = this.#afterOnGrid(at, this.#scenario.controlPlane.tickIntervalSeconds);
      this.#events.add(next, EVENT.timelineRow, subject);
    } else {
      workload.moveHand(at);
      this.#scheduleHand(subject);
    }
  }

  #happenToNode(subject: number, at: number): void {
    // Pods that are placed on it are only starting: requests of any workload need not be looked at.
    const entry = this.#nodes[subject];
    if (entry !== undefined) this.#pools.get(entry.pool)?.due(entry.node, at);
  }

  #happenToFault(begins: boolean, subject: number, at: number): void {
    const fault = this.#scenario.faults[subject];
    if (fault === undefined) return;
    this.#advanceAll(at);
    if (begins) {
      this.#faults.begin(fault);
      this.#beginFault(fault, at);
    } else {
      this.#faults.end(fault);
      this.#endFault(fault, at);
    }
    if (!lasts(fault)) this.#faults.end(fault);
  }

  #beginFault(fault: Fault, at: number): void {
    switch (fault.kind) {
      case "replica-crash":
        for (const workload of this.#workloads) workload.crash(fault.count, at);
        break;
      case "scaler-restart":
        for (const workload of this.#workloads) workload.restartScaler();
        break;
      case "no-capacity":
        for (const nodes of this.#poolsOf(fault.pool)) nodes.shortageBegins();
        break;
      case "slow-model":
        this.#slowModels();
        break;
      case "metrics-outage":
      case "scrape-loss":
      case "slow-start":
        break;
      default:
        assertNever(fault);
    }
  }

  #endFault(fault: Fault, at: number): void {
    if (fault.kind === "slow-model") this.#slowModels();
    if (fault.kind === "no-capacity") for (const nodes of this.#poolsOf(fault.pool)) nodes.shortageEnds(at);
  }

  #slowModels(): void {
    for (const { plant } of this.#workloads) {
      for (const { name } of plant.workload.models)
        plant.plane.slowDown(this.#faults.modelFactor(name), name);
    }
  }

  /** All pools where a fault names none. */
  #poolsOf(name: string | null): readonly GpuNodes[] {
    if (name === null) return [...this.#pools.values()];
    return [...this.#pools].flatMap(([pool, nodes]) => (pool === name ? [nodes] : []));
  }

  #beginCounting(at: number): void {
    this.#advanceAll(at);
    for (const { plant } of this.#workloads) {
      plant.pods.settleAll(at);
      plant.ledger.restart(at);
    }
  }

  #advanceAll(at: number): void {
    for (const index of this.#workloads.keys()) this.#advanced(index, at);
  }

  #advanced(index: number, at: number): WorkloadWorld {
    const workload = this.#workloads[index];
    if (workload === undefined) throw new RangeError(`there is no workload ${index}`);
    workload.plant.plane.advance(at);
    return workload;
  }

  #scheduleHand(index: number): void {
    const at = this.#workloads[index]?.nextHandSeconds() ?? Number.POSITIVE_INFINITY;
    if (at !== Number.POSITIVE_INFINITY) this.#events.add(at, EVENT.hand, index);
  }

  #gpuNodes(settings: NodePool, seed: number): GpuNodes {
    return new GpuNodes({
      settings,
      random: randomStream(seed, `nodes/${settings.name}`),
      schedule: (at, node) => {
        this.#events.add(at, EVENT.node, this.#nodes.length);
        this.#nodes.push({ pool: settings.name, node });
      },
    });
  }
}
