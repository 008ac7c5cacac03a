// The gpuMemory guard: the fullest GPU (rule 18 of the decision semantics).

import type { GpuMemoryReading } from "../domain/observation.ts";
import { isFreshGauge } from "./fresh.ts";
import { largest } from "./model-parts.ts";
import { type ObservedPod, type ObservedWorkload, tracksOf } from "./observed-workload.ts";
import { gaugeState, isData } from "./signal-state.ts";
import type { Track } from "./track.ts";
import { FAMILY } from "./triton-metrics.ts";
import { countUntil } from "./window.ts";

/** Returns the highest used ÷ total over fresh pods and their GPUs. Never idle. */
export function readGpuMemory(workload: ObservedWorkload): GpuMemoryReading {
  const ratios = new Map(workload.pods.map((pod) => [pod, gpuRatios(pod)] as const));
  const tracks = (pod: ObservedPod): readonly Track[] => ratios.get(pod) ?? [];
  // A GPU that says nothing may be the full one: its pod is not fresh.
  const isFresh = (pod: ObservedPod): boolean =>
    tracks(pod).length > 0 && tracks(pod).every((track) => isFreshGauge(workload, pod, [track]));
  const { state, ageSeconds, freshPods } = gaugeState(workload, tracks, { isFresh, isQuiet: () => false });
  const newest = workload.pods
    .filter(isFresh)
    .flatMap(tracks)
    .map(({ values }) => values.at(-1) ?? null);
  return { state, value: isData(state) ? largest(newest) : null, unit: "ratio", ageSeconds, freshPods };
}

/** Returns one track of used ÷ total a GPU. A total of 0 or a use above it is no reading (a failed poll leaves zeros). */
function gpuRatios(pod: ObservedPod): readonly Track[] {
  const totals = tracksOf(pod, FAMILY.gpuMemoryTotal, null);
  return tracksOf(pod, FAMILY.gpuMemoryUsed, null).map((used) => {
    const total = totals.find(({ labels }) => labels.gpuUuid === used.labels.gpuUuid);
    return ratioTrack(used, total);
  });
}

function ratioTrack(used: Track, total: Track | undefined): Track {
  const kept = used.times.flatMap((time, index) => {
    const whole = total?.values[countUntil(total.times, time) - 1] ?? 0;
    // Without its sign a zero below zero is a plain one, as it is in every record.
    const part = Math.abs(used.values[index] ?? 0);
    return whole > 0 && part <= whole ? [{ time, ratio: part / whole }] : [];
  });
  return {
    labels: used.labels,
    times: kept.map(({ time }) => time),
    values: kept.map(({ ratio }) => ratio),
    lastSeenAt: used.lastSeenAt,
  };
}
