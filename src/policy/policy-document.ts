// A policy back to its document: the YAML's own shape with every default filled in, canonical texts, one key order.

import { createHash } from "node:crypto";
import type { CustomSignalPolicy, Policy, RateLimit, SignalPolicies } from "../domain/policy.ts";
import { formatDuration } from "./duration.ts";
import { API_VERSION } from "./policy-schema.ts";

/** Plain data as JSON and YAML know it. */
export type DocumentValue =
  | string
  | number
  | boolean
  | null
  | readonly DocumentValue[]
  | { readonly [key: string]: DocumentValue };

/** Returns the normalised document of a policy; read again it gives the same policy and the same document. */
export function toDocument(policy: Policy): DocumentValue {
  return {
    apiVersion: API_VERSION,
    kind: "ScalingPolicy",
    metadata: { name: policy.name },
    spec: {
      mode: policy.mode,
      target: { kind: policy.target.kind, namespace: policy.target.namespace, name: policy.target.name },
      models: policy.models.map(({ name, maxQueueDelay, weight }) => ({
        name,
        maxQueueDelay: formatDuration(maxQueueDelay),
        weight,
      })),
      replicas: { min: policy.replicas.min, max: policy.replicas.max },
      gpusPerReplica: policy.gpusPerReplica,
      objective: {
        percentile: policy.objective.percentile,
        latency: formatDuration(policy.objective.latency),
      },
      signals: signalsDocument(policy.signals),
      startup: { expected: formatDuration(policy.startup.expected) },
      ...dynamicsDocument(policy),
      missingData: {
        maxAge: formatDuration(policy.missingData.maxAge),
        holdFor: formatDuration(policy.missingData.holdFor),
      },
      keda: { tolerance: policy.keda.tolerance },
      pool: null,
      priority: 0,
    },
  };
}

/** Returns the first 16 hex digits of the SHA-256 of the normalised document's JSON. */
export function documentHash(document: DocumentValue): string {
  return createHash("sha256").update(JSON.stringify(document)).digest("hex").slice(0, 16);
}

function dynamicsDocument({ scaleOut, scaleIn, activation }: Policy): {
  readonly [key: string]: DocumentValue;
} {
  return {
    scaleOut: {
      stabilizationWindow: formatDuration(scaleOut.stabilizationWindow),
      tolerance: scaleOut.tolerance,
      limits: scaleOut.limits.map(limitDocument),
    },
    scaleIn: {
      stabilizationWindow: formatDuration(scaleIn.stabilizationWindow),
      cooldown: formatDuration(scaleIn.cooldown),
      tolerance: scaleIn.tolerance,
      limits: scaleIn.limits.map(limitDocument),
    },
    activation:
      activation === null
        ? null
        : { query: activation.query, above: activation.above, cooldown: formatDuration(activation.cooldown) },
  };
}

function limitDocument({ replicas, percent, per }: RateLimit): DocumentValue {
  return {
    ...(replicas === null ? {} : { replicas }),
    ...(percent === null ? {} : { percent }),
    per: formatDuration(per),
  };
}

function signalsDocument(signals: SignalPolicies): DocumentValue {
  const { requestRate, inFlight, pendingRequests, queueDuration, latency, gpuMemory, custom } = signals;
  const load = (
    signal: NonNullable<SignalPolicies["inFlight" | "requestRate"]>,
  ): { readonly [key: string]: DocumentValue } => ({
    targetPerReplica: signal.targetPerReplica,
    window: formatDuration(signal.window),
  });
  const quality = (signal: NonNullable<SignalPolicies["latency"]>): DocumentValue => ({
    target: formatDuration(signal.target),
    window: formatDuration(signal.window),
    required: signal.required,
  });
  return {
    ...(requestRate && { requestRate: { ...load(requestRate), required: requestRate.required } }),
    ...(inFlight && { inFlight: { ...load(inFlight), required: inFlight.required } }),
    ...(pendingRequests && {
      pendingRequests: {
        ...load(pendingRequests),
        clearWithin: formatDuration(pendingRequests.clearWithin),
        required: pendingRequests.required,
      },
    }),
    ...(queueDuration && { queueDuration: quality(queueDuration) }),
    ...(latency && { latency: quality(latency) }),
    ...(gpuMemory && {
      gpuMemory: {
        blockScaleInAbove: gpuMemory.blockScaleInAbove,
        criticalAbove: gpuMemory.criticalAbove,
        required: gpuMemory.required,
      },
    }),
    ...(custom.length > 0 && { custom: custom.map(customDocument) }),
  };
}

function customDocument(signal: CustomSignalPolicy): DocumentValue {
  return {
    name: signal.name,
    query: signal.query,
    kind: signal.kind,
    ...(signal.kind === "quality"
      ? { target: signal.target }
      : { targetPerReplica: signal.targetPerReplica }),
    window: formatDuration(signal.window),
    required: signal.required,
  };
}
