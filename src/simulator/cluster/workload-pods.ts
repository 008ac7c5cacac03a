// The pods of one workload: they come when replicas are asked for, start stage by stage, serve, and end.

import type { WorkloadScenario } from "../../domain/scenario.ts";
import type { PodPhase } from "../../domain/simulation-course.ts";
import type { RequestPlane } from "../requests/request-plane.ts";
import type { ModelLoads } from "./model-loads.ts";
import type { GpuNodes, Node } from "./node-pool.ts";
import { isActive, newPod, type Pod } from "./pod.ts";
import { deploymentPodName, statefulSetPodName } from "./pod-names.ts";
import type { ReplicaLedger } from "./replica-ledger.ts";
import { StartTimes } from "./start-times.ts";
import { StepSeries } from "./step-series.ts";
import { victims } from "./victims.ts";

/** An ending server looks this often whether it has answered everything. */
const EXIT_CHECK_SECONDS = 1;

/** What the pods live in. Times are seconds since the scenario's start. */
export type PodSurroundings = {
  readonly plane: RequestPlane;
  /** Null = there is always room. */
  readonly nodes: GpuNodes | null;
  readonly loads: ModelLoads;
  readonly ledger: ReplicaLedger;
  readonly seed: number;
  /** How many times as long starts take that begin now. */
  readonly slowness: () => number;
  /** Gives a pod its number in the run. */
  readonly register: () => number;
  /** Hears of a new pod. */
  readonly created: (pod: Pod) => void;
  /** Asks for `due` at a time. */
  readonly schedule: (at: number, pod: Pod) => void;
  /** Hears of a phase that is over. */
  readonly phaseOver: (pod: Pod, phase: PodPhase, at: number) => void;
};

/** The plane must have been advanced to the time of every call. */
export class WorkloadPods {
  readonly #workload: WorkloadScenario;
  readonly #around: PodSurroundings;
  readonly #starts: StartTimes;
  /** All but those gone. */
  #pods: Pod[] = [];
  readonly #desired: StepSeries;
  readonly #ready: StepSeries;
  /** Pod names by the plane's servers. */
  readonly serverPods: string[] = [];
  #created = 0;

  constructor(workload: WorkloadScenario, around: PodSurroundings) {
    this.#workload = workload;
    this.#around = around;
    this.#starts = new StartTimes(workload, around.seed, around.slowness);
    this.#desired = new StepSeries(0, workload.initialReplicas);
    this.#ready = new StepSeries(0, 0);
    for (let index = 0; index < workload.initialReplicas; index += 1) this.#createReady();
  }

  /** Returns the pods that are not gone, oldest first. */
  pods(): readonly Pod[] {
    return this.#pods;
  }

  /** Returns desired replicas with their past. */
  desired(): StepSeries {
    return this.#desired;
  }

  /** Returns ready replicas with their past. */
  ready(): StepSeries {
    return this.#ready;
  }

  /** Returns how many pods are in these phases. */
  count(...phases: readonly PodPhase[]): number {
    return this.#pods.filter(({ phase }) => phases.some((each) => each === phase)).length;
  }

  /** Asks for a number of replicas. */
  scaleTo(desired: number, at: number): void {
    this.#desired.set(at, desired);
    const active = this.#pods.filter(isActive);
    for (const pod of victims(active, active.length - desired)) this.#end(pod, at);
    this.#createMissing(at);
  }

  /** What comes next for a pod is due, unless the event is outdated. */
  due(pod: Pod, at: number): void {
    if (pod.dueAt !== at) return;
    pod.dueAt = Number.POSITIVE_INFINITY;
    if (pod.phase === "pending") this.#place(pod, at, (placedAt) => this.#pull(pod, placedAt));
    else if (pod.phase === "pulling") this.#load(pod, at);
    else if (pod.phase === "loading" && !pod.isUp) this.#loaded(pod, at);
    else if (pod.phase === "loading") this.#serve(pod, at);
    else if (pod.phase === "draining") this.#exit(pod, at);
  }

  /** The container of a ready pod ends at once and starts anew. */
  crash(pod: Pod, at: number): void {
    if (pod.phase !== "ready" || pod.server === null) return;
    this.#around.plane.drain(pod.server);
    this.settle(pod, at);
    this.#unready(pod, at);
    this.#around.plane.removeServer(pod.server);
    pod.server = null;
    this.#load(pod, at);
  }

