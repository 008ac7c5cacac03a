// What kubelets do, as far as the control plane sees it: pods get an address and become ready after a while, and those
// that are to go are gone. The addresses are loopback ones, so that the test's servers can be reached at them.

import { setTimeout as wait } from "node:timers/promises";
import type { ApiClient, KubernetesObject, Watch } from "./api-client.ts";

/** The node that pods of the test name; there is no object of it, and nobody asks. */
export const NODE_NAME = "node-0";
/** What becomes of a pod that says so in an annotation of this name; any other becomes ready. */
export const FATE = "test.tidemark.dev/fate";
export type Fate = "ready" | "unschedulable" | "crash-looping" | "pull-failing";

const READY_AFTER_MS = 700;
const OCTET = 250;

export type PodCondition = { readonly type: string; readonly status: string };
export type Pod = KubernetesObject & {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly PodCondition[];
  };
};

export class FakeKubelet {
  readonly #api: ApiClient;
  readonly #watch: Watch;
  readonly #begun = new Set<string>();
  readonly #cluster: number;
  readonly #fates = new Map<string, Fate>();
  #addresses = 0;

  /** `cluster`, 1 to 250, keeps the addresses of clusters that run side by side apart. */
  constructor(api: ApiClient, cluster: number) {
    this.#api = api;
    this.#cluster = cluster;
    this.#watch = api.watch<Pod>("/api/v1/pods", {
      set: (pod) => void this.#see(pod),
      gone: (pod) => this.#begun.delete(pod.metadata.uid ?? ""),
    });
  }

  /** What becomes of pods of this namespace from now on, unless their template says otherwise. */
  fate(namespace: string, fate: Fate): void {
    this.#fates.set(namespace, fate);
  }

  stop(): void {
    this.#watch.stop();
  }

  /** Does the next step of a pod; one that fails is done again when the pod is seen again. */
  async #see(pod: Pod): Promise<void> {
    const { uid = "", deletionTimestamp } = pod.metadata;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
    try {
      if (deletionTimestamp !== undefined) {
        await this.#api.delete(path, { gracePeriodSeconds: 0, preconditions: { uid } });
        return;
      }
      if (pod.status.phase !== "Pending" || this.#begun.has(uid)) return;
      this.#begun.add(uid);
      await wait(READY_AFTER_MS);
      const fate =
        pod.metadata.annotations?.[FATE] ?? this.#fates.get(pod.metadata.namespace ?? "") ?? "ready";
      await this.#api.merge(`${path}/status`, { status: statusOf(pod, fate, this.#address()) });
    } catch {
      this.#begun.delete(uid);
    }
  }

  #address(): string {
    this.#addresses += 1;
    const [high, low] = [Math.floor(this.#addresses / OCTET), this.#addresses % OCTET];
    return `127.${this.#cluster}.${high}.${low + 1}`;
  }
}

/** Whether a pod is ready and stays. */
export function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

function statusOf(pod: Pod, fate: string, address: string): object {
  const at = new Date().toISOString().replace(/\.\d+/, "");
  const condition = (type: string, isTrue: boolean, reason?: string) => ({
    type,
    status: isTrue ? "True" : "False",
    lastTransitionTime: at,
    ...(reason === undefined ? {} : { reason }),
  });
  if (fate === "unschedulable") {
    return { phase: "Pending", conditions: [condition("PodScheduled", false, "Unschedulable")] };
  }
  const ready = fate === "ready";
  const conditions = [
    condition("PodScheduled", true),
    condition("Initialized", true),
    condition("ContainersReady", ready),
    condition("Ready", ready),
  ];
  const containerStatuses = pod.spec.containers.map(({ name, image }) => ({
    name,
    image,
    imageID: "",
    ready,
    restartCount: fate === "crash-looping" ? 3 : 0,
    state: containerState(fate, at),
  }));
  const phase = fate === "pull-failing" ? "Pending" : "Running";
  return { phase, podIP: address, podIPs: [{ ip: address }], startTime: at, conditions, containerStatuses };
}

function containerState(fate: string, at: string): object {
  if (fate === "ready") return { running: { startedAt: at } };
  return { waiting: { reason: fate === "crash-looping" ? "CrashLoopBackOff" : "ImagePullBackOff" } };
}
