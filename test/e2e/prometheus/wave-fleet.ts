// A workload whose traffic rises and falls, as the past and the future of a Prometheus, and a service that scales it.

import type { PastSample } from "./prometheus-server.ts";

/** How one period of the traffic goes, in seconds. */
const PERIOD_SECONDS = 16;
const SECONDS_OF_PAST = 120;
const PODS = 3;

export const WAVE_NAMESPACE = "ai";
export const WAVE_POLICY = "embedder";
/** How long the policy holds an answer without data, in seconds. */
export const WAVE_HOLD_SECONDS = 8;

/** Every tick may take so long before an answer counts as old that no busy machine is mistaken for an outage. */
const TICK_SECONDS = 2;

export const WAVE_POLICY_DOCUMENT = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${WAVE_POLICY} }
spec:
  target: { kind: Deployment, namespace: ${WAVE_NAMESPACE}, name: triton }
  models: [ { name: m } ]
  replicas: { min: 1, max: 40 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    requestRate: { targetPerReplica: 10, window: 10s }
    pendingRequests: { targetPerReplica: 8, window: 5s }
  startup: { expected: 5s }
  scaleIn: { stabilizationWindow: 10s, cooldown: 5s, limits: [ { replicas: 2, per: 5s } ] }
  scaleOut: { limits: [ { replicas: 3, per: 5s } ] }
  missingData: { maxAge: 4s, holdFor: ${WAVE_HOLD_SECONDS}s }
`;

/** Returns a configuration on this Prometheus, with a tick every two seconds. */
export function waveConfiguration(url: string, grpc = "127.0.0.1:0"): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: waves }
spec:
  tick: { interval: ${TICK_SECONDS}s, lag: 1s }
  source: { kind: prometheus, prometheus: { url: "${url}", scrapeInterval: 1s } }
  grpc: { address: "${grpc}" }
  http: { address: "127.0.0.1:0" }
  logging: { level: error }
`;
}

/** How far apart ticks are, in milliseconds. */
export const WAVE_TICK_MS = TICK_SECONDS * 1000;

/** Requests/s of a pod that rise and fall between 2 and 22, at a second since the Unix epoch. */
export function waveRate(second: number): number {
  return Math.round(12 + 10 * Math.sin((2 * Math.PI * second) / PERIOD_SECONDS));
}

/** Traffic on three of four pods, from two minutes before `now` (s since the Unix epoch) to `seconds` after it. */
export function* traffic(
  now: number,
  seconds: number,
  rate: (second: number) => number,
): Generator<PastSample> {
  const counts = Array.from({ length: PODS }, () => 0);
  for (let second = now - SECONDS_OF_PAST; second < now + seconds; second += 1) {
    for (const [index, before] of counts.entries()) {
      const count = before + rate(second);
      counts[index] = count;
      yield* podSamples(index, { second, count });
    }
    for (const name of ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_ready"]) {
      yield { name, labels: { namespace: WAVE_NAMESPACE, deployment: "triton" }, value: 4, seconds: second };
    }
  }
}

function* podSamples(
  index: number,
  { second, count }: { readonly second: number; readonly count: number },
): Generator<PastSample> {
  const pod = {
    namespace: WAVE_NAMESPACE,
    pod: `triton-6d4cf56db6-x2k8${index}`,
    instance: `10.0.0.${index}:8002`,
  };
  const model = { ...pod, model: "m", version: "1" };
  const seconds = second + 0.1 * index;
  yield { name: "up", labels: pod, value: 1, seconds };
  yield { name: "nv_inference_request_success", labels: model, value: count, seconds };
  yield { name: "nv_inference_request_failure", labels: model, value: 0, seconds };
  yield { name: "nv_inference_pending_request_count", labels: model, value: 0, seconds };
}
