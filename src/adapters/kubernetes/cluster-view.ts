// What is known of the workloads that are scaled, kept current by watches of their namespaces.

import { type ClusterFacts, MOST_WAITING_PODS, type WaitingPod } from "../../domain/cluster.ts";
import type { TargetRef } from "../../domain/target.ts";
import type { Instant } from "../../domain/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Logger } from "../../ports/logger.ts";
import type { KubernetesApi } from "./api-client.ts";
import { failureText } from "./api-failure.ts";
import { type HpaFacts, hpaFacts, hpaReading } from "./hpa-facts.ts";
import { type PodFacts, podFacts } from "./pod-facts.ts";
import { type Counts, ReplicaHistory } from "./replica-history.ts";
import type { Waiting } from "./waiting.ts";
import { WatchedList } from "./watched-list.ts";
import { type WorkloadFacts, workloadFacts } from "./workload-facts.ts";

export type ClusterViewOptions = {
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly waiting: Waiting;
  readonly logger: Logger;
};

const PLURALS = { Deployment: "deployments", StatefulSet: "statefulsets" } as const;

export class ClusterView {
  readonly #options: ClusterViewOptions;
  readonly #workloads = new Map<string, WatchedList<WorkloadFacts>>();
  readonly #pods = new Map<string, WatchedList<PodFacts>>();
  readonly #hpas = new Map<string, WatchedList<HpaFacts>>();
  readonly #history = new ReplicaHistory();
  readonly #listeners = new Set<() => void>();
  /** Namespace → `<kind>/<name>` → its pods; made again after a change. */
  readonly #podIndex = new Map<string, ReadonlyMap<string, readonly PodFacts[]>>();
  #targets: readonly TargetRef[] = [];
  /** Of the targets, so that the same ones every tick cost nothing. */
  #followed = "";

  constructor(options: ClusterViewOptions) {
    this.#options = options;
  }

