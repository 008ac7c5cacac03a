// `tidemark serve` as built, over a fleet's Prometheus, with a probe inside that measures stalls of its event loop.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { nameOf, namespaceOf, PODS_EACH } from "./names.ts";

/** The tick in milliseconds, and how long a start may take. */
export const TICK_MS = 15_000;
const READY_WITHIN_MS = 120_000;
const ENTRY = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));
const PROBE = new URL("stall-probe.js", import.meta.url).href;

/**
 * Of the event loop that answers calls, since the last look: the longest stall, and the same without waits for a busy
 * processor.
 */
export type Stalls = {
  readonly stallMs: number;
  readonly ownStallMs: number;
  /** How many lasted more than 20 ms. */
  readonly stalls: number;
  readonly ownStalls: number;
  /** The longest stall of the thread that ticks, which may be the same. */
  readonly tickingStallMs: number;
  readonly cpuSeconds: number;
};

export type FleetService = {
  readonly child: ChildProcess;
  readonly grpcPort: number;
  readonly httpUrl: string;
  readonly readySeconds: number;
  /** Of the processor until then: what it would take at least on a machine with nothing else to do. */
  readonly readyCpuSeconds: number;
};

/** Starts the service; resolves once it is ready. `profileTo` is a folder for a profile of its processor time. */
export async function startFleetService({
  policies,
  prometheusUrl,
  folder,
  profileTo,
  tls = null,
  objective = "500ms",
}: {
  readonly policies: number;
  readonly prometheusUrl: string;
  readonly folder: string;
  readonly profileTo: string | null;
  /** What stands under `grpc.tls`, as JSON has it. */
  readonly tls?: Readonly<Record<string, unknown>> | null;
  /** Of latency; the fleet's is about two seconds. */
  readonly objective?: string;
}): Promise<FleetService> {
  if (!existsSync(ENTRY)) throw new Error("tidemark is not built: run `npm run build` first");
  const [config, policyFolder] = [join(folder, "scaler.yaml"), join(folder, "policies")];
  await mkdir(policyFolder);
  await writeFile(config, configurationFor(prometheusUrl, tls));
  for (let index = 0; index < policies; index += 1) {
    await writeFile(join(policyFolder, `${nameOf(index)}.yaml`), policyFile(index, objective));
  }
  const profiling = profileTo === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileTo}`];
  const startedMs = performance.now();
  const child = fork(ENTRY, ["serve", "--config", config, "--policies", policyFolder], {
    execArgv: ["--import", PROBE, ...profiling],
    stdio: ["ignore", "pipe", openSync(join(folder, "serve.log"), "w"), "ipc"],
  });
  const line = await readyLine(child);
  const [, grpcPort, http] = /^ready grpc=.*:(\d+) http=(\S+) /.exec(line) ?? [];
  if (!line.endsWith(` policies=${policies}`)) throw new Error(`serve printed ${JSON.stringify(line)}`);
  return {
    child,
    grpcPort: Number(grpcPort),
    httpUrl: `http://${http}`,
    readySeconds: (performance.now() - startedMs) / 1000,
    readyCpuSeconds: cpuSecondsOf(child),
  };
}

/** Returns the processor time of all threads so far; the kernel counts it in hundredths of a second. */
function cpuSecondsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Returns the stalls since the last call and the processor time since the start. */
export async function takeStalls({ child }: FleetService): Promise<Stalls> {
  child.send("take");
  const [stalls] = await once(child, "message");
  return stalls;
}

/** Returns the memory that the service holds now and held at most, in MiB. */
export function memoryOf({ child }: FleetService): { readonly rssMiB: number; readonly peakRssMiB: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { rssMiB: read("VmRSS"), peakRssMiB: read("VmHWM") };
}

/** Returns ticks by result and the seconds they took in all, as the service counts them. */
export async function ticksOf({ httpUrl }: FleetService): Promise<{
  readonly ok: number;
  readonly notOk: number;
  readonly seconds: number;
}> {
  const page = await (await fetch(`${httpUrl}/metrics`)).text();
  const read = (series: string): number => {
    const line = page.split("\n").find((each) => each.startsWith(`${series} `));
    return Number(line?.slice(series.length) ?? 0);
  };
  const ok = read('tidemark_ticks_total{result="ok"}');
  const notOk =
    read('tidemark_ticks_total{result="failed"}') + read('tidemark_ticks_total{result="skipped"}');
  return { ok, notOk, seconds: read("tidemark_tick_duration_seconds_sum") };
}

async function readyLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("serve has no output");
  const lines = createInterface({ input: child.stdout });
  const late = AbortSignal.timeout(READY_WITHIN_MS);
  const gone = once(child, "exit", { signal: late }).then(() => [""]);
  gone.catch(() => undefined);
  const [line] = await Promise.race([once(lines, "line", { signal: late }), gone]);
  return String(line);
}

function configurationFor(url: string, tls: Readonly<Record<string, unknown>> | null): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: fleet }
spec:
  tick: { interval: ${TICK_MS / 1000}s, lag: 2s }
  source: { kind: prometheus, prometheus: { url: "${url}" } }
  grpc: { address: "127.0.0.1:0", tls: ${JSON.stringify(tls)} }
  http: { address: "127.0.0.1:0" }
`;
}

function policyFile(index: number, objective: string): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${nameOf(index)} }
spec:
  target: { kind: Deployment, namespace: ${namespaceOf(index)}, name: ${nameOf(index)} }
  models: [ { name: model-${index} } ]
  replicas: { min: 1, max: ${PODS_EACH * 4} }
  objective: { percentile: 95, latency: ${objective} }
  signals:
    requestRate: { targetPerReplica: 60 }
    inFlight: { targetPerReplica: 6 }
    pendingRequests: { targetPerReplica: 8 }
    queueDuration: { target: 50ms }
    latency: {}
    gpuMemory: {}
  startup: { expected: 2m }
`;
}
