// A real Triton server as a process of the test: found, started on loopback ports, stopped or killed by its own pid.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { freePorts } from "../../support/free-ports.ts";

const MODELS = fileURLToPath(new URL("./models", import.meta.url));
const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));
const SHARED_MEMORY = "/dev/shm";
const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 30_000;

/** What `.ci/install-triton` says of the server it installed. */
export type TritonInstallation = {
  readonly server: string;
  readonly environment: string;
  readonly library: string;
};

/** Where one server listens; kept over its restarts, as a pod's name would be. */
export type TritonPorts = { readonly http: number; readonly metrics: number };

export type TritonServer = {
  readonly ports: TritonPorts;
  /** Ends it in good order. Open connections to it should be closed before. */
  stop(): Promise<void>;
  /** Ends it as a crash would: at once and without a word. */
  kill(): Promise<void>;
};

/** Returns the installed server, or null where `.ci/install-triton` has not run. */
export function findTriton(): TritonInstallation | null {
  const directory = process.env["TIDEMARK_TRITON"] || join(CHECKOUT, ".cache", "triton");
  const file = join(directory, "triton.json");
  if (!existsSync(file)) return null;
  const found = JSON.parse(readFileSync(file, "utf8")) as TritonInstallation;
  return existsSync(join(found.server, "bin", "tritonserver")) ? found : null;
}

/** Returns two free loopback ports. */
export async function tritonPorts(): Promise<TritonPorts> {
  const [http = 0, metrics = 0] = await freePorts(2);
  return { http, metrics };
}

/** Starts a server with the model `embedder` and resolves once it is ready. */
export async function startTriton(
  installation: TritonInstallation,
  ports: TritonPorts,
): Promise<TritonServer> {
  const regionPrefix = `tidemark_${process.pid}_${ports.http}_`;
  const child = spawnServer(installation, ports, regionPrefix);
  const log: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  const gone = once(child, "exit");
  try {
    await untilReady(ports, child);
  } catch (error) {
    await end(child, { signal: "SIGKILL", gone, regionPrefix });
    throw new Error(`Triton did not start: ${log.join("").slice(-4000)}`, { cause: error });
  }
  return {
    ports,
    stop: () => end(child, { signal: "SIGTERM", gone, regionPrefix }),
    kill: () => end(child, { signal: "SIGKILL", gone, regionPrefix }),
  };
}

/** Starts the program with these flags, in a folder of its own. */
export function spawnTriton(
  { server, environment, library }: TritonInstallation,
  flags: readonly string[],
  scratch: string,
): ChildProcess {
  // Its stubs are processes too: a group of its own lets one signal reach them all.
  return spawn(`${server}/bin/tritonserver`, [`--backend-directory=${server}/backends`, ...flags], {
    cwd: scratch,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: `${environment}/bin:${process.env["PATH"] ?? ""}`,
      LD_LIBRARY_PATH: library,
      PYTHONDONTWRITEBYTECODE: "1",
      TMPDIR: scratch,
    },
  });
}

function spawnServer(
  installation: TritonInstallation,
  ports: TritonPorts,
  regionPrefix: string,
): ChildProcess {
  const scratch = mkdtempSync(join(tmpdir(), "tidemark-triton-"));
  const flags = [
    `--model-repository=${MODELS}`,
    "--model-control-mode=explicit",
    "--load-model=embedder",
    "--allow-grpc=false",
    "--http-address=127.0.0.1",
    `--http-port=${ports.http}`,
    "--metrics-address=127.0.0.1",
    `--metrics-port=${ports.metrics}`,
    "--allow-gpu-metrics=false",
    "--metrics-interval-ms=500",
    "--metrics-config=summary_latencies=true",
    `--backend-config=python,shm-region-prefix-name=${regionPrefix}`,
    "--exit-timeout-secs=3",
  ];
  const child = spawnTriton(installation, flags, scratch);
  child.once("exit", () => rmSync(scratch, { recursive: true, force: true }));
  return child;
}

async function untilReady(ports: TritonPorts, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const answered = await fetch(`http://127.0.0.1:${ports.http}/v2/health/ready`).catch(() => null);
    if (answered?.status === 200) return;
    await wait(100);
  }
  throw new Error(`not ready within ${READY_WITHIN_MS} ms`);
}

async function end(
  child: ChildProcess,
  {
    signal,
    gone,
    regionPrefix,
  }: {
    readonly signal: "SIGTERM" | "SIGKILL";
    readonly gone: Promise<unknown>;
    readonly regionPrefix: string;
  },
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    // In good order the server itself ends its stubs.
    if (signal === "SIGTERM") child.kill(signal);
    else signalGroup(child, signal);
    await Promise.race([gone, wait(STOPPED_WITHIN_MS, undefined, { ref: false })]);
  }
  signalGroup(child, "SIGKILL");
  await gone;
  removeRegions(regionPrefix);
}

function signalGroup(child: ChildProcess, signal: "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}

/** A killed server leaves its shared memory behind, 1 MiB an instance. */
function removeRegions(prefix: string): void {
  if (!existsSync(SHARED_MEMORY)) return;
  for (const name of readdirSync(SHARED_MEMORY)) {
    if (name.startsWith(prefix)) rmSync(join(SHARED_MEMORY, name), { force: true });
  }
}
