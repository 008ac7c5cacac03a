// `serve` on a simulated world: replicas follow the service's own answers, as they follow the policy in `simulate`.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { command, folderWith, running, serving, writeConfiguration } from "../../support/command-line.ts";

const EMBEDDER = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: embedder }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-embedder }
  models: [ { name: embedder } ]
  replicas: { min: 2, max: 8 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    requestRate: { targetPerReplica: 30 }
    pendingRequests: { targetPerReplica: 8, window: 30s }
    latency: {}
  startup: { expected: 1m }
  scaleIn: { stabilizationWindow: 1m, cooldown: 1m }
`;

const CAPTIONER = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: captioner }
spec:
  target: { kind: StatefulSet, namespace: batch, name: triton-captioner }
  models: [ { name: captioner } ]
  replicas: { min: 0, max: 4 }
  objective: { percentile: 95, latency: 5s }
  signals:
    requestRate: { targetPerReplica: 6 }
  startup: { expected: 1m }
  scaleIn: { stabilizationWindow: 1m, cooldown: 1m }
  activation: { query: sum(waiting), above: 0, cooldown: 2m }
`;

type Parts = { readonly controlPlane?: string; readonly more?: string };

/** Two workloads, one of which sleeps at zero for a while. */
function scenarioText({ controlPlane = "{}", more = "" }: Parts): string {
  const workload = "startup: { modelLoad: { p50: 20s, p95: 40s } }";
  return `apiVersion: tidemark.dev/v1alpha1
kind: Simulation
metadata: { name: world }
spec:
  start: "2026-01-05T06:30:07Z"
  duration: 20m
  seeds: [ 7 ]
  workloads:
    - namespace: ai-inference
      name: triton-embedder
      replicas: { initial: 2 }
      ${workload}
      models:
        - name: embedder
          batching: { maxBatchSize: 4 }
          service: { executionTime: { 1: 100ms, 4: 100ms }, spread: 0.2 }
          traffic: [ { generator: poisson, phases: [ { for: 3m, rate: 30 }, { for: 5m, rate: 110 }, { for: 12m, rate: 20 } ] } ]
    - kind: StatefulSet
      namespace: batch
      name: triton-captioner
      replicas: { initial: 1 }
      ${workload}
      models:
        - name: captioner
          batching: { maxBatchSize: 0 }
          service: { executionTime: { 1: 120ms } }
          traffic: [ { generator: poisson, phases: [ { for: 2m, rate: 4 }, { for: 10m, rate: 0 }, { for: 8m, rate: 10 } ] } ]
  controlPlane: ${controlPlane}
  candidates: [ { name: ours, policies: [ policies/embedder.yaml, policies/captioner.yaml ] } ]
${more}`;
}

type World = { readonly folder: string; readonly scenario: string; readonly policies: string };

async function worldWith(parts: Parts): Promise<World> {
  const folder = await folderWith({ "world.yaml": scenarioText(parts) });
  const policies = join(folder, "policies");
  await mkdir(policies);
  await writeFile(join(policies, "embedder.yaml"), EMBEDDER);
  await writeFile(join(policies, "captioner.yaml"), CAPTIONER);
  return { folder, scenario: join(folder, "world.yaml"), policies };
}

async function configurationOf(
  { folder }: World,
  { speed = "max", tick = "{ interval: 15s, lag: 2s }" } = {},
) {
  return await writeConfiguration(
    folder,
    `  tick: ${tick}
  source: { kind: simulation, simulation: { scenario: world.yaml, speed: ${speed} } }
  grpc: { address: "127.0.0.1:0" }
  decisions: { file: live.jsonl }
`,
  );
}

async function served(world: World, configuration: string): Promise<string> {
  const { code } = await running(["serve", "--config", configuration, "--policies", world.policies]).ended;
  expect(code).toBe(0);
  return await readFile(join(world.folder, "live.jsonl"), "utf8");
}

async function simulated({ folder, scenario }: World): Promise<string> {
  const log = join(folder, "simulated.jsonl");
  const { code } = await command("simulate", scenario, "--decisions", log);
  expect(code).toBe(0);
  return await readFile(log, "utf8");
}

/** Policies that tick at the same instant stand in the order of their files, or of the scenario's workloads. */
function linesOf(log: string, policy: string): readonly string[] {
  return log.split("\n").filter((line) => line.includes(`"policy":"${policy}"`));
}

/** The counts wanted of a workload, one after another. */
function wantedIn(log: string, policy: string): readonly (number | null)[] {
  const records = log
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((line) => line.kind === "decision" && line.policy === policy);
  return records
    .map((record): number | null => record.answer.metricValue)
    .filter((count, index, all) => count !== all[index - 1]);
}

describe("serve on a scenario", () => {
  test.each([
    { name: "by KEDA and the HPA", parts: {} },
    { name: "by its own writer", parts: { controlPlane: "{ actuation: autoscale }" } },
    {
      name: "through an outage of the metrics and a crash",
      parts: {
        more: "  faults: [ { at: 4m, for: 2m, kind: metrics-outage }, { at: 7m, kind: replica-crash } ]\n",
      },
    },
    {
      name: "over few scarce nodes",
      parts: {
        more: "  cluster: { pools: [ { name: a, nodes: { initial: 4, max: 6 }, provisioning: 2m, idleTimeout: 1m } ] }\n",
      },
    },
  ])("decides as `simulate` does, byte for byte, $name", { timeout: 30_000 }, async ({ parts }) => {
    const world = await worldWith(parts);
    const [live, offline] = [await served(world, await configurationOf(world)), await simulated(world)];
    for (const policy of ["ai-inference/embedder", "batch/captioner"])
      expect(linesOf(live, policy)).toEqual(linesOf(offline, policy));
    expect(live).toHaveLength(offline.length);
    expect(wantedIn(live, "ai-inference/embedder").length).toBeGreaterThan(3);
    expect(wantedIn(live, "batch/captioner")).toContain(0);
  });

  test("has replicas that come and go with its answers, on a grid of its own", {
    timeout: 30_000,
  }, async () => {
    const world = await worldWith({ controlPlane: "{ source: { kind: scrape }, actuation: immediate }" });
    const log = await served(world, await configurationOf(world, { tick: "{ interval: 5s, lag: 0s }" }));
    const records = log
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter((line) => line.kind === "decision" && line.policy === "ai-inference/embedder");
    expect(records).toHaveLength(240);
    for (const [index, { observation }] of records.slice(1).entries())
      expect(observation.replicas.desired).toBe(records[index].answer.metricValue ?? 2);
  });

  test("keeps the replicas of a workload that no policy is for", { timeout: 30_000 }, async () => {
    const world = await worldWith({});
    const policies = await folderWith({ "embedder.yaml": EMBEDDER });
    const log = await served({ ...world, policies }, await configurationOf(world));
    expect(wantedIn(log, "batch/captioner")).toEqual([]);
    expect(wantedIn(log, "ai-inference/embedder").length).toBeGreaterThan(3);
  });

  test("runs at the speed that is asked for, and ends when it is told to", async () => {
    const world = await worldWith({});
    const service = await serving(await configurationOf(world, { speed: "10" }), world.policies);
    expect(service.policies).toBe(2);
    const page = await (await fetch(`http://${service.http}/metrics`)).text();
    expect(page).toContain("\ntidemark_source_up 1\n");
    expect(page).toContain('tidemark_source_queries_total{source="simulation",result="ok"}');
    expect((await service.stop()).code).toBe(0);
  });

  test("is checked, and a scenario with a mistake keeps it from starting", async () => {
    const world = await worldWith({});
    const configuration = await configurationOf(world);
    const checked = await command("check", "--strict", "--config", configuration, world.policies);
    expect(checked.stdout).toBe("3 files, 0 errors, 0 warnings\n");
    await writeFile(world.scenario, "apiVersion: tidemark.dev/v1alpha1\nkind: Simulation\n");
    const { code, stderr } = await command("serve", "--config", configuration, "--policies", world.policies);
    expect(code).toBe(2);
    expect(stderr).toContain(`${world.scenario}:1:1: `);
  });
});
