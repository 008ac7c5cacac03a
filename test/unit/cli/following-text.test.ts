// How closely replicas followed the need, in words, on series that can be worked out by hand.

import { describe, expect, it } from "vitest";
import { followingLines } from "../../../src/cli/following-text.ts";
import type { CandidateCourse, ReplicaSeries } from "../../../src/domain/simulation-course.ts";

function series(workload: string, demand: readonly number[], supply: readonly number[]): ReplicaSeries {
  return { workload, slotSeconds: 900, demand, supply, arrived: [], good: [], desired: [] };
}

function course(changes: Partial<CandidateCourse>): CandidateCourse {
  return {
    candidate: "ours",
    timeline: [],
    pods: [],
    series: [],
    latency: [],
    queues: [],
    foresight: [],
    ...changes,
  };
}

describe("replicas against the need", () => {
  it("tells time with too few, with too many, and what moved beyond the need", () => {
    const flat = course({ series: [series("ai/triton", [1, 2, 2, 1], [2, 2, 2, 2])] });
    const late = course({ candidate: "late", series: [series("ai/triton", [1, 2, 2, 2], [1, 1, 2, 1])] });
    expect(followingLines([flat, late]).following).toEqual([
      "ours: too few 0.00 % of the time, too many 50.00 %, 2.0 fewer changes an hour than the need",
      "late: too few 50.00 % of the time, too many 0.00 %, 1.0 more changes an hour than the need",
    ]);
  });

  it("names the workload where there are several, and says where there is nothing to tell", () => {
    const two = course({ series: [series("ai/one", [1, 1], [1, 1]), series("ai/two", [], [])] });
    expect(followingLines([two]).following).toEqual([
      "ours, ai/one: too few 0.00 % of the time, too many 0.00 %, 0.0 more changes an hour than the need",
      "ours, ai/two: too short to tell",
    ]);
  });

  it("puts plan and bound beside each other only where a plan was searched", () => {
    const known = course({
      candidate: "clairvoyant",
      foresight: [{ workload: "ai/triton", planGpuHours: 13.7182, leastGpuHours: 12.5 }],
    });
    expect(followingLines([course({}), known])).toEqual({
      following: [],
      possible: [
        "clairvoyant: plan 13.718 GPU-hours; certified bound 12.500: with less nobody meets the objective",
      ],
    });
  });
});
