// Kubelets for pods of which one leads: the one that leads is ready, the others run and are not. One that is to go serves on
// for its pause and is gone then; whoever is oldest of those that are left leads next.

import { setTimeout as wait } from "node:timers/promises";
import type { ApiClient, KubernetesObject } from "../controlplane/api-client.ts";

/** What stands for the pause and the drain before a pod is gone. */
const PAUSE_MS = 2000;
const LOOKS_EVERY_MS = 200;

export type LedPod = KubernetesObject & {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
};

export class OneLeader {
  readonly #api: ApiClient;
  readonly #path: string;
  readonly #goneAt = new Map<string, number>();
  #leader = "";
  #isOver = false;
  readonly #looking: Promise<void>;

  constructor(api: ApiClient, namespace: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
    this.#looking = this.#look();
  }

  async pods(): Promise<readonly LedPod[]> {
    return (await this.#api.get<{ readonly items: readonly LedPod[] }>(this.#path)).items;
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#isOver) {
      // A pod that has just changed is seen again.
      await this.#step().catch(() => undefined);
      await wait(LOOKS_EVERY_MS);
    }
  }

  async #step(): Promise<void> {
    const pods = await this.pods();
    for (const { metadata } of pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined)) {
      const goneAt = this.#goneAt.get(metadata.name) ?? performance.now() + PAUSE_MS;
      this.#goneAt.set(metadata.name, goneAt);
      if (performance.now() >= goneAt)
        await this.#api.delete(`${this.#path}/${metadata.name}`, { gracePeriodSeconds: 0 });
    }
    const names = pods.map(({ metadata }) => metadata.name);
    if (!names.includes(this.#leader)) this.#leader = names.toSorted()[0] ?? "";
    for (const pod of pods) {
      const isReady = pod.metadata.name === this.#leader;
      if (pod.status.phase === "Pending" || isReady !== isLeading(pod)) await this.#run(pod, isReady);
    }
  }

  async #run({ metadata, spec }: LedPod, ready: boolean): Promise<void> {
    const at = new Date().toISOString().replace(/\.\d+/, "");
    const condition = (type: string) => ({
      type,
      status: ready ? "True" : "False",
      lastTransitionTime: at,
    });
    const containerStatuses = spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: "",
      ready,
      restartCount: 0,
      state: { running: { startedAt: at } },
    }));
    await this.#api.merge(`${this.#path}/${metadata.name}/status`, {
      status: {
        phase: "Running",
        conditions: [condition("Ready"), condition("ContainersReady")],
        containerStatuses,
      },
    });
  }
}

/** Whether a pod is ready, be it on its way out. */
export function isLeading({ status }: LedPod): boolean {
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}
