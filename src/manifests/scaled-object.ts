// What KEDA needs for a policy: a ScaledObject that only carries the policy's answer out, and the way to certificates.

import type { Policy } from "../domain/policy.ts";
import { policyKey } from "../domain/target.ts";
import type { Manifest, ManifestValue } from "./manifest.ts";

export type TriggerSettings = {
  /** Tidemark as KEDA reaches it, host:port. */
  readonly scalerAddress: string;
  /** Activation is told at once over a stream, besides the polls. */
  readonly push: boolean;
  /** The Secret with KEDA's certificates, in the target's namespace; null: plain connections. */
  readonly tlsSecret: string | null;
};

/** How often KEDA asks on its own, besides the HPA's syncs; as often as those. */
const POLL_SECONDS = 15;
/** Two polls. The policy's own activation cooldown has passed when it answers inactive. */
const COOLDOWN_SECONDS = 2 * POLL_SECONDS;
/** How often the HPA syncs by default. */
const HPA_SYNC_SECONDS = 15;
/** The HPA remembers a number that a single answer undercut; longer memory is the policy's. */
const HPA_SCALE_DOWN_WINDOW_SECONDS = 60;
const FAILURES_BEFORE_FALLBACK = 3;

/** Returns the ScaledObject of a policy, and before it the TriggerAuthentication that it names where there is TLS. */
export function kedaManifests(policy: Policy, settings: TriggerSettings): readonly Manifest[] {
  const { tlsSecret } = settings;
  const authentication = tlsSecret === null ? [] : [triggerAuthentication(policy, tlsSecret)];
  return [...authentication, scaledObject(policy, settings)];
}

/**
 * Returns how many replicas KEDA keeps at least while the scaler has no answer: half of the maximum, never fewer than
 * the minimum; one where the policy may go to zero, since a cold start is acceptable there.
 */
export function fallbackReplicas({ replicas: { min, max } }: Policy): number {
  return min === 0 ? 1 : Math.max(min, Math.ceil(max / 2));
}

function scaledObject(policy: Policy, settings: TriggerSettings): Manifest {
  const { target, replicas } = policy;
  return {
    object: {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: metadataOf(policy),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: target.kind, name: target.name },
        minReplicaCount: replicas.min,
        maxReplicaCount: replicas.max,
        pollingInterval: POLL_SECONDS,
        cooldownPeriod: COOLDOWN_SECONDS,
        fallback: {
          failureThreshold: FAILURES_BEFORE_FALLBACK,
          replicas: fallbackReplicas(policy),
          behavior: "currentReplicasIfHigher",
        },
        advanced: { horizontalPodAutoscalerConfig: { behavior: behaviorOf(policy) } },
        triggers: [trigger(policy, settings)],
      },
    },
    remark: headerOf(policy),
    remarks: {
      "spec.minReplicaCount": "As in the policy.",
      "spec.cooldownPeriod":
        replicas.min === 0
          ? "The policy's activation cooldown is over when it says inactive; this one only outlives a missed poll."
          : "Of no effect with a minimum above zero.",
      "spec.fallback":
        "While the scaler says that it has no answer: at least this many, never fewer than there are.",
      "spec.advanced": advancedRemark(policy),
    },
  };
}

/** A step of any size within one sync; the tolerance only where the policy does not go by the cluster's own. */
function behaviorOf({ replicas, keda }: Policy): ManifestValue {
  const rules = (stabilizationWindowSeconds: number): ManifestValue => ({
    stabilizationWindowSeconds,
    ...(keda.tolerance === 0 ? { tolerance: "0" } : {}),
    policies: [{ type: "Pods", value: replicas.max, periodSeconds: HPA_SYNC_SECONDS }],
  });
  return { scaleUp: rules(0), scaleDown: rules(HPA_SCALE_DOWN_WINDOW_SECONDS) };
}

function trigger(policy: Policy, { scalerAddress, push, tlsSecret }: TriggerSettings): ManifestValue {
  return {
    type: push ? "external-push" : "external",
    metricType: "AverageValue",
    metadata: { scalerAddress, policy: policy.name, ...(tlsSecret === null ? {} : { enableTLS: "true" }) },
    ...(tlsSecret === null ? {} : { authenticationRef: { name: policy.name } }),
  };
}

function triggerAuthentication(policy: Policy, secret: string): Manifest {
  const from = (parameter: string, key: string): ManifestValue => ({ parameter, name: secret, key });
  return {
    object: {
      apiVersion: "keda.sh/v1alpha1",
      kind: "TriggerAuthentication",
      metadata: metadataOf(policy),
      spec: {
        secretTargetRef: [
          from("caCert", "ca.crt"),
          from("tlsClientCert", "tls.crt"),
          from("tlsClientKey", "tls.key"),
        ],
      },
    },
    remark: [`How KEDA proves itself for the policy ${keyOf(policy)}.`],
    remarks: {
      "spec.secretTargetRef":
        "A Secret of this namespace: the CA of Tidemark's certificate, KEDA's own certificate and its key.",
    },
  };
}

function headerOf(policy: Policy): readonly string[] {
  const header = `For the policy ${keyOf(policy)}; written by tidemark render.`;
  return policy.replicas.min === 0
    ? [header, "Scale to zero: the activation query of the policy decides on the first replica."]
    : [header];
}

function advancedRemark({ keda }: Policy): string {
  const plain = "The policy stabilizes and limits; the HPA shall only carry its answer out.";
  return keda.tolerance === 0 ? plain : `${plain} The policy goes by the cluster's own tolerance.`;
}

function metadataOf({ name, target }: Policy): Manifest["object"]["metadata"] {
  return { name, namespace: target.namespace };
}

function keyOf({ name, target }: Policy): string {
  return policyKey(target.namespace, name);
}
