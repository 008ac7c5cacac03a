// `tidemark serve` as a process of the test, with a configuration and a policy written for it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../bin/tidemark", import.meta.url));
/** Node's flags as in the image. */
const FLAGS = flagsOf(fileURLToPath(new URL("../../../deploy/Dockerfile", import.meta.url)));
const READY_WITHIN_MS = 60_000;
const DRAINED_WITHIN_MS = 60_000;

export type Served = {
  readonly grpc: string;
  readonly http: string;
  /** All that it wrote to standard error so far. */
  log(): string;
  /** Writes another text for its policy. */
  editPolicy(policy: string): void;
  /** Ends it by SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a crash would: at once and without a word. */
  kill(): Promise<void>;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves with its exit code once it has ended. */
  readonly ended: Promise<number | null>;
};

/** What the service is given; `autoscale` has no gRPC, so that its address is empty. */
export type ServiceDocuments = {
  readonly configuration: string;
  readonly policy: string;
  readonly command?: "serve" | "autoscale";
  /** Further options of that command. */
  readonly options?: readonly string[];
  /** A shell command before it, as `ulimit -n 64`. */
  readonly under?: string;
  /** Node's flags besides those of the image. */
  readonly flags?: readonly string[];
};

/** Starts the service on free loopback ports and resolves once it says that it is ready. */
export async function serve(documents: ServiceDocuments): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-serve-"));
  const [configuration, policies] = [join(folder, "scaler.yaml"), join(folder, "policies")];
  mkdirSync(policies);
  writeFileSync(configuration, documents.configuration);
  writeFileSync(join(policies, "policy.yaml"), documents.policy);
  const { under = ":", flags = [], command = "serve", options = [] } = documents;
  const program = [process.execPath, ...FLAGS, ...flags, COMMAND];
  const serving = [...program, command, "--config", configuration, "--policies", policies, ...options];
  const child = spawn("bash", ["-c", `${under}; exec "$@"`, "bash", ...serving], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const ended = once(child, "exit").then(([code]) => code as number | null);
  const log: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => log.push(chunk.toString()));
  const line = await firstLine(child);
  const [, grpc = "", http] = /^ready (?:grpc=(\S+) )?http=(\S+) policies=1$/.exec(line ?? "") ?? [];
  if (http === undefined) {
    child.kill("SIGKILL");
    throw new Error(`serve did not become ready; it printed ${JSON.stringify(line)}\n${log.join("")}`);
  }
  return {
    grpc,
    http,
    log: () => log.join(""),
    editPolicy: (policy) => writeFileSync(join(policies, "policy.yaml"), policy),
    stop: () => stop(child),
    kill: () => kill(child),
    pid: child.pid ?? 0,
    signal: (name) => void child.kill(name),
    ended,
  };
}

function flagsOf(imageFile: string): string[] {
  const [, entry = "[]"] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(imageFile, "utf8")) ?? [];
  const words: readonly string[] = JSON.parse(entry);
  return words.filter((word) => word.startsWith("--"));
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function firstLine(child: ChildProcess): Promise<string | null> {
  if (child.stdout === null) return null;
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, "line").then(([text]) => String(text));
  const none = Promise.race([once(lines, "close"), wait(READY_WITHIN_MS, undefined, { ref: false })]);
  return Promise.race([line, none.then(() => null)]);
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([gone, wait(DRAINED_WITHIN_MS, undefined, { ref: false })]);
  if (child.exitCode === null) child.kill("SIGKILL");
  await gone;
  return child.exitCode;
}
