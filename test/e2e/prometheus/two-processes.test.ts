// Two `serve` processes on one Prometheus, killed again and again, asked in turn as KEDA asks its replicas.

import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { CHECKOUT } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { freePort, type PastSample, prometheusMissing, startPrometheus } from "./prometheus-server.ts";

const MISSING = prometheusMissing();
const SECONDS_OF_PAST = 120;
const SECONDS_OF_FUTURE = 240;
/** When which process is killed, in seconds after both are ready. */
const KILLS = [
  { at: 3, process: 1 },
  { at: 7, process: 0 },
  { at: 12, process: 1 },
] as const;
/** Ticks that both processes must have told of. */
const COMMON_TICKS = 12;
const LIMIT_SECONDS = 180;

const POLICY = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: embedder }
spec:
  target: { kind: Deployment, namespace: ai, name: triton }
  models: [ { name: m } ]
  replicas: { min: 1, max: 40 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    requestRate: { targetPerReplica: 10, window: 10s }
    pendingRequests: { targetPerReplica: 8, window: 5s }
  startup: { expected: 5s }
  scaleIn: { stabilizationWindow: 10s, cooldown: 5s, limits: [ { replicas: 2, per: 5s } ] }
  scaleOut: { limits: [ { replicas: 3, per: 5s } ] }
  missingData: { maxAge: 10s, holdFor: 60s }
`;

type Told = { readonly at: string; readonly answer: number | null };

describe.skipIf(MISSING !== null)(`two processes on one Prometheus ${MISSING ?? ""}`, () => {
  test("tell the same at every tick, through kills of either", async () => {
    const server = await startPrometheus({ samples: waves(Math.floor(Date.now() / 1000)) });
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "embedder.yaml"), POLICY);
    const start = async (): Promise<Process> => await startProcess(server.url, directory);
    const processes = [await start(), await start()];
    const told: Map<string, number | null>[] = [new Map(), new Map()];
    const kills = [...KILLS];
    const begun = Date.now();
    while (kills.length > 0 || commonTicks(told).length < COMMON_TICKS) {
      if (Date.now() - begun > LIMIT_SECONDS * 1000) throw new Error("too few ticks in common");
      const [kill] = kills;
      if (kill !== undefined && Date.now() - begun >= kill.at * 1000) {
        kills.shift();
        processes[kill.process]?.child.kill("SIGKILL");
        processes[kill.process] = await start();
      }
      for (const [index, { http }] of processes.entries()) {
        for (const { at, answer } of await decisions(http)) told[index]?.set(at, answer);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const [one = new Map<string, number | null>(), other = new Map<string, number | null>()] = told;
    const common = commonTicks(told);
    expect(common.map((at) => [at, other.get(at)])).toEqual(common.map((at) => [at, one.get(at)]));
    expect(new Set(one.values()).size).toBeGreaterThan(1);
  });
});

function commonTicks([one, other]: readonly ReadonlyMap<string, unknown>[]): readonly string[] {
  return [...(one?.keys() ?? [])].filter((at) => other?.has(at) === true);
}

type Process = { readonly child: ChildProcess; readonly http: string };

async function startProcess(url: string, policies: string): Promise<Process> {
  const config = join(await temporaryDirectory(), "config.yaml");
  const [grpc, http] = [await freePort(), await freePort()];
  await writeFile(
    config,
    `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: two }
spec:
  tick: { interval: 2s, lag: 1s }
  source: { kind: prometheus, prometheus: { url: "${url}", scrapeInterval: 1s } }
  grpc: { address: "127.0.0.1:${grpc}" }
  http: { address: "127.0.0.1:${http}" }
  logging: { level: error }
`,
  );
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "src/main.ts", "serve", "--config", config, "--policies", policies],
    {
      cwd: CHECKOUT,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("exit", () => reject(new Error("serve ended before it was ready")));
  });
  return { child, http: `http://127.0.0.1:${http}` };
}

/** Returns what a process told at its ticks, from its first number on: until it has read the past it has none. */
async function decisions(http: string): Promise<readonly Told[]> {
  const response = await fetch(`${http}/api/v1/decisions?policy=ai/embedder&limit=100`);
  const body = JSON.parse(await response.text());
  const newestFirst: readonly Told[] = body.decisions.map(
    (record: { readonly at: string; readonly answer: { readonly metricValue: number | null } }): Told => ({
      at: record.at,
      answer: record.answer.metricValue,
    }),
  );
  return newestFirst.slice(0, newestFirst.findLastIndex(({ answer }) => answer !== null) + 1);
}

/** Traffic that rises and falls every 16 s on three pods, from two minutes ago to four minutes ahead. */
function* waves(now: number): Generator<PastSample> {
  const counts = [0, 0, 0];
  for (let seconds = now - SECONDS_OF_PAST; seconds < now + SECONDS_OF_FUTURE; seconds += 1) {
    const rate = 12 + 10 * Math.sin((2 * Math.PI * seconds) / 16);
    for (const [index, before] of counts.entries()) {
      const count = before + Math.round(rate);
      counts[index] = count;
      const pod = {
        namespace: "ai",
        pod: `triton-6d4cf56db6-x2k8${index}`,
        instance: `10.0.0.${index}:8002`,
      };
      const sample = (name: string, value: number, labels = {}): PastSample => ({
        name,
        labels: { ...pod, ...labels },
        value,
        seconds: seconds + 0.1 * index,
      });
      const model = { model: "m", version: "1" };
      yield sample("up", 1);
      yield sample("nv_inference_request_success", count, model);
      yield sample("nv_inference_request_failure", 0, model);
      yield sample("nv_inference_pending_request_count", 0, model);
    }
    for (const name of ["kube_deployment_spec_replicas", "kube_deployment_status_replicas_ready"]) {
      yield { name, labels: { namespace: "ai", deployment: "triton" }, value: 4, seconds };
    }
  }
}
