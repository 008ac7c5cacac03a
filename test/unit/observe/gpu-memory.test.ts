// Rule 18: the fullest GPU.

import { describe, expect, it } from "vitest";
import type { PodSamples } from "../../../src/domain/samples.ts";
import { DECLARED } from "../../support/builders.ts";
import { NOW, observe, server } from "../../support/observed.ts";
import { aDeviceSeries, aPod, every, samplesOf } from "../../support/samples-builder.ts";

describe("GPU memory (rule 18)", () => {
  const gpu = (uuid: string, [used, total]: readonly [number, number], to = NOW) => [
    aDeviceSeries(
      "nv_gpu_memory_used_bytes",
      every(1, { from: 0, to }, () => used),
      uuid,
    ),
    aDeviceSeries(
      "nv_gpu_memory_total_bytes",
      every(1, { from: 0, to }, () => total),
      uuid,
    ),
  ];
  const read = (...pods: readonly PodSamples[]) => {
    const { state, value, freshPods } =
      observe(samplesOf(...pods), { signals: { gpuMemory: DECLARED.gpuMemory } }).signals.gpuMemory ?? {};
    return [state, value, freshPods];
  };

  it("is the highest ratio over pods and GPUs, and never idle", () => {
    expect(
      read(aPod("p-0", [...gpu("a", [10, 80]), ...gpu("b", [60, 80])]), aPod("p-1", gpu("c", [0, 40]))),
    ).toEqual(["live", 0.75, 2]);
  });

  it.each<[string, PodSamples, unknown]>([
    ["a total of 0", aPod("p", gpu("a", [0, 0])), ["implausible", null, 0]],
    ["more used than there is", aPod("p", gpu("a", [81, 80])), ["implausible", null, 0]],
    ["a use of −0, as text can say it", aPod("p", gpu("a", [-0, 80])), ["live", 0, 1]],
    ["no series", aPod("p", server()), ["absent", null, 0]],
    ["old samples", aPod("p", gpu("a", [1, 2], 100)), ["stale", null, 0]],
    [
      "one GPU of two that says nothing",
      aPod("p", [...gpu("a", [70, 80]), ...gpu("b", [0, 0])]),
      ["stale", null, 0],
    ],
  ])("%s", (_, pod, expected) => {
    expect(read(pod)).toEqual(expected);
  });
});
