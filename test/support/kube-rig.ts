// The Kubernetes adapters against a fake API server, with waits that are recorded instead of waited for.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { onTestFinished } from "vitest";
import type { ClusterAccess } from "../../src/adapters/kubernetes/access.ts";
import { KubernetesApi } from "../../src/adapters/kubernetes/api-client.ts";
import { clusterAccess } from "../../src/adapters/kubernetes/cluster-access.ts";
import type { Waiting } from "../../src/adapters/kubernetes/waiting.ts";
import { systemClock } from "../../src/adapters/system-clock.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { LogFields, Logger } from "../../src/ports/logger.ts";
import type { FakeObject } from "./fake-api-requests.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export const NAMESPACE = "ai-inference";
export const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
export const STATEFUL_SETS = `/apis/apps/v1/namespaces/${NAMESPACE}/statefulsets`;
export const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
export const HPAS = `/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers`;
export const LEASES = "/apis/coordination.k8s.io/v1/namespaces/tidemark/leases";
export const CONFIG_MAPS = "/api/v1/namespaces/tidemark/configmaps";

export type KubeRig = {
  readonly server: FakeApiServer;
  readonly access: ClusterAccess;
  readonly api: KubernetesApi;
  readonly clock: Clock;
  readonly waiting: RecordedWaiting;
  readonly logger: Logger;
  /** Lines logged so far, as `level message`. */
  readonly lines: string[];
  readonly directory: string;
};

/** Waits that end at once; `nowMs` moves on by what was waited for. */
export class RecordedWaiting implements Waiting {
  readonly waits: number[] = [];
  #nowMs = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }

  async pause(milliseconds: number, _signal: AbortSignal): Promise<void> {
    this.waits.push(milliseconds);
    this.#nowMs += milliseconds;
    await new Promise((resolve) => setImmediate(resolve));
  }

  random(): number {
    return 0.5;
  }
}

/** Returns a fake API server and a client of it; both end with the test. */
export async function kubeRig({ user }: { readonly user?: string } = {}): Promise<KubeRig> {
  const server = await FakeApiServer.start();
  onTestFinished(() => server.close());
  const directory = await temporaryDirectory();
  const file = join(directory, "kubeconfig");
  await writeFile(file, server.kubeconfig(user));
  const access = clusterAccess(file);
  onTestFinished(() => access.close());
  const lines: string[] = [];
  return {
    server,
    access,
    api: new KubernetesApi(access),
    clock: systemClock(),
    waiting: new RecordedWaiting(),
    logger: loggerInto(lines),
    lines,
    directory,
  };
}

export function loggerInto(lines: string[]): Logger {
  const at = (level: string) => (_fields: LogFields, message: string) =>
    void lines.push(`${level} ${message}`);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A Deployment as the API server has it. */
export function deployment(
  name: string,
  { desired, ready = desired, existing = desired, updated = existing, conditions = [] }: DeploymentParts,
): FakeObject {
  return {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name },
    spec: { replicas: desired },
    status: { replicas: existing, readyReplicas: ready, updatedReplicas: updated, conditions },
  };
}

type DeploymentParts = {
  readonly desired: number;
  readonly ready?: number;
  readonly existing?: number;
  readonly updated?: number;
  readonly conditions?: readonly unknown[];
};

type PodParts = {
  readonly workload: string;
  readonly hash?: string;
  readonly phase?: string;
  readonly ready?: boolean;
  readonly ip?: string;
  readonly nodeName?: string;
  readonly scheduled?: { readonly status: string; readonly reason?: string };
  readonly waiting?: string;
  readonly restarts?: number;
  readonly createdAt?: string;
  readonly deleted?: boolean;
  readonly ports?: readonly unknown[];
};

/** A Deployment's pod as the API server has it: ready unless it is said to be otherwise. */
export function pod(name: string, parts: PodParts): FakeObject {
  const {
    workload,
    hash = "7d9f8b6c5",
    phase = "Running",
    ready = true,
    ip = "127.0.0.7",
    restarts = 0,
  } = parts;
  const { nodeName = "node-1", scheduled = { status: "True" }, waiting, ports = [] } = parts;
  return {
    kind: "Pod",
    apiVersion: "v1",
    metadata: {
      name,
      creationTimestamp: parts.createdAt ?? "2026-01-05T00:00:00Z",
      labels: { "pod-template-hash": hash },
      ownerReferences: [{ kind: "ReplicaSet", name: `${workload}-${hash}`, controller: true }],
      ...(parts.deleted === true ? { deletionTimestamp: "2026-01-05T00:10:00Z" } : {}),
    },
    spec: { containers: [{ name: "triton", ports }], ...(nodeName === "" ? {} : { nodeName }) },
    status: {
      phase,
      ...(ip === "" ? {} : { podIP: ip }),
      conditions: [
        { type: "PodScheduled", ...scheduled },
        { type: "Ready", status: ready ? "True" : "False" },
      ],
      containerStatuses: [
        {
          name: "triton",
          restartCount: restarts,
          state: waiting === undefined ? {} : { waiting: { reason: waiting } },
        },
      ],
    },
  };
}
