// One workload of a cluster with everything that scales it: namespace, Deployment, ScaledObject, and our `serve`.

import { type Served, serve } from "../real-triton/serve-process.ts";
import type { Watch } from "./api-client.ts";
import type { Cluster } from "./cluster.ts";
import {
  deploymentOf,
  HPA,
  type PolicyParts,
  policyDocument,
  SCALED_OBJECT,
  type ScalerParts,
  scaledObject,
  scalerConfiguration,
  type TriggerParts,
  WORKLOAD,
} from "./documents.ts";
import { eventually } from "./eventually.ts";
import type { Event, Hpa, KedaObject, Scaled } from "./kube-objects.ts";
import { callsOf, isMeasuring, recordOf, type ServedView, viewOf, wantedBy } from "./served-views.ts";

export type WorkloadSettings = Omit<Partial<TriggerParts>, "min"> &
  Omit<PolicyParts, "namespace"> & {
    /** How many replicas there are at first. */
    readonly replicas?: number;
    /** Where the scaler finds Prometheus, if not where it is. */
    readonly prometheus?: string;
    /** Where the scalers listen, one each. A free port for one of them unless said otherwise. */
    readonly listen?: readonly string[];
    readonly tls?: ScalerParts["tls"];
    /** Replicas are counted at the API server, and the HPA is read back. */
    readonly readsCluster?: boolean;
    /** Further objects of the namespace, with the path that they are made at. */
    readonly objects?: readonly { readonly path: string; readonly object: object }[];
  };

export class ScaledWorkload {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** What the HPA wanted, each number once until another came. */
  readonly desiredHistory: number[] = [];
  readonly #settings: WorkloadSettings;
  readonly #watches: Watch[] = [];
  #scalers: Served[] = [];

