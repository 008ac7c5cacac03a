// A real Triton with the command line of deploy/triton, on loopback, over a repository of the test's.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parse } from "yaml";
import { ROOT } from "../../architecture/source-files.ts";
import { spawnTriton, type TritonInstallation, type TritonPorts } from "./triton-server.ts";

const READY_WITHIN_MS = 120_000;
/** What stands in the flags of the manifest in the place of the repository. */
const REPOSITORY = "--model-repository=";

export type ShippedContainer = {
  readonly args: readonly string[];
  readonly startupProbe: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
};

export type ShippedServer = {
  readonly ports: TritonPorts;
  /** Answers with the status of a GET. */
  status(path: string): Promise<number>;
  /** Sends SIGTERM; resolves with the exit code and how long it took. */
  end(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  /** Ends what may be left of it. */
  clear(): Promise<void>;
};

/** Returns Triton's container as deploy/triton has it. */
export function shippedContainer(): ShippedContainer {
  const { spec } = parse(readFileSync(`${ROOT}deploy/triton/deployment.yaml`, "utf8")) as {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly [ShippedContainer] } };
    };
  };
  return spec.template.spec.containers[0];
}

type Place = {
  readonly ports: TritonPorts;
  readonly grpcPort: number;
  readonly repository: string;
  readonly scratch: string;
};

/** Starts it and resolves once the start-up probe succeeds. */
export async function startShipped(installation: TritonInstallation, place: Place): Promise<ShippedServer> {
  const container = shippedContainer();
  const { ports } = place;
  const child = spawnShipped(installation, container.args, place);
  const log: string[] = [];
  child.stderr?.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  const gone = once(child, "exit");
  const status = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${ports.http}${path}`, { headers: { connection: "close" } })).status;
  const clear = async (): Promise<void> => {
    endGroup(child);
    await gone;
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while ((await status(container.startupProbe.httpGet.path).catch(() => 0)) !== 200) {
    if (child.exitCode === null && Date.now() < deadline) await wait(100);
    else {
      await clear();
      throw new Error(`Triton did not start: ${log.join("").slice(-4000)}`);
    }
  }
  return {
    ports,
    status,
    clear,
    end: async () => {
      const began = performance.now();
      child.kill("SIGTERM");
      const [code] = await gone;
      return { code: code === null ? null : Number(code), tookMs: performance.now() - began };
    },
  };
}

function spawnShipped(
  installation: TritonInstallation,
  args: readonly string[],
  { ports, grpcPort, repository, scratch }: Place,
): ChildProcess {
  const flags = args.slice(1).map((arg) => (arg.startsWith(REPOSITORY) ? `${REPOSITORY}${repository}` : arg));
  const local = [
    "--http-address=127.0.0.1",
    `--http-port=${ports.http}`,
    "--grpc-address=127.0.0.1",
    `--grpc-port=${grpcPort}`,
    "--metrics-address=127.0.0.1",
    `--metrics-port=${ports.metrics}`,
    "--allow-gpu-metrics=false",
  ];
  return spawnTriton(installation, [...flags, ...local], scratch);
}

/** The server and its stubs, which are processes of one group. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group is gone already.
  }
}
