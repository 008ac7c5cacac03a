// The command as a process of its own: signals, a kill, and what a pipe sees.

import { type ChildProcess, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { CHECKOUT, DEMO_POLICIES, recordingConfiguration } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

type Process = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
};

function start(...args: readonly string[]): Process {
  const child = spawn(process.execPath, ["--import", "tsx", join(CHECKOUT, "src/main.ts"), ...args], {
    cwd: CHECKOUT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout?.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, stdout: () => stdout, ended };
}

async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("waited in vain");
}

test("SIGTERM drains and ends with 0, having printed one line", { timeout: 20_000 }, async () => {
  const config = await recordingConfiguration(await temporaryDirectory(), { atEnd: "hold" });
  const service = start("serve", "--config", config, "--policies", DEMO_POLICIES);
  await waitFor(() => service.stdout().endsWith("\n"));
  service.child.kill("SIGTERM");
  expect(await service.ended).toEqual({ code: 0, signal: null });
  expect(service.stdout()).toMatch(/^ready grpc=127\.0\.0\.1:\d+ http=127\.0\.0\.1:\d+ policies=1\n$/);
});

test("the demo ends well when its time is over, on replicas that have followed", {
  timeout: 30_000,
}, async () => {
  const demo = start("demo", "--for", "10s");
  expect(await demo.ended).toEqual({ code: 0, signal: null });
  expect(demo.stdout()).toMatch(/ ai-inference\/embedder 7 [78] live /);
});

test("a killed process, started again, decides as one that was never killed", {
  timeout: 30_000,
}, async () => {
  const directory = await temporaryDirectory();
  const log = join(directory, "live.jsonl");
  const more = "  decisions: { file: live.jsonl }\n  state: { file: state.json }\n";
  const slow = await recordingConfiguration(directory, { speed: "60", more });
  const first = start("serve", "--config", slow, "--policies", DEMO_POLICIES);
  await waitFor(() => stat(join(directory, "state.json")).then(isThere, isMissing));
  await waitFor(async () => (await answersOf(log)).size > 50);
  first.child.kill("SIGKILL");
  expect(await first.ended).toEqual({ code: null, signal: "SIGKILL" });
  const before = await answersOf(log);

  const second = start(
    "serve",
    "--config",
    await recordingConfiguration(directory, { more }),
    "--policies",
    DEMO_POLICIES,
  );
  expect(await second.ended).toEqual({ code: 0, signal: null });
  const after = await answersOf(log);
  expect(before.size).toBeGreaterThan(50);
  expect(after.size).toBe(228);
  for (const [at, answer] of before) expect([at, after.get(at)]).toEqual([at, answer]);
});

const isThere = (): boolean => true;
const isMissing = (): boolean => false;

async function answersOf(log: string): Promise<ReadonlyMap<string, unknown>> {
  const answers = new Map<string, unknown>();
  const lines = (await readFile(log, "utf8")).split("\n").slice(0, -1);
  for (const line of lines) {
    const record = JSON.parse(line);
    if (record.kind === "decision") answers.set(record.at, record.answer);
  }
  return answers;
}

test.each([
  { surge: "simulated", args: [] },
  { surge: "recorded", args: ["--recording"] },
])(
  "the demo shows the $surge surge's decision within ten seconds, while KEDA gets its answers",
  {
    timeout: 20_000,
  },
  async ({ args }) => {
    const startedMs = performance.now();
    const demo = start("demo", "--for", "30s", ...args);
    const surge =
      / ai-inference\/embedder 3 [4-8] live LARGEST_WISH \(the backlog of waiting requests \(\d+\) asks for \d\)/;
    await waitFor(() => surge.test(demo.stdout()) && /; KEDA is told [4-8], active/.test(demo.stdout()));
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    demo.child.kill("SIGINT");
    expect(await demo.ended).toEqual({ code: 0, signal: null });
  },
);
