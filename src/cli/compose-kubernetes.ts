// Builds what talks to the Kubernetes API, where a configuration asks for it. client-node is loaded here and only then.

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";

import type { ClusterTelemetry } from "../adapters/cluster-telemetry.ts";
import { KubernetesApi } from "../adapters/kubernetes/api-client.ts";
import { ClusterView } from "../adapters/kubernetes/cluster-view.ts";
import { ConfigMapStore } from "../adapters/kubernetes/config-map-store.ts";
import { EventRecorder } from "../adapters/kubernetes/event-recorder.ts";
import { LeaseElection, microTime } from "../adapters/kubernetes/lease-election.ts";
import { ScaleClient } from "../adapters/kubernetes/scale-client.ts";
import { realWaiting } from "../adapters/kubernetes/waiting.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { Actuator } from "../autoscaler/actuator.ts";
import { reasonInWords } from "../control/reason-words.ts";
import type { Registry } from "../control/registry.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { TargetRef } from "../domain/target.ts";
import { noEvents } from "../ports/event-sink.ts";
import { soleLeader } from "../ports/leadership.ts";
import type { Logger } from "../ports/logger.ts";
import type { StateStore } from "../ports/state-store.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";

/** How replicas are to be written; null where nobody writes them. */
export type Acting = { readonly dryRun: boolean } | null;

export type ComposedCluster = {
  readonly view: ClusterView;
  /** Null: nobody is elected. */
  readonly election: LeaseElection | null;
  /** Null: the checkpoint is not kept in the cluster. */
  readonly store: StateStore | null;
  /** Null: nobody writes replicas. */
  readonly actuator: Actuator | null;
  /** The workloads of the policies in force. */
  targets(): readonly TargetRef[];
  close(): Promise<void>;
};

export type ClusterNeeds = {
  readonly configuration: Configuration;
  /** Where relative paths start. */
  readonly directory: string;
  readonly registry: Registry;
  readonly telemetry: ClusterTelemetry;
  readonly logger: Logger;
  readonly acting: Acting;
};

/** The Lease of those who write replicas, where the configuration names none. */
export const WRITERS_LEASE = "tidemark-autoscaler";

/** Returns whether anything in the configuration needs the API server. */
export function needsCluster(configuration: Configuration): boolean {
  const { state, kubernetes } = configuration;
  return readsWorkloads(configuration) || state.configMap !== null || kubernetes.leaderElection !== null;
}

/** Returns whether workloads and their pods are read from the API server. */
export function readsWorkloads({ source }: Configuration): boolean {
  return (
    (source.kind === "prometheus" && source.replicas === "kubernetes") ||
    (source.kind === "scrape" && source.discovery === "kubernetes")
  );
}

/** Returns what is needed of the cluster, or null where nothing is. Throws a CommandError where we are nobody to it. */
export async function composeCluster(needs: ClusterNeeds): Promise<ComposedCluster | null> {
  const { configuration, registry, telemetry, logger, acting } = needs;
  if (acting === null && !needsCluster(configuration)) return null;
  const access = await accessOf(needs);
  const api = new KubernetesApi(access, (verb, code) => telemetry.request(verb, code));
  const view = new ClusterView({ api, clock: systemClock(), waiting: realWaiting, logger });
  const home = configuration.kubernetes.namespace ?? access.namespace;
  const identity = `${process.env["POD_NAME"] ?? hostname()}_${randomUUID().slice(0, 8)}`;
  const parts = { api, view, home, identity };
  const election = electionOf(needs, parts);
  const actuator = acting === null ? null : actuatorOf(needs, { ...parts, election, dryRun: acting.dryRun });
  return {
    view,
    election,
    store: storeOf(needs, { ...parts, election }),
    actuator,
    targets: () => registry.entries().map(({ loaded }) => loaded.policy.target),
    async close() {
      await actuator?.settled();
      await view.close();
      await election?.close();
      access.close();
    },
  };
}

type Parts = {
  readonly api: KubernetesApi;
  readonly view: ClusterView;
  /** The namespace that we are at home in; null = unknown. */
  readonly home: string | null;
  readonly identity: string;
};
type Elected = Parts & { readonly election: LeaseElection | null };

function electionOf(needs: ClusterNeeds, { api, home, identity }: Parts): LeaseElection | null {
  const name = leaseOf(needs);
  if (name === null) return null;
  const nowText = (): string => microTime(systemClock().now());
  const { logger } = needs;
  return new LeaseElection({
    api,
    namespace: knownHome(home),
    name,
    identity,
    nowText,
    waiting: realWaiting,
    logger,
  });
}

/** A dry run takes no part in the election, and must not pass for the leader. */
function storeOf(
  { configuration, acting }: ClusterNeeds,
  { api, home, election }: Elected,
): StateStore | null {
  const name = configuration.state.configMap;
  if (name === null) return null;
  const mayWrite = (): boolean => acting?.dryRun !== true && (election?.isLeader() ?? true);
  return new ConfigMapStore({ api, namespace: knownHome(home), name, mayWrite });
}

function actuatorOf(
  { configuration, registry, telemetry, logger }: ClusterNeeds,
  { api, view, identity, election, dryRun }: Elected & { readonly dryRun: boolean },
): Actuator {
  const uid = (target: TargetRef): string | null => view.uid(target);
  const recorder = new EventRecorder({
    api,
    identity,
    uid,
    describe: reasonInWords,
    waiting: realWaiting,
    logger,
  });
  const parts = {
    registry,
    scale: new ScaleClient(api),
    leadership: election ?? soleLeader,
    clock: systemClock(),
    events: dryRun ? noEvents : recorder,
    telemetry,
    logger,
  };
  return new Actuator(parts, { tickInterval: configuration.tick.interval, dryRun });
}

/** A dry run stands in nobody's way: it takes no lease. */
function leaseOf({ configuration, acting }: ClusterNeeds): string | null {
  if (acting?.dryRun === true) return null;
  const named = configuration.kubernetes.leaderElection?.lease ?? null;
  return acting === null ? named : (named ?? WRITERS_LEASE);
}

async function accessOf({ configuration, directory }: ClusterNeeds) {
  const { kubeconfig } = configuration.kubernetes;
  const { clusterAccess } = await import("../adapters/kubernetes/cluster-access.ts");
  try {
    return clusterAccess(kubeconfig === null ? null : resolve(directory, kubeconfig));
  } catch (error) {
    throw environmentFailed(`no access to Kubernetes: ${reasonOf(error)}`, error);
  }
}

function knownHome(namespace: string | null): string {
  if (namespace !== null) return namespace;
  throw badInput("spec.kubernetes.namespace is needed: the kubeconfig's context names no namespace");
}
