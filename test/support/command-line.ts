// Commands run as a user runs them, in this process, with their output caught; and the files they are given.

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { onTestFinished } from "vitest";

import { runProgram } from "../../src/cli/program.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { until } from "./until.ts";

export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));
/** The recorded surge that ships with the demo. */
export const SURGE = join(CHECKOUT, "simulations/recordings/F-surge");
export const DEMO_POLICIES = join(CHECKOUT, "simulations/demo/policies");

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs a command to its end. */
export async function command(...args: readonly string[]): Promise<Ran> {
  return await running(args).ended;
}

export type Running = {
  readonly ended: Promise<Ran>;
  stdout(): string;
  stderr(): string;
  /** What SIGTERM does. */
  stop(): Promise<Ran>;
};

/** Starts a command; it is stopped after the test. */
export function running(args: readonly string[]): Running {
  const stop = new AbortController();
  let [stdout, stderr] = ["", ""];
  const output = {
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: (text: string) => {
      stderr += text;
    },
  };
  const ended = runProgram(args, { output, signal: stop.signal }).then((code) => ({ code, stdout, stderr }));
  const stopNow = (): Promise<Ran> => {
    stop.abort();
    return ended;
  };
  onTestFinished(async () => void (await stopNow()));
  return { ended, stdout: () => stdout, stderr: () => stderr, stop: stopNow };
}

export type Serving = Running & { readonly grpc: string; readonly http: string; readonly policies: number };

const READY = /^ready grpc=(127\.0\.0\.1:[0-9]+) http=(127\.0\.0\.1:[0-9]+) policies=([0-9]+)\n$/;

/** Starts `serve` on a configuration and waits for its line. */
export async function serving(config: string, policies: string): Promise<Serving> {
  const service = running(["serve", "--config", config, "--policies", policies]);
  let over: Ran | null = null;
  void service.ended.then((ran) => {
    over = ran;
  });
  await until(() => service.stdout() !== "" || over !== null, "the ready line");
  const [, grpc = "", http = "", count = "0"] = READY.exec(service.stdout()) ?? [];
  if (grpc === "") throw new Error(`no ready line: ${service.stdout()}${service.stderr()}`);
  return { ...service, grpc, http, policies: Number(count) };
}

export type RecordingSettings = {
  readonly speed?: string;
  readonly atEnd?: string;
  readonly actuation?: string;
  readonly grpc?: string;
  /** Further lines of `spec`, indented by two. */
  readonly more?: string;
};

/** Writes a configuration that plays the shipped surge; returns its path. */
export async function recordingConfiguration(
  directory: string,
  settings: RecordingSettings = {},
): Promise<string> {
  const { speed = "max", atEnd = "exit", actuation = "none", grpc = "127.0.0.1:0", more = "" } = settings;
  const source = `  source:
    kind: recording
    recording:
      path: ${SURGE}
      namespace: ai-inference
      workload: triton-embedder
      epoch: "2026-01-05T00:00:00Z"
      speed: ${speed}
      actuation: ${actuation}
      atEnd: ${atEnd}
`;
  return await writeConfiguration(directory, `${source}  grpc: { address: "${grpc}" }\n${more}`);
}

/** Writes a silent configuration with free ports for HTTP; `spec` are the other lines of `spec`. */
export async function writeConfiguration(directory: string, spec: string): Promise<string> {
  const file = join(directory, "config.yaml");
  const head =
    "apiVersion: tidemark.dev/v1alpha1\nkind: ScalerConfiguration\nmetadata: { name: test }\nspec:\n";
  await writeFile(file, `${head}${spec}  http: { address: "127.0.0.1:0" }\n  logging: { level: silent }\n`);
  return file;
}

/** Returns a policy of the shipped surge's workload as text. */
export function policyText({
  name = "embedder",
  max = 8,
  signals = "requestRate: { targetPerReplica: 30 }",
} = {}): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: ${name} }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-embedder }
  models: [ { name: embedder } ]
  replicas: { min: 1, max: ${max} }
  objective: { percentile: 99, latency: 400ms }
  signals: { ${signals} }
`;
}

/** Returns a new folder with these files; names may name folders, too. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}
