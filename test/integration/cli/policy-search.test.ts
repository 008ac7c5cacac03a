// `compare` and `tune` on a short scenario: what an engineer sees before merging a change of a policy.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { ComparisonResult } from "../../../src/domain/comparison-result.ts";
import type { TuningResult } from "../../../src/domain/tuning-result.ts";
import { command, folderWith } from "../../support/command-line.ts";

const SCENARIO = `apiVersion: tidemark.dev/v1alpha1
kind: Simulation
metadata: { name: ramp }
spec:
  duration: 40m
  seeds: [1, 2]
  workloads:
    - namespace: ai
      name: triton
      replicas: { initial: 3 }
      models:
        - name: embedder
          batching: { maxBatchSize: 4, instances: 1 }
          service: { executionTime: { 1: 100ms, 4: 100ms } }
          traffic: [ { generator: poisson, phases: [ { for: 10m, rate: [30, 60] }, { for: 30m, rate: 60 } ] } ]
  candidates: [ { name: ours, policies: [ base/embedder.yaml ] } ]
`;

function policy(targetPerReplica: number, name = "embedder"): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${name} }
spec:
  target: { kind: Deployment, namespace: ai, name: triton }
  models: [ { name: embedder } ]
  replicas: { min: 1, max: 12 }
  objective: { percentile: 99, latency: 400ms }
  signals:
    requestRate: { targetPerReplica: ${targetPerReplica} } # measured in May
    pendingRequests: { targetPerReplica: 8 }
`;
}

const TUNING = `apiVersion: tidemark.dev/v1alpha1
kind: Tuning
metadata: { name: embedder }
spec:
  scenario: ramp.yaml
  space: { spec.signals.requestRate.targetPerReplica: { from: 5, to: 36 } }
  split: { train: 0.5, validate: 0.25, holdOut: 0.25 }
  seeds: 2
  budget: { evaluations: 30 }
  require: { attainmentRatioMin: 0.99 }
  minimize: gpuHours
`;

let folder = "";
const at = (...path: readonly string[]): string => join(folder, ...path);

beforeEach(async () => {
  folder = await folderWith({
    "ramp.yaml": SCENARIO,
    "tuning.yaml": TUNING,
    // A third of what a replica carries: made bad on purpose.
    "base/embedder.yaml": policy(8),
    "head/embedder.yaml": policy(24),
    "other/other.yaml": policy(8).replace("name: triton }", "name: triton-other }"),
  });
});

describe("tidemark compare", () => {
  it("names the difference and its interval for two folders that differ in one value", async () => {
    const run = await command(
      "compare",
      "--base",
      at("base"),
      "--head",
      at("head"),
      "--json",
      at("ramp.yaml"),
    );
    expect(run.code).toBe(0);
    const result: ComparisonResult = JSON.parse(run.stdout);
    const [pair] = result.pairs;
    expect(pair).toMatchObject({ scenario: "ramp", policy: "ai/embedder", n: 2 });
    expect(pair?.gpuHours.high).toBeLessThan(0);
    expect(pair?.gpuHours.head).toBeLessThan((pair?.gpuHours.base ?? 0) / 2);
  });

  it("two equal folders differ in nothing, to the last bit", async () => {
    const run = await command("compare", "--base", at("base"), "--head", at("base"), at("ramp.yaml"));
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^Passed: no gate broken; nothing differs in 1 comparison\n/);
  });

  it("a broken gate ends with 1 and says which, as Markdown for a comment", async () => {
    const gate = ["--max-gpu-hours-increase", "0.05", "--markdown"];
    const run = await command(
      "compare",
      "--base",
      at("head"),
      "--head",
      at("base"),
      ...gate,
      at("ramp.yaml"),
    );
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^### Failed: 1 gate broken; differences in 1 of 1 comparison\n/);
    expect(run.stdout).toMatch(
      /- \*\*broken:\*\* ai\/embedder under ramp: GPU-hours rise by at least [\d.]+ %, at most 5 % allowed/,
    );
    expect(run.stdout).toContain(
      "| scenario | policy | seeds | GPU-hours | in time % | p99 ms | reversals |",
    );
  });

  it.each([
    {
      name: "a ratio that is none",
      args: ["--head", "head", "--max-attainment-loss", "1%"],
      message: "--max-attainment-loss 1% is no ratio, as 0.05 for 5 %",
    },
    {
      name: "a folder without a policy for the scenario",
      args: ["--head", "other"],
      message: /no policy in .*other is for a workload of scenario ramp/,
    },
  ])("$name ends with 2", async ({ args: [flag = "", head = "", ...rest], message }) => {
    const run = await command("compare", "--base", at("base"), flag, at(head), ...rest, at("ramp.yaml"));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});

describe("tidemark tune", () => {
  it("finds a better target than a bad one, confirms it, and writes the policy with its comments", async () => {
    const run = await command("tune", at("tuning.yaml"), "--workers", "1", "--json", "--out", at("out"));
    expect(run.code).toBe(0);
    const result: TuningResult = JSON.parse(run.stdout);
    const change = result.changes["spec.signals.requestRate.targetPerReplica"];
    expect(change?.from).toBe(8);
    expect(change?.to).toBeGreaterThan(16);
    expect(result.recommended?.difference.gpuHours.high).toBeLessThan(0);
    expect(result.recommended?.holdOut.attainmentRatio).toBeGreaterThanOrEqual(0.99);
    expect(await readFile(at("out", "policy.yaml"), "utf8")).toBe(policy(Number(change?.to)));
    const front = (await readFile(at("out", "front.csv"), "utf8")).split("\n");
    expect(front[0]).toBe(
      "spec.signals.requestRate.targetPerReplica,gpuHours,attainmentRatio,reversals,latencyP99Ms",
    );
    expect(front.length).toBe(result.front.length + 2);
    expect(await readFile(at("out", "report.html"), "utf8")).toContain("<h1>Tuning: embedder</h1>");
  }, 60_000);

  it.each([
    { name: "no such file", args: ["missing.yaml"], message: /cannot read the tuning .*missing\.yaml/ },
    { name: "a document of another kind", args: ["ramp.yaml"], message: /ramp\.yaml:\d+:\d+: .*Tuning/ },
    {
      name: "workers that are no number",
      args: ["tuning.yaml", "--workers", "two"],
      message: /--workers two: must be a whole number from 1 to 256/,
    },
  ])("$name ends with 2", async ({ args: [file = "", ...rest], message }) => {
    const run = await command("tune", at(file), ...rest);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });

  it("says what a space lacks whose policies are all refused", async () => {
    await writeFile(at("base", "embedder.yaml"), policy(20).replace(/ {4}requestRate.*\n/, ""));
    await writeFile(
      at("windows.yaml"),
      TUNING.replace(/space: .*/, "space: { spec.signals.requestRate.window: { from: 1m, to: 5m } }"),
    );
    expect(await command("tune", at("windows.yaml"), "--workers", "1")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^spec\.space holds no valid policy: .*targetPerReplica/),
    });
  });
});
