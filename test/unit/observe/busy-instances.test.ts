// Rule 10b: how many executions run at a time.

import { describe, expect, it } from "vitest";
import type { PodSamples, Series } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { NOW, withTwins } from "../../support/observed.ts";
import { aPod, aSeries, every } from "../../support/samples-builder.ts";
import { capacity, saturated, unusableAt } from "../../support/saturated-server.ts";

describe("busy instances (rule 10b)", () => {
  it.each<[string, readonly PodSamples[], readonly [number | null, number | null]]>([
    ["one pod", [aPod("p-0", saturated())], [1, 1]],
    [
      "pods of unlike load",
      [aPod("p-0", saturated()), aPod("p-1", saturated({ rate: 20, batch: 1 }))],
      [3, 2],
    ],
    ["no load", [aPod("p-0", saturated({ rate: 0 }))], [0, 0]],
    ["no compute times", [aPod("p-0", saturated({ computeMs: 0 }))], [null, null]],
    [
      "one pod without compute times",
      [aPod("p-0", saturated()), aPod("p-1", saturated({ computeMs: 0 }))],
      [null, null],
    ],
    ["no samples", [aPod("p-0", [])], [null, null]],
    [
      "an unusable sample",
      [aPod("p-0", unusableAt(NOW - 9, "nv_inference_exec_count", saturated()))],
      [1, 1],
    ],
    ["a GPU's zero twins", [aPod("p-0", withTwins(saturated()))], [1, 1]],
  ])("%s", (_, pods, expected) => {
    const { busyInstances, busiestPodInstances } = capacity(pods);
    expect([busyInstances, busiestPodInstances]).toEqual(expected);
  });

  it("are not counted twice where batches grew within the window", () => {
    const grown = (one: number, other: number) => (t: number) =>
      one * Math.min(t, NOW - 30) + other * Math.max(0, t - (NOW - 30));
    const counter = (name: string, value: (t: number) => number): Series =>
      aSeries(`nv_inference_${name}`, every(1, { from: 0, to: NOW }, value));
    const pod = aPod("p-0", [
      counter("request_success", grown(20, 80)),
      counter("exec_count", grown(20, 10)),
      counter("compute_infer_duration_us", grown(20 * 25_000, 80 * 100_000)),
    ]);
    expect(capacity([pod]).busyInstances).toBeCloseTo((20 * 0.025 + 10 * 0.1) / 2, 9);
  });

  it("add up over models, on the busiest pod too", () => {
    const models = ["embedder", "ranker"].map((name) => ({ name, maxQueueDelay: seconds(0), weight: 3 }));
    const both = aPod("p-0", [...saturated(), ...saturated({ model: "ranker", computeMs: 50 })]);
    expect(capacity([both, aPod("p-1", saturated())], { models })).toMatchObject({
      busyInstances: 2.5,
      busiestPodInstances: 1.5,
    });
  });
});