  /** Puts down each pod's time so far. */
  settleAll(at: number): void {
    for (const pod of this.#pods) this.settle(pod, at);
  }

  /** Ends the run: tells of the phases under way as if they were over. */
  closeSpans(at: number): void {
    for (const pod of this.#pods) if (pod.phase !== "gone") this.#around.phaseOver(pod, pod.phase, at);
  }

  /** Puts down a pod's time so far. */
  settle(pod: Pod, at: number): void {
    const { ledger, plane } = this.#around;
    const seconds = at - pod.settledAt;
    pod.settledAt = at;
    if (pod.scheduledAt === null) return;
    if (pod.phase === "draining") ledger.spend("draining", seconds);
    else if (pod.phase === "ready" && pod.server !== null) {
      const busy = plane.busySeconds(pod.server);
      const serving = Math.min(seconds, busy - pod.settledBusySeconds);
      pod.settledBusySeconds = busy;
      ledger.spend("serving", serving);
      ledger.spend("idle", seconds - serving);
    } else ledger.spend("starting", seconds);
  }

  #createMissing(at: number): void {
    const missing = this.#desired.now() - this.#pods.filter(isActive).length;
    if (this.#workload.kind === "Deployment") {
      for (let count = 0; count < missing; count += 1) this.#create(at, null);
      return;
    }
    // A stateful pod that is ending keeps its name; its successor comes when it is gone.
    const taken = new Set(this.#pods.map(({ ordinal }) => ordinal));
    for (let ordinal = 0; ordinal < this.#desired.now(); ordinal += 1) {
      if (!taken.has(ordinal)) this.#create(at, ordinal);
    }
  }

  #create(at: number, ordinal: number | null): void {
    const pod = this.#add(at, ordinal);
    this.#dueIn(pod, at, this.#starts.draw(pod, "scheduling"));
  }

  #createReady(): void {
    const ordinal = this.#workload.kind === "StatefulSet" ? this.#created : null;
    const pod = this.#add(null, ordinal);
    this.#place(pod, 0, (placedAt) => {
      // One that finds no room in the initial nodes starts when it has some.
      if (placedAt > 0) this.#pull(pod, placedAt);
      else {
        pod.isUp = true;
        pod.starts = 1;
        this.#serve(pod, 0);
      }
    });
  }

  #add(createdAt: number | null, ordinal: number | null): Pod {
    const { name } = this.#workload;
    const index = this.#created;
    this.#created += 1;
    const podName = ordinal === null ? deploymentPodName(name, index) : statefulSetPodName(name, ordinal);
    const identity = { id: this.#around.register(), index, name: podName, ordinal, createdAt };
    const pod = newPod(identity, createdAt ?? 0);
    this.#pods.push(pod);
    this.#around.created(pod);
    return pod;
  }

  /** Gives the pod a node as soon as one has room, and goes on with `then`. */
  #place(pod: Pod, at: number, then: (placedAt: number) => void): void {
    const { nodes, ledger } = this.#around;
    const placed = (node: Node | null, placedAt: number): void => {
      this.settle(pod, placedAt);
      pod.node = node;
      pod.scheduledAt = placedAt;
      ledger.scheduled(1, placedAt);
      then(placedAt);
    };
    if (nodes === null) placed(null, at);
    else nodes.request(pod.id, at, { gpus: this.#workload.gpusPerReplica, placed });
  }

  #pull(pod: Pod, at: number): void {
    this.#enter(pod, "pulling", at);
    this.#dueIn(pod, at, this.#starts.draw(pod, "imagePull"));
  }

  /** The container starts: first of all it loads its models. */
  #load(pod: Pod, at: number): void {
    this.#enter(pod, "loading", at);
    pod.isUp = false;
    pod.containerSince = at;
    pod.starts += 1;
    const moved = (endsAt: number): void => this.#dueAt(pod, endsAt);
    this.#around.loads.begin(pod.id, at, { seconds: this.#starts.draw(pod, "modelLoad"), moved });
  }

  #loaded(pod: Pod, at: number): void {
    this.#around.loads.end(pod.id, at);
    pod.isUp = true;
    this.#dueAt(pod, this.#starts.nextProbeAt(pod, at));
  }

  #serve(pod: Pod, at: number): void {
    this.#enter(pod, "ready", at);
    const server = this.#around.plane.addServer();
    this.serverPods[server] = pod.name;
    pod.server = server;
    pod.settledBusySeconds = 0;
    pod.readySpans.push(at);
    this.#ready.set(at, this.#ready.now() + 1);
  }

  #unready(pod: Pod, at: number): void {
    pod.readySpans.push(at);
    this.#ready.set(at, this.#ready.now() - 1);
  }

  /** A pod is told to end: out of the endpoints at once; what has not served yet has nothing to finish. */
  #end(pod: Pod, at: number): void {
    const { nodes, loads, plane } = this.#around;
    if (pod.phase === "ready" && pod.server !== null) {
      plane.drain(pod.server);
      this.settle(pod, at);
      this.#unready(pod, at);
    } else {
      loads.end(pod.id, at);
      nodes?.withdraw(pod.id);
      if (pod.phase !== "loading") {
        this.#gone(pod, at);
        return;
      }
    }
    this.#enter(pod, "draining", at);
    pod.drainingSince = at;
    this.#dueIn(pod, at, this.#workload.shutdown.preStopSeconds);
  }

  /** After preStop the server goes as soon as it has answered everything, or when its time is up. */
  #exit(pod: Pod, at: number): void {
    const { preStopSeconds, exitTimeoutSeconds } = this.#workload.shutdown;
    const limit = pod.drainingSince + preStopSeconds + exitTimeoutSeconds;
    if (pod.server === null || at >= limit || this.#around.plane.isEmpty(pod.server)) this.#gone(pod, at);
    else this.#dueAt(pod, Math.min(at + EXIT_CHECK_SECONDS, limit));
  }

  #gone(pod: Pod, at: number): void {
    const { plane, nodes, ledger } = this.#around;
    this.#enter(pod, "gone", at);
    if (pod.server !== null) plane.removeServer(pod.server);
    pod.isUp = false;
    pod.dueAt = Number.POSITIVE_INFINITY;
    this.#pods = this.#pods.filter((other) => other !== pod);
    if (pod.scheduledAt !== null) ledger.scheduled(-1, at);
    if (pod.node !== null) nodes?.release(pod.node, this.#workload.gpusPerReplica, at);
    if (this.#workload.kind === "StatefulSet") this.#createMissing(at);
  }

  #enter(pod: Pod, phase: Pod["phase"], at: number): void {
    this.settle(pod, at);
    if (pod.phase !== "gone") this.#around.phaseOver(pod, pod.phase, at);
    pod.phase = phase;
    pod.phaseSince = at;
  }

  #dueIn(pod: Pod, at: number, seconds: number): void {
    this.#dueAt(pod, at + seconds);
  }

  #dueAt(pod: Pod, at: number): void {
    pod.dueAt = at;
    this.#around.schedule(at, pod);
  }
}