  /** Watches what these workloads need, and nothing else any more. */
  follow(targets: readonly TargetRef[]): void {
    const followed = targets.map(workloadKey).join();
    if (followed === this.#followed) return;
    this.#followed = followed;
    this.#targets = targets;
    const namespaces = new Set(targets.map(({ namespace }) => namespace));
    const kinds = new Set(targets.map(({ kind, namespace }) => `${namespace}/${kind}`));
    adjust(this.#workloads, kinds, (key) => this.#watchWorkloads(key));
    for (const [key, list] of this.#workloads) this.#rememberAll(key, list);
    adjust(this.#pods, namespaces, (namespace) => this.#watchPods(namespace));
    adjust(this.#hpas, namespaces, (namespace) =>
      this.#list(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, hpaFacts),
    );
  }

  /** Resolves once everything that is watched has been listed, or has failed once. */
  async tried(): Promise<void> {
    await Promise.all(this.#lists().map(({ tried }) => tried));
  }

  /** Returns desired and ready replicas as they were known at `at`; null = unknown, or there is no such workload. */
  replicas(target: TargetRef, at: Instant): Counts {
    const list = this.#workloads.get(`${target.namespace}/${target.kind}`);
    return list?.isCurrentAt(at) === true ? this.#history.at(workloadKey(target), at) : null;
  }

  /** Returns the workload's pods; null = not known at `at`. */
  pods(target: TargetRef, at: Instant): readonly PodFacts[] | null {
    const list = this.#pods.get(target.namespace);
    if (list?.isCurrentAt(at) !== true) return null;
    return this.#indexOf(target.namespace, list).get(`${target.kind}/${target.name}`) ?? [];
  }

  /** Returns what else is known of the workload at `at`; null = nothing. */
  facts(target: TargetRef, at: Instant): ClusterFacts | null {
    const workload = this.#workload(target, at);
    if (workload === null) return null;
    const hpas = this.#hpas.get(target.namespace);
    const hpa = hpas?.isCurrentAt(at) === true ? hpaOf(hpas, target) : null;
    return {
      rollout: workload.rollout,
      existing: workload.existing,
      waiting: waitingPods(this.pods(target, at) ?? []),
      hpa: hpa === null ? null : hpaReading(hpa),
    };
  }

  /** Returns the workload's UID, for events about it; null = unknown. */
  uid(target: TargetRef): string | null {
    return (
      this.#workloads.get(`${target.namespace}/${target.kind}`)?.item(`${target.namespace}/${target.name}`)
        ?.uid ?? null
    );
  }

  /** Returns why replicas or pods are not known at `at`; null = they are. HPAs are only read for remarks. */
  problem(at: Instant): string | null {
    for (const list of [...this.#workloads.values(), ...this.#pods.values()]) {
      if (list.isCurrentAt(at)) continue;
      return list.problem === null ? "not watched yet" : failureText(list.problem);
    }
    return null;
  }

  /** Calls `listener` whenever pods have changed; returns how to stop. */
  onPods(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the workloads that are followed. */
  targets(): readonly TargetRef[] {
    return this.#targets;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lists().map((list) => list.close()));
  }

  #lists(): readonly WatchedList<unknown>[] {
    return [...this.#workloads.values(), ...this.#pods.values(), ...this.#hpas.values()];
  }

  #list<Item>(path: string, read: (object: unknown) => Item | null): WatchedList<Item> {
    const { api, clock, waiting, logger } = this.#options;
    return new WatchedList({ api, path, read, now: () => clock.now(), waiting, logger });
  }

  #watchWorkloads(key: string): WatchedList<WorkloadFacts> {
    const [namespace = "", kindName = ""] = key.split("/");
    const kind = kindName === "StatefulSet" ? "StatefulSet" : "Deployment";
    const path = `/apis/apps/v1/namespaces/${namespace}/${PLURALS[kind]}`;
    const list = this.#list(path, (object) => workloadFacts(kind, object));
    list.onChange((changed) => this.#remember(list, { kind, namespace, changed }));
    return list;
  }

  #watchPods(namespace: string): WatchedList<PodFacts> {
    const list = this.#list(`/api/v1/namespaces/${namespace}/pods`, podFacts);
    list.onChange(() => {
      this.#podIndex.delete(namespace);
      for (const listener of this.#listeners) listener();
    });
    return list;
  }

  /** A workload that is followed from now on may have been listed with others. */
  #rememberAll(key: string, list: WatchedList<WorkloadFacts>): void {
    const [namespace = "", kind] = key.split("/");
    if (!list.isSynced) return;
    this.#remember(list, {
      kind: kind === "StatefulSet" ? kind : "Deployment",
      namespace,
      changed: null,
    });
  }

  #remember(
    list: WatchedList<WorkloadFacts>,
    {
      kind,
      namespace,
      changed,
    }: { readonly kind: TargetRef["kind"]; readonly namespace: string; readonly changed: string | null },
  ): void {
    const at = this.#options.clock.now();
    for (const target of this.#targets) {
      const key = `${target.namespace}/${target.name}`;
      if (target.kind !== kind || target.namespace !== namespace || (changed ?? key) !== key) continue;
      const found = list.item(key);
      const counts = found === null ? null : { desired: found.desired, ready: found.ready };
      this.#history.learned(workloadKey(target), at, counts);
    }
  }

  #workload(target: TargetRef, at: Instant): WorkloadFacts | null {
    const list = this.#workloads.get(`${target.namespace}/${target.kind}`);
    return list?.isCurrentAt(at) === true ? list.item(`${target.namespace}/${target.name}`) : null;
  }

  #indexOf(namespace: string, list: WatchedList<PodFacts>): ReadonlyMap<string, readonly PodFacts[]> {
    const known = this.#podIndex.get(namespace);
    if (known !== undefined) return known;
    const index = new Map<string, PodFacts[]>();
    for (const pod of list.items()) {
      if (pod.owner === null) continue;
      const key = `${pod.owner.kind}/${pod.owner.name}`;
      const ofOwner = index.get(key);
      if (ofOwner === undefined) index.set(key, [pod]);
      else ofOwner.push(pod);
    }
    this.#podIndex.set(namespace, index);
    return index;
  }
}

/** Begins the lists that are missing and ends those that are no longer wanted. */
function adjust<Item>(
  lists: Map<string, WatchedList<Item>>,
  wanted: ReadonlySet<string>,
  begin: (key: string) => WatchedList<Item>,
): void {
  for (const [key, list] of lists) {
    if (wanted.has(key)) continue;
    lists.delete(key);
    void list.close();
  }
  for (const key of wanted) if (!lists.has(key)) lists.set(key, begin(key));
}

function hpaOf(list: WatchedList<HpaFacts>, { kind, name }: TargetRef): HpaFacts | null {
  let found: HpaFacts | null = null;
  for (const hpa of list.items()) {
    if (hpa.targetKind !== kind || hpa.targetName !== name) continue;
    // Should there be several, the one that asks for our metric is the one that follows us.
    if (found === null || (hpa.asksForOurs && !found.asksForOurs)) found = hpa;
  }
  return found;
}

function waitingPods(pods: readonly PodFacts[]): readonly WaitingPod[] {
  return pods
    .flatMap(({ name, waiting, restarts }): WaitingPod[] =>
      waiting === null ? [] : [{ pod: name, reason: waiting, restarts }],
    )
    .sort((one, other) => (one.pod < other.pod ? -1 : one.pod > other.pod ? 1 : 0))
    .slice(0, MOST_WAITING_PODS);
}

function workloadKey({ kind, namespace, name }: TargetRef): string {
  return `${kind}/${namespace}/${name}`;
}
