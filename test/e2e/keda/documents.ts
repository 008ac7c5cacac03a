// The configuration and the policy of a replica of the scaler that answers one fixed number.

import { SURGE } from "../../support/command-line.ts";

/** Where a replica listens, by default on a free port, and how fast it plays, by default as fast as it can. */
export type ReplicaSettings = {
  readonly grpc?: string;
  readonly speed?: string;
  /** What stands under `grpc.tls`, as JSON has it. */
  readonly tls?: Readonly<Record<string, unknown>> | null;
};

/** Returns a configuration that plays the shipped surge and stays at its end, so that nothing it answers grows old. */
export function configurationOf({
  grpc = "127.0.0.1:0",
  speed = "max",
  tls = null,
}: ReplicaSettings = {}): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: keda }
spec:
  source:
    kind: recording
    recording:
      path: ${SURGE}
      namespace: ai-inference
      workload: triton-embedder
      epoch: "2026-01-05T00:00:00Z"
      speed: ${speed}
      actuation: none
      atEnd: hold
  grpc: { address: "${grpc}", tls: ${JSON.stringify(tls)} }
  http: { address: "127.0.0.1:0" }
`;
}

/** Returns the policy ai-inference/embedder that wants `replicas`, whatever the load. */
export function policyOf(replicas: number): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: embedder }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-embedder }
  models: [ { name: embedder } ]
  replicas: { min: ${replicas}, max: ${replicas} }
  objective: { percentile: 99, latency: 400ms }
  signals: { requestRate: { targetPerReplica: 30 } }
`;
}
