// Three pods that complete all they can while requests wait: what one of them carries is learned from the first tick on.

import type { PastSample } from "./prometheus-server.ts";
import { WAVE_NAMESPACE } from "./wave-fleet.ts";

const SECONDS_OF_PAST = 120;
const PODS = 3;
const WAITING = 20;
/** Requests of an execution. */
const BATCH = 4;

/** Returns samples from two minutes before `now` (s since the Unix epoch) to `seconds` after it. */
export function* saturatedTraffic(now: number, seconds: number, perSecond: number): Generator<PastSample> {
  for (let second = now - SECONDS_OF_PAST; second < now + seconds; second += 1) {
    const completed = perSecond * (second - now + SECONDS_OF_PAST);
    for (let index = 0; index < PODS; index += 1) yield* podSamples(index, { second, completed, perSecond });
    for (const name of ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_ready"]) {
      yield {
        name,
        labels: { namespace: WAVE_NAMESPACE, deployment: "triton" },
        value: PODS,
        seconds: second,
      };
    }
  }
}

function* podSamples(
  index: number,
  {
    second,
    completed,
    perSecond,
  }: { readonly second: number; readonly completed: number; readonly perSecond: number },
): Generator<PastSample> {
  const pod = {
    namespace: WAVE_NAMESPACE,
    pod: `triton-6d4cf56db6-x2k8${index}`,
    instance: `10.0.0.${index}:8002`,
  };
  const model = { ...pod, model: "m", version: "1" };
  const seconds = second + 0.1 * index;
  // One instance is busy all the time; each request of a batch counts the time of the whole of it.
  const computeMicros = 1e6 * completed * (BATCH / perSecond);
  yield { name: "up", labels: pod, value: 1, seconds };
  yield { name: "nv_inference_request_success", labels: model, value: completed, seconds };
  yield { name: "nv_inference_request_failure", labels: model, value: 0, seconds };
  yield { name: "nv_inference_count", labels: model, value: completed, seconds };
  yield { name: "nv_inference_exec_count", labels: model, value: completed / BATCH, seconds };
  yield {
    name: "nv_inference_compute_infer_duration_us",
    labels: model,
    value: computeMicros,
    seconds,
  };
  yield { name: "nv_inference_compute_input_duration_us", labels: model, value: 0, seconds };
  yield { name: "nv_inference_compute_output_duration_us", labels: model, value: 0, seconds };
  yield { name: "nv_inference_pending_request_count", labels: model, value: WAITING, seconds };
}