  private constructor(cluster: Cluster, namespace: string, settings: WorkloadSettings) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.#settings = settings;
  }

  /** Makes it in a namespace of this name; resolves once KEDA has made the HPA. */
  static async start(
    cluster: Cluster,
    namespace: string,
    settings: WorkloadSettings = {},
  ): Promise<ScaledWorkload> {
    const workload = new ScaledWorkload(cluster, namespace, settings);
    try {
      await workload.#make();
    } catch (thrown) {
      await workload.close();
      throw thrown;
    }
    return workload;
  }

  get scalers(): readonly Served[] {
    return this.#scalers;
  }

  load(requestsPerSecond: number, workload = WORKLOAD): void {
    this.cluster.fleet.load(this.namespace, workload, requestsPerSecond);
  }

  queue(waiting: number): void {
    this.cluster.metrics.queue(this.namespace, waiting);
  }

  /** The replicas that the Deployment is told to have. */
  async replicas(workload = WORKLOAD): Promise<number> {
    const { spec } = await this.cluster.plane.api.get<Scaled>(this.#deployment(workload));
    return spec.replicas ?? 0;
  }

  /** The HPA, or null where KEDA has none. */
  hpa(): Promise<Hpa | null> {
    return this.cluster.plane.api.find<Hpa>(`${this.#hpas}/${HPA}`);
  }

  /** Resolves once the HPA wants this many and so many are ready; with the seconds from now to the HPA's wish. */
  async untilDesired(wanted: number, withinMs?: number): Promise<number> {
    const begin = performance.now();
    const what = `an HPA of ${this.namespace} that wants ${wanted}`;
    const seconds = await eventually(
      what,
      async () => {
        const hpa = await this.hpa();
        return hpa?.status?.desiredReplicas === wanted ? (performance.now() - begin) / 1000 : null;
      },
      withinMs,
    );
    await this.untilReady(wanted);
    return seconds;
  }

  /**
   * Puts a load on it and resolves once the count that this needs is there and measured; with the seconds as above. All of
   * it at one moment: while nobody has had time to scrape, the scaler holds what it last read of the Deployment.
   */
  async settle(requestsPerSecond: number, wanted: number): Promise<number> {
    this.load(requestsPerSecond);
    const seconds = await this.untilDesired(wanted);
    await eventually(`${wanted} replicas of ${this.namespace} at rest`, async () => {
      const isMeasured = await Promise.all(
        this.#scalers.map((scaler) => isMeasuring(scaler, this.namespace, requestsPerSecond)),
      );
      const counts = await Promise.all([this.replicas(), this.#ready(), ...this.#scalers.map(wantedBy)]);
      return isMeasured.every(Boolean) && counts.every((count) => count === wanted) ? true : null;
    });
    return seconds;
  }

  /** Resolves once the Deployment is told to have this many; with the seconds that it took. */
  async untilReplicas(wanted: number, workload = WORKLOAD): Promise<number> {
    const begin = performance.now();
    const what = `${wanted} replicas of ${this.namespace}/${workload}`;
    return eventually(what, async () =>
      (await this.replicas(workload)) === wanted ? (performance.now() - begin) / 1000 : null,
    );
  }

  /** Resolves once so many replicas are ready. */
  async untilReady(wanted: number, workload = WORKLOAD): Promise<void> {
    await eventually(`${wanted} ready replicas of ${this.namespace}/${workload}`, async () =>
      (await this.#ready(workload)) === wanted ? true : null,
    );
  }

  /** A condition of the ScaledObject as `status/reason`. */
  async condition(type: string): Promise<string | null> {
    const { status } = await this.cluster.plane.api.get<KedaObject>(this.#scaledObject);
    const found = status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? null : `${found.status}/${found.reason ?? ""}`;
  }

  /** Why the HPA got no number so far, by its events: each time a message. */
  async syncsWithoutNumber(): Promise<readonly string[]> {
    const path = `/api/v1/namespaces/${this.namespace}/events`;
    const { items } = await this.cluster.plane.api.get<{ readonly items: readonly Event[] }>(path);
    return items
      .filter(({ reason }) => reason === "FailedGetExternalMetric")
      .flatMap(({ count = 1, message }) => Array<string>(count).fill(message));
  }

  /** Changes the ScaledObject as an edit of its manifest does. */
  async editScaledObject(patch: object): Promise<void> {
    await this.cluster.plane.api.merge(this.#scaledObject, patch);
  }

  /** Changes the trigger's metadata, upon which KEDA builds its scaler anew. */
  async rebuildTrigger(mark: string): Promise<void> {
    const { min = 0 } = this.#settings;
    const address = this.#settings.address ?? this.#scalers[0]?.grpc ?? "";
    const metadata = { ...this.#settings.metadata, mark };
    await this.editScaledObject(scaledObject({ ...this.#settings, address, min, metadata }));
  }

  /** Writes the policy anew for every scaler. */
  editPolicy(parts: Omit<PolicyParts, "namespace">): void {
    const text = policyDocument({ namespace: this.namespace, ...this.#settings, ...parts });
    for (const scaler of this.#scalers) scaler.editPolicy(text);
  }

  /** Makes another Deployment in the namespace. */
  async createDeployment(name: string, replicas: number): Promise<void> {
    await this.cluster.plane.api.create(this.#deployments, deploymentOf(name, replicas));
  }

  async deleteDeployment(name: string): Promise<void> {
    await this.cluster.plane.api.delete(`${this.#deployments}/${name}`);
  }

  /** Starts the scaler again where it listened before, in place of the one of this index. */
  async restartScaler(index = 0): Promise<void> {
    const before = this.#scalers[index];
    if (before === undefined) throw new Error(`no scaler ${index}`);
    this.#scalers[index] = await this.#serve(before.grpc);
  }

  /** What each scaler says of itself. */
  views(): Promise<readonly ServedView[]> {
    return Promise.all(this.#scalers.map((scaler) => viewOf(scaler, this.namespace)));
  }

  /** Resolves once the scalers themselves want this many, whether KEDA asks or not. */
  async untilWanted(wanted: number): Promise<void> {
    for (const scaler of this.#scalers) {
      await eventually(`a scaler of ${this.namespace} that wants ${wanted}`, async () =>
        (await wantedBy(scaler)) === wanted ? true : null,
      );
    }
  }

  /** How many calls all scalers answered or refused. */
  async calls(): Promise<number> {
    const counts = await Promise.all(this.#scalers.map(callsOf));
    return counts.reduce((total, count) => total + count, 0);
  }

  /** How it stands with it, for whom a test has failed: what the HPA wanted, and each scaler's newest decision. */
  async state(): Promise<string> {
    const records = await Promise.all(this.#scalers.map((scaler) => recordOf(scaler, this.namespace)));
    const hpa = await this.hpa().catch(String);
    return [`HPA wanted ${this.desiredHistory.join(", ")}; now ${JSON.stringify(hpa)}`, ...records].join(
      "\n",
    );
  }

  /** What the scalers logged. */
  log(): string {
    return this.#scalers.map((scaler) => scaler.log()).join("\n");
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.stop();
    this.load(0);
    await this.cluster.plane.api.delete(this.#scaledObject).catch(() => {});
    await Promise.all(this.#scalers.map((scaler) => scaler.stop()));
  }

  async #make(): Promise<void> {
    const { api } = this.cluster.plane;
    const { replicas = 1, listen = ["127.0.0.1:0"], min = 0, objects = [] } = this.#settings;
    await api.create("/api/v1/namespaces", { metadata: { name: this.namespace } });
    for (const { path, object } of objects) {
      await api.create(path.replace("{namespace}", this.namespace), object);
    }
    await this.createDeployment(WORKLOAD, replicas);
    await this.untilReady(replicas);
    this.queue(0);
    this.#scalers = await Promise.all(listen.map((address) => this.#serve(address)));
    // KEDA 2.21 never gets the stream of a push trigger back once a call failed before.
    for (const scaler of this.#scalers) {
      await eventually(`a scaler of ${this.namespace} that has a number`, () => wantedBy(scaler));
    }
    const { address = this.#scalers[0]?.grpc ?? "" } = this.#settings;
    await api.create(this.#scaledObjects, scaledObject({ ...this.#settings, address, min }));
    this.#watchHpa();
    await eventually(`the HPA of ${this.namespace}`, () => this.hpa());
  }

  async #ready(workload = WORKLOAD): Promise<number> {
    const { status } = await this.cluster.plane.api.get<Scaled>(this.#deployment(workload));
    return status.readyReplicas ?? 0;
  }

  #serve(address: string): Promise<Served> {
    const { prometheus = this.cluster.metrics.url, tls, readsCluster = false } = this.#settings;
    const kubeconfig = readsCluster ? this.cluster.plane.adminKubeconfig : undefined;
    return serve({
      configuration: scalerConfiguration({ prometheus, grpc: address, tls, kubeconfig }),
      policy: policyDocument({ namespace: this.namespace, ...this.#settings }),
    });
  }

  #watchHpa(): void {
    const set = ({ status }: Hpa): void => {
      const desired = status?.desiredReplicas;
      if (desired !== undefined && desired !== this.desiredHistory.at(-1)) this.desiredHistory.push(desired);
    };
    this.#watches.push(this.cluster.plane.api.watch<Hpa>(this.#hpas, { set, gone: () => {} }));
  }

  get #deployments(): string {
    return `/apis/apps/v1/namespaces/${this.namespace}/deployments`;
  }

  get #hpas(): string {
    return `/apis/autoscaling/v2/namespaces/${this.namespace}/horizontalpodautoscalers`;
  }

  get #scaledObjects(): string {
    return `/apis/keda.sh/v1alpha1/namespaces/${this.namespace}/scaledobjects`;
  }

  get #scaledObject(): string {
    return `${this.#scaledObjects}/${SCALED_OBJECT}`;
  }

  #deployment(name: string): string {
    return `${this.#deployments}/${name}`;
  }
}
