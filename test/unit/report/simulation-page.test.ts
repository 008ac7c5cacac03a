// The report of a simulation: what it says, that nothing in it is markup by accident, and that it stays small.

import { describe, expect, it } from "vitest";
import type { CandidateCourse, ReportFacts } from "../../../src/domain/simulation-course.ts";
import type { SimulationResult, SimulationRun, TimelineRow } from "../../../src/domain/simulation-result.ts";
import { simulationPage } from "../../../src/report/simulation-page.ts";

const WORKLOAD = "ai/triton";

function run(candidate: string, gpuHours: number): SimulationRun {
  return {
    candidate,
    workload: WORKLOAD,
    model: "embedder",
    seed: 1,
    durationSeconds: 86_400,
    requests: { arrived: 100, succeeded: 99, rejected: 1, timedOut: 0, failed: 0, unfinished: 0 },
    batches: { executions: 50, meanBatch: 2 },
    latencyMs: { mean: 100, p50: 90, p90: 150, p95: 180, p99: 250, max: 400 },
    queueMs: { mean: 10, p50: 5, p95: 30, p99: 60, max: 200 },
    attainmentRatio: 0.99,
    gpuHours: { total: gpuHours, serving: gpuHours, starting: 0, draining: 0, idle: 0 },
    replicas: { min: 3, max: 9, mean: 4, final: 3 },
    scaling: { scaleOuts: 2, scaleIns: 2, reversals: 1, firstScaleOutSeconds: 60, recoverySeconds: 0 },
    invariantBreaches: [],
  };
}

function result(...candidates: readonly string[]): SimulationResult {
  return {
    kind: "SimulationResult",
    v: 1,
    version: "0.1.0",
    scenario: "surge",
    scenarioHash: "9f2c4e5a01b7d3c8",
    runs: candidates.map((candidate, index) => run(candidate, 10 + index)),
    expect: [],
    ok: true,
  };
}

const FACTS: ReportFacts = {
  durationSeconds: 86_400,
  objectives: [{ workload: WORKLOAD, model: "embedder", latencyMs: 500, percentile: 99 }],
  capacities: [{ workload: WORKLOAD, requestsPerSecond: 40 }],
};

/** A day of ticks every 15 s, slots every minute and 64 pods that come and go. */
function day(candidate: string): CandidateCourse {
  const timeline = Array.from({ length: 5760 }, (_, tick): TimelineRow => {
    const desired = 3 + Math.round(3 * Math.sin(tick / 200) + 3);
    return {
      timeSeconds: tick * 15,
      candidate,
      workload: WORKLOAD,
      arrivalRate: 100 + 37 * Math.sin(tick / 7),
      pending: tick % 13,
      desired,
      ready: desired,
      starting: tick % 3,
      draining: 0,
      recommendedRaw: desired,
      published: desired,
      latencyP99Ms: 200,
      reason: "LARGEST_WISH (requestRate)",
    };
  });
  const minutes = Array.from({ length: 1440 }, (_, minute) =>
    minute % 97 === 0 ? null : 80 + (minute % 31),
  );
  const pods = Array.from({ length: 64 }, (_, pod) => `triton-7d9f8c-${pod}`);
  return {
    candidate,
    timeline,
    pods: pods.map((pod, index) => ({
      workload: WORKLOAD,
      pod,
      phase: "ready",
      fromSeconds: index,
      toSeconds: 8e4,
    })),
    series: [],
    latency: [
      {
        workload: WORKLOAD,
        model: "embedder",
        slotSeconds: 60,
        p50Ms: minutes,
        p90Ms: minutes,
        p99Ms: minutes,
      },
    ],
    queues: [{ workload: WORKLOAD, slotSeconds: 60, pods: pods.map((pod) => ({ pod, pending: minutes })) }],
    foresight: [],
  };
}

describe("the report of a simulation", () => {
  it("says the conclusion before anything is drawn, and names every candidate with its cost", () => {
    const page = simulationPage({
      result: result("ours", "fixed-3"),
      facts: FACTS,
      courses: [],
      verdict: {
        conclusion: "ours meets the objective with 10 GPU-hours",
        sections: [{ title: "rejected", lines: ["fixed-3: costs 1 GPU-hour more"] }],
      },
    });
    const text = page.replace(/<style>[^]*<\/style>/, "").replace(/<[^>]*>/g, " ");
    expect(text.indexOf("ours meets the objective")).toBeLessThan(text.indexOf("Candidate"));
    expect(text).toMatch(/ours\s+99\.00 %\s+10\s+250 ms\s+1\s+9/);
    expect(text).toMatch(/fixed-3\s+99\.00 %\s+11\s+250 ms\s+1\s+9/);
  });

  it("needs nothing from elsewhere and takes no text for markup", () => {
    const page = simulationPage({
      result: result("<script>alert(1)</script>"),
      facts: FACTS,
      courses: [],
      verdict: { conclusion: 'a "conclusion" & more', sections: [] },
    });
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
    expect(page).toContain("&#60;script&#62;alert(1)&#60;/script&#62;");
    expect(page).toContain("a &#34;conclusion&#34; &#38; more");
  });

  it("of a day with 64 pods and twelve candidates is smaller than 400 kB", () => {
    const names = ["ours", "fixed-3", "keda", "knative", "watermark", "static", "a", "b", "c", "d", "e", "f"];
    const report = {
      result: result(...names),
      facts: FACTS,
      courses: names.map(day),
      verdict: { conclusion: "fine", sections: [] },
    };
    const page = simulationPage(report);
    expect(page.length).toBeGreaterThan(20_000);
    expect(Buffer.byteLength(page)).toBeLessThan(400_000);
    expect(simulationPage(report)).toBe(page);
  });

  it("draws where desired replicas changed, with the reason", () => {
    const page = simulationPage({
      result: result("ours"),
      facts: FACTS,
      courses: [day("ours")],
      verdict: { conclusion: "", sections: [] },
    });
    expect(page).toMatch(/<title>\d+h\d+m\d*s?: \d+ → \d+, LARGEST_WISH \(requestRate\)<\/title>/);
  });
});
