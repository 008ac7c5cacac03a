// A recording as the past of a Prometheus: Triton's series with their pods, the scrapes, and kube-state-metrics' counts.

import { readRecording } from "../../../src/adapters/recording-files.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { parseExposition } from "../../../src/observe/exposition.ts";
import { isKeptMetric } from "../../../src/observe/triton-metrics.ts";
import { recordingPath } from "../../support/play-recording.ts";
import type { PastSample } from "./prometheus-server.ts";

export type RecordedPast = { readonly samples: readonly PastSample[]; readonly lastSeconds: number };

/** Returns the samples of a recording that begins `epochSeconds` after the Unix epoch. */
export async function recordedPast(
  name: string,
  target: TargetRef,
  epochSeconds: number,
): Promise<RecordedPast> {
  const recording = await readRecording(recordingPath(name));
  if (!recording.ok) throw new Error(recording.failure);
  const { scrapes, initialReplicas, lastScrape } = recording.value;
  const samples: PastSample[] = [];
  const changes: { readonly seconds: number; readonly pod: number; readonly up: boolean }[] = [];
  for (const [index, list] of scrapes) {
    const pod = `${target.name}-${index}`;
    const common = { namespace: target.namespace, pod, job: "triton", instance: `10.0.0.${index}:8002` };
    for (const { t, text } of list) {
      const seconds = epochSeconds + t / 1000;
      const parsed = text === null ? null : parseExposition(text, { keep: isKeptMetric });
      const up = parsed?.ok === true;
      samples.push({ name: "up", labels: common, value: up ? 1 : 0, seconds });
      changes.push({ seconds, pod: index, up });
      if (parsed?.ok !== true) continue;
      for (const { name: family, labels, value } of parsed.value) {
        samples.push({ name: family, labels: { ...labels, ...common }, value, seconds });
      }
    }
  }
  samples.push(...replicaCounts(changes, { target, initialReplicas, epochSeconds }));
  return { samples, lastSeconds: epochSeconds + lastScrape / 1000 };
}

/** As the recording source counts: desired = pods that exist, ready = those whose last scrape succeeded. */
function replicaCounts(
  changes: readonly { readonly seconds: number; readonly pod: number; readonly up: boolean }[],
  {
    target: { namespace, name },
    initialReplicas,
    epochSeconds,
  }: {
    readonly target: TargetRef;
    readonly initialReplicas: ReadonlySet<number>;
    readonly epochSeconds: number;
  },
): readonly PastSample[] {
  const labels = { namespace, deployment: name, job: "kube-state-metrics", instance: "10.0.1.1:8080" };
  const existing = new Set(initialReplicas);
  const ready = new Set<number>();
  const samples = new Map<number, readonly PastSample[]>();
  const note = (seconds: number): void => {
    const count = (metric: string, value: number): PastSample => ({ name: metric, labels, value, seconds });
    samples.set(Math.round(seconds * 1000), [
      count("kube_deployment_spec_replicas", existing.size),
      count("kube_deployment_status_replicas_ready", ready.size),
    ]);
  };
  note(epochSeconds);
  for (const { seconds, pod, up } of [...changes].sort((one, other) => one.seconds - other.seconds)) {
    if (up) {
      existing.add(pod);
      ready.add(pod);
    } else ready.delete(pod);
    note(seconds);
  }
  return [...samples.values()].flat();
}
