// The configuration and the policy under which two real servers are scaled.

import type { TritonPorts } from "./triton-server.ts";

export const NAMESPACE = "ai-inference";
export const POLICY = "embedder";
/** The window of load and quality signals, and so of the traffic estimates. */
export const WINDOW_SECONDS = 10;
const WORKLOAD = "triton-embedder";

/** Returns a configuration that scrapes these servers each second. */
export function configurationFor(servers: readonly TritonPorts[]): string {
  const targets = servers.map(
    ({ metrics }, index) =>
      `        - { namespace: ${NAMESPACE}, workload: ${WORKLOAD}, pod: ${WORKLOAD}-${index}, url: "http://127.0.0.1:${metrics}/metrics" }`,
  );
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: real-triton }
spec:
  source:
    kind: scrape
    scrape:
      interval: 1s
      timeout: 900ms
      targets:
${targets.join("\n")}
  grpc: { address: "127.0.0.1:0" }
  http: { address: "127.0.0.1:0" }
`;
}

/**
 * A replica does 40 requests/s at most. The targets of the quality signals leave room for a busy machine, on which
 * requests really are slower: half of the load is to need two replicas wherever this runs. Nothing paces a scale-in here (no stabilization, no cooldown): only the rules
 * on missing data stand between a crashed replica and a lower answer.
 */
export const POLICY_DOCUMENT = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${POLICY} }
spec:
  target: { kind: StatefulSet, namespace: ${NAMESPACE}, name: ${WORKLOAD} }
  models: [ { name: embedder } ]
  replicas: { min: 1, max: 8 }
  objective: { percentile: 99, latency: 1s }
  signals:
    requestRate: { targetPerReplica: 30, window: ${WINDOW_SECONDS}s }
    inFlight: { targetPerReplica: 10, window: ${WINDOW_SECONDS}s }
    pendingRequests: { targetPerReplica: 8, window: 5s, clearWithin: 1m }
    queueDuration: { target: 500ms, window: ${WINDOW_SECONDS}s }
    latency: { target: 1s, window: ${WINDOW_SECONDS}s }
  startup: { expected: 30s }
  scaleIn: { stabilizationWindow: 0s, cooldown: 0s, limits: [ { replicas: 4, per: 1m } ] }
  missingData: { maxAge: 5s, holdFor: 1m }
`;
