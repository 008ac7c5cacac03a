// What a platform team writes for one workload: Deployment, ScaledObject, policy, and the configuration of the scaler.
// All times are a few seconds, so that a test sees in a minute what takes production an hour.

import { NODE_NAME } from "./fake-kubelet.ts";
import { MODEL, WORKLOAD_LABEL } from "./triton-fleet.ts";

export const POLICY = "embedder";
export const SCALED_OBJECT = "embedder";
export const WORKLOAD = "triton";
/** What KEDA calls the HPA that it makes. */
export const HPA = `keda-hpa-${SCALED_OBJECT}`;
/** How often KEDA asks on its own, and how long it waits before zero, in seconds. */
export const POLLING_SECONDS = 2;
export const COOLDOWN_SECONDS = 4;

export type PolicyParts = {
  readonly namespace: string;
  readonly workload?: string;
  readonly min?: number;
  readonly targetPerReplica?: number;
  /** Both bounds: the number that is wanted whatever the load, as long as it is this. */
  readonly exactly?: number;
  /** The HPA's tolerance that the policy reckons with. */
  readonly hpaTolerance?: number;
};

/**
 * Returns the policy: 10 requests/s a replica unless said otherwise, from 0 to 20 replicas. The cooldown outlasts the
 * time in which Prometheus finds new pods, 5 s, and their first samples fill the window. Tests take loads at which out and
 * in lead to one count, 15, 25 and 44 requests/s, since a pod that is found late brings what it served before.
 */
export function policyDocument(parts: PolicyParts): string {
  const { namespace, workload = WORKLOAD, min = 0, targetPerReplica = 10, hpaTolerance } = parts;
  const [least, most] = parts.exactly === undefined ? [min, 20] : [parts.exactly, parts.exactly];
  const activation =
    least > 0 ? "null" : `{ query: 'sum(gateway_queued{namespace="${namespace}"})', above: 0, cooldown: 3s }`;
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${POLICY} }
spec:
  target: { kind: Deployment, namespace: ${namespace}, name: ${workload} }
  models: [ { name: ${MODEL} } ]
  replicas: { min: ${least}, max: ${most} }
  objective: { percentile: 99, latency: 500ms }
  signals: { requestRate: { targetPerReplica: ${targetPerReplica}, window: 5s } }
  startup: { expected: 2s }
  scaleOut: { limits: [], tolerance: 0.05 }
  scaleIn: { stabilizationWindow: 6s, cooldown: 12s, limits: [], tolerance: 0.1 }
  activation: ${activation}
  missingData: { maxAge: 6s, holdFor: 6s }
  keda: { tolerance: ${hpaTolerance ?? 0} }
`;
}

/** Where a scaler finds Prometheus, where it listens, and the files of its certificates if it wants them. */
export type ScalerParts = {
  readonly prometheus: string;
  readonly grpc: string;
  readonly tls?: Readonly<Record<"certFile" | "keyFile" | "clientCaFile", string>> | undefined;
  /** Where it counts replicas at the API server; kube-state-metrics is asked where this is left out. */
  readonly kubeconfig?: string | undefined;
};

/** Whom a scaler with certificates answers: the common name of KEDA's. */
export const CALLER = "keda-operator";

/** Returns the configuration of a scaler. */
export function scalerConfiguration({ prometheus, grpc, tls, kubeconfig }: ScalerParts): string {
  const guarded = tls === undefined ? "null" : JSON.stringify({ ...tls, allowedSubjects: [CALLER] });
  const [replicas, kubernetes] =
    kubeconfig === undefined
      ? ["kube-state-metrics", "{}"]
      : ["kubernetes", `{ kubeconfig: "${kubeconfig}" }`];
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: conformance }
spec:
  tick: { interval: 2s, lag: 500ms }
  source: { kind: prometheus, prometheus: { url: "${prometheus}", scrapeInterval: 1s, replicas: ${replicas} } }
  kubernetes: ${kubernetes}
  grpc: { address: "${grpc}", drainTimeout: 2s, tls: ${guarded} }
  http: { address: "127.0.0.1:0" }
`;
}

export type AutoscaleParts = Readonly<Record<"kubeconfig" | "namespace" | "lease" | "checkpoint", string>>;

/** Returns the configuration of an autoscaler that finds its pods by itself, and is one of several. */
export function autoscaleConfiguration({ kubeconfig, namespace, lease, checkpoint }: AutoscaleParts): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: autoscale }
spec:
  source: { kind: scrape, scrape: { interval: 1s, discovery: kubernetes } }
  http: { address: "127.0.0.1:0" }
  kubernetes: { kubeconfig: "${kubeconfig}", namespace: ${namespace}, leaderElection: { lease: ${lease} } }
  state: { configMap: ${checkpoint} }
`;
}

/** What differs between pods of Deployments. */
export type PodParts = {
  readonly annotations?: Readonly<Record<string, string>>;
  /** Where their metrics are, if the pods say so. */
  readonly metricsPort?: number;
};

/** Returns a Deployment of Tritons. */
export function deploymentOf(name: string, replicas: number, parts: PodParts = {}): object {
  const labels = { [WORKLOAD_LABEL]: name };
  const { annotations = {}, metricsPort } = parts;
  const ports = metricsPort === undefined ? [] : [{ name: "metrics", containerPort: metricsPort }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations },
        spec: { nodeName: NODE_NAME, containers: [{ name: "triton", image: "triton", ports }] },
      },
    },
  };
}

export type TriggerParts = {
  /** The scaler as KEDA is told: `host:port`, or a name behind a name server. */
  readonly address: string;
  readonly min?: number;
  /** `external-push` instead of `external`. */
  readonly push?: boolean;
  readonly pollingSeconds?: number;
  readonly fallback?: object;
  /** Further metadata of the trigger. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly authentication?: string;
  /** Left to the HPA, which then has its default, where this is given. */
  readonly hpaTolerance?: number;
};

/** Returns the ScaledObject; the HPA shall do nothing but carry the answer out. */
export function scaledObject(parts: TriggerParts): object {
  const { address, min = 0, push = false, pollingSeconds = POLLING_SECONDS, fallback } = parts;
  const { metadata = {}, authentication, hpaTolerance } = parts;
  const direction = {
    stabilizationWindowSeconds: 0,
    ...(hpaTolerance === undefined ? { tolerance: "0" } : {}),
    policies: [{ type: "Pods", value: 100, periodSeconds: 1 }],
  };
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata: { name: SCALED_OBJECT },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: WORKLOAD },
      minReplicaCount: min,
      maxReplicaCount: 20,
      pollingInterval: pollingSeconds,
      cooldownPeriod: COOLDOWN_SECONDS,
      ...(fallback === undefined ? {} : { fallback }),
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleUp: direction, scaleDown: direction } } },
      triggers: [
        {
          type: push ? "external-push" : "external",
          metricType: "AverageValue",
          metadata: { scalerAddress: address, policy: POLICY, ...metadata },
          ...(authentication === undefined ? {} : { authenticationRef: { name: authentication } }),
        },
      ],
    },
  };
}
