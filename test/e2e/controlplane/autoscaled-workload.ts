// One workload in a cluster without KEDA: our own `autoscale` scales it, as a service account with no more than its rights.

import { type Served, serve } from "../real-triton/serve-process.ts";
import type { KubernetesObject, Watch } from "./api-client.ts";
import type { BareCluster } from "./cluster.ts";
import { autoscaleConfiguration, deploymentOf, policyDocument, WORKLOAD } from "./documents.ts";
import { eventually } from "./eventually.ts";
import {
  CHECKPOINT,
  ELECTION,
  LEASE,
  READING,
  type Rule,
  serviceAccount,
  WRITING,
} from "./service-account.ts";

export const ACCOUNT = "tidemark";

type Deployment = KubernetesObject & { readonly spec: { readonly replicas: number } };
type Event = KubernetesObject & {
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
};

export type AutoscaledSettings = {
  readonly namespace: string;
  readonly replicas: number;
  readonly rules?: readonly Rule[];
  readonly flags?: readonly string[];
  /** Node's flags of the first process, besides those of the image. */
  readonly firstFlags?: readonly string[];
};

/** What a record says of the cluster. */
export type Observed = {
  readonly replicas: object;
  readonly pods: object;
  readonly cluster?: {
    readonly rollout: boolean;
    readonly existing: number | null;
    readonly waiting: readonly { readonly reason: string; readonly restarts: number }[];
  };
};

export class AutoscaledWorkload {
  readonly namespace: string;
  readonly #cluster: BareCluster;
  readonly #flags: readonly string[];
  readonly #scalers: Served[] = [];
  readonly #history: number[] = [];
  #watch: Watch | null = null;
  #kubeconfig = "";

  private constructor(cluster: BareCluster, { namespace, flags = [] }: AutoscaledSettings) {
    this.#cluster = cluster;
    this.namespace = namespace;
    this.#flags = flags;
  }

  /** Does this with a workload of its own that one process scales. */
  static async use(
    cluster: BareCluster,
    settings: AutoscaledSettings,
    use: (workload: AutoscaledWorkload) => Promise<void>,
  ): Promise<void> {
    const workload = new AutoscaledWorkload(cluster, settings);
    try {
      await workload.#make(settings);
      await use(workload);
    } catch (thrown) {
      cluster.failed(workload.log());
      throw thrown;
    } finally {
      workload.load(0);
      workload.#watch?.stop();
      await Promise.all(workload.#scalers.map((scaler) => scaler.kill()));
    }
  }

  get scalers(): readonly Served[] {
    return this.#scalers;
  }

  load(requestsPerSecond: number): void {
    this.#cluster.fleet.load(this.namespace, WORKLOAD, requestsPerSecond);
  }

  /** Starts another process of the scaler, and resolves once it is there. */
  async startScaler(nodeFlags: readonly string[] = []): Promise<Served> {
    const { namespace } = this;
    const scaler = await serve({
      command: "autoscale",
      options: this.#flags,
      flags: nodeFlags,
      configuration: autoscaleConfiguration({
        kubeconfig: this.#kubeconfig,
        namespace,
        lease: LEASE,
        checkpoint: CHECKPOINT,
      }),
      policy: policyDocument({ namespace, min: 1 }),
    });
    this.#scalers.push(scaler);
    return scaler;
  }

  /** What the Deployment was told to have, each number once until another came. */
  get replicaHistory(): readonly number[] {
    return this.#history;
  }

  async replicas(): Promise<number> {
    return (await this.#cluster.plane.api.get<Deployment>(this.#deployment)).spec.replicas;
  }

  async untilReplicas(wanted: number): Promise<void> {
    const what = `${wanted} replicas of ${this.namespace}/${WORKLOAD}`;
    await eventually(what, async () => ((await this.replicas()) === wanted ? true : null));
  }

  /** Changes the Deployment as `kubectl` would, whoever else scales it. */
  async patchDeployment(patch: object): Promise<void> {
    await this.#cluster.plane.api.merge(this.#deployment, patch);
  }

  /** Events about the workload, as `reason: note`. */
  async events(): Promise<readonly string[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${this.namespace}/events`;
    const { items } = await this.#cluster.plane.api.get<{ readonly items: readonly Event[] }>(path);
    return items
      .filter(({ reason, regarding }) => reason.startsWith("Scaled") && regarding.kind === "Deployment")
      .map(({ reason, note }) => `${reason}: ${note}`);
  }

  /** What the newest record observed. */
  async observed(): Promise<Observed> {
    const [scaler] = this.#scalers;
    const url = `http://${scaler?.http}/api/v1/policies/${this.namespace}/embedder`;
    const { record } = (await (await fetch(url)).json()) as {
      readonly record: { readonly observation: Observed };
    };
    return record.observation;
  }

  log(): string {
    return this.#scalers.map((scaler) => scaler.log()).join("\n");
  }

  async #make({
    replicas,
    rules = [...READING, ...ELECTION, ...WRITING],
    firstFlags = [],
  }: AutoscaledSettings): Promise<void> {
    const { plane, fleet } = this.#cluster;
    const { namespace } = this;
    await plane.api.create("/api/v1/namespaces", { metadata: { name: namespace } });
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const deployment = deploymentOf(WORKLOAD, replicas, { metricsPort: fleet.port });
    await plane.api.create(deployments, deployment);
    const set = ({ spec }: Deployment): void => {
      if (spec.replicas !== this.#history.at(-1)) this.#history.push(spec.replicas);
    };
    this.#watch = plane.api.watch<Deployment>(deployments, { set, gone: () => {} });
    this.#kubeconfig = await serviceAccount(plane, namespace, { name: ACCOUNT, rules });
    await this.startScaler(firstFlags);
  }

  get #deployment(): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/deployments/${WORKLOAD}`;
  }
}
