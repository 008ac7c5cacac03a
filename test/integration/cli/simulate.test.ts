// `tidemark simulate` with its engine, as a user runs it: equal bytes for equal inputs, and a log that can be replayed.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SimulationResult } from "../../../src/domain/simulation-result.ts";
import { command } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const POLICY = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: burst }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-burst }
  models: [ { name: burst } ]
  replicas: { min: 2, max: 8 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    requestRate: { targetPerReplica: 24 }
    latency: {}
`;

const SCENARIO = `apiVersion: tidemark.dev/v1alpha1
kind: Simulation
metadata: { name: short }
spec:
  duration: 10m
  seeds: [ 1, 2 ]
  workloads:
    - namespace: ai-inference
      name: triton-burst
      replicas: { initial: 2 }
      models:
        - name: burst
          batching: { maxBatchSize: 4 }
          service: { executionTime: { 1: 100ms, 4: 100ms } }
          traffic: [ { generator: poisson, phases: [ { for: 3m, rate: 20 }, { for: 7m, rate: [ 20, 70 ] } ] } ]
  candidates:
    - { name: ours, policies: [ burst.yaml ] }
    - { name: fixed-8, baseline: static, replicas: 8 }
  faults: [ { at: 6m, kind: scaler-restart } ]
  expect: [ { candidate: fixed-8, attainmentRatioMin: 0.99 } ]
`;

async function written(scenario = SCENARIO): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "burst.yaml"), POLICY);
  await writeFile(join(directory, "short.yaml"), scenario);
  return directory;
}

async function simulated(directory: string, into: string) {
  await mkdir(join(directory, into));
  const file = (name: string) => join(directory, into, name);
  const ran = await command(
    "simulate",
    join(directory, "short.yaml"),
    "--json",
    "--report",
    file("r.html"),
    "--timeline",
    file("t.csv"),
    "--requests",
    file("r.csv"),
    "--decisions",
    file("d.jsonl"),
  );
  const [timeline, requests, decisions, report] = await Promise.all(
    ["t.csv", "r.csv", "d.jsonl", "r.html"].map((name) => readFile(file(name), "utf8")),
  );
  return { code: ran.code, stdout: ran.stdout, timeline, requests, decisions, report };
}

describe("simulate", () => {
  test("gives equal bytes for equal inputs, on stdout and in every file", async () => {
    const directory = await written();
    const first = await simulated(directory, "first");
    expect(first.code).toBe(0);
    expect(await simulated(directory, "second")).toEqual(first);
  });

  test("draws a report that begins with the verdict", async () => {
    const { report = "" } = await simulated(await written(), "out");
    expect(report).toMatch(/^<!doctype html>/);
    expect(report).toContain("ok: all expectations are met; ours");
    expect(report.length).toBeLessThan(400_000);
  });

  test("writes as many requests as arrived, and a tick each 15 s of both candidates", async () => {
    const { stdout, timeline = "", requests = "" } = await simulated(await written(), "out");
    const { runs }: SimulationResult = JSON.parse(stdout);
    expect(runs.map(({ candidate, seed }) => `${candidate} ${seed}`)).toEqual([
      "ours 1",
      "ours 2",
      "fixed-8 1",
      "fixed-8 2",
    ]);
    expect(requests.trimEnd().split("\n").length - 1).toBe(runs[0]?.requests.arrived);
    const ticks = timeline.trimEnd().split("\n").slice(1);
    expect(ticks.filter((row) => row.split(",")[1] === "ours").length).toBeGreaterThanOrEqual(39);
    expect(new Set(ticks.map((row) => row.split(",")[1]))).toEqual(new Set(["ours", "fixed-8"]));
  });

  test("lets all candidates meet the same requests, and other seeds others", async () => {
    const { runs }: SimulationResult = JSON.parse((await simulated(await written(), "out")).stdout);
    const [ours1, ours2, fixed1, fixed2] = runs.map(({ requests }) => requests.arrived);
    expect([fixed1, fixed2]).toEqual([ours1, ours2]);
    expect(ours1).not.toBe(ours2);
  });

  test("logs decisions that can be decided again, across a restart of the scaler", async () => {
    const directory = await written();
    const { decisions = "" } = await simulated(directory, "out");
    const kinds = decisions
      .trimEnd()
      .split("\n")
      .map((line): string => JSON.parse(line).kind);
    expect(kinds.slice(0, 3)).toEqual(["policy", "state", "decision"]);
    expect(kinds.filter((kind) => kind === "policy").length).toBe(2);
    const replayed = await command("replay", join(directory, "out", "d.jsonl"));
    expect(replayed.stdout).toMatch(/^[0-9]+ decisions of 1 policy replayed: equal\n$/);
    expect(replayed.code).toBe(0);
  });

  test("exits with 1 where the impossible is expected, and says what was missed", async () => {
    const directory = await written(
      SCENARIO.replace("expect: [", "expect: [ { candidate: ours, gpuHoursMax: 0 },"),
    );
    const { code, stdout } = await command("simulate", join(directory, "short.yaml"), "--seed", "5");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT ok: 1 expectation or invariant is missed; /);
    expect(stdout).toMatch(
      /ours: gpuHours [0-9.]+, at most 0 expected \(ai-inference\/triton-burst, seed 5\)/,
    );
  });
});
