// What happens to the process itself: no file descriptors, no disk, a loop that stands still, faults that nobody handles.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { until } from "../../support/until.ts";
import { configurationOf, policyOf } from "../keda/documents.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";

const TRIGGER = buildTrigger();
const LIMIT_MS = 60_000;
const COMMAND = fileURLToPath(new URL("../../../bin/tidemark", import.meta.url));
/** How often, and how long at most, a process writes before it is ended. */
const ROUNDS = 3;
const MOST_WRITING_MS = 500;

type Documents = Partial<Parameters<typeof serve>[0]>;

async function start(documents: Documents = {}): Promise<Served> {
  const served = await serve({ configuration: configurationOf(), policy: policyOf(5), ...documents });
  onTestFinished(async () => void (await served.stop()));
  return served;
}

/** A caller with a connection of its own. */
function caller({ grpc }: Served): KedaClient {
  const client = new KedaClient(Number(grpc.slice(grpc.lastIndexOf(":") + 1)));
  onTestFinished(() => client.close());
  return client;
}

async function answers(client: KedaClient): Promise<boolean> {
  return (await client.poll(TRIGGER)).value === 5;
}

async function answered(client: KedaClient): Promise<void> {
  await until(() => answers(client), "the answer", LIMIT_MS);
}

/** A folder of its own for what a service writes, as the lines of a configuration. */
function written(folder = emptyFolder()): { readonly folder: string; readonly lines: string } {
  const lines = `  decisions: { file: ${folder}/decisions.jsonl }\n  state: { file: ${folder}/state.json }\n`;
  return { folder, lines };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-lifecycle-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function at(what: "reject" | "throw" | "stall" | "hoard"): string[] {
  return ["--import", new URL(`at-signal.js#${what}`, import.meta.url).href];
}

test("without file descriptors for more connections, those that are open are answered, and new ones later", async () => {
  const served = await start();
  const open = caller(served);
  await answered(open);
  const descriptors = readdirSync(`/proc/${served.pid}/fd`).length + 20;
  execFileSync("prlimit", [`--pid=${served.pid}`, `--nofile=${descriptors}:${descriptors}`]);
  const port = Number(served.grpc.slice(served.grpc.lastIndexOf(":") + 1));
  const crowd = Array.from({ length: 200 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  onTestFinished(() => crowd.forEach((socket) => void socket.destroy()));
  for (let round = 0; round < 50; round += 1) expect(await answers(open)).toBe(true);
  expect(readdirSync(`/proc/${served.pid}/fd`).length).toBeGreaterThan(descriptors - 3);
  for (const socket of crowd) socket.destroy();
  await answered(caller(served));
  expect((await fetch(`http://${served.http}/readyz`)).status).toBe(200);
  expect(await served.stop()).toBe(0);
});

test("on a full disk it goes on answering, says so, and ends well", async () => {
  // No file of it grows beyond 4 KiB: every later write fails, as on a disk without space.
  const served = await start({
    configuration: `${configurationOf({ speed: "20" })}${written().lines}`,
    under: "ulimit -f 4",
  });
  await answered(caller(served));
  await until(
    () => /decision log.*EFBIG|EFBIG.*decision log/.test(served.log()),
    "the line that says so",
    LIMIT_MS,
  );
  expect(await answers(caller(served))).toBe(true);
  expect((await fetch(`http://${served.http}/readyz`)).status).toBe(200);
  expect(await served.stop()).toBe(0);
});

test("where nothing can be written, as on a disk that is read-only, it answers and says so", async () => {
  // Nobody may make a file there, whoever it is.
  const served = await start({ configuration: `${configurationOf()}${written("/sys").lines}` });
  await answered(caller(served));
  for (const text of [/checkpoint cannot be written/, /decision log/]) {
    await until(() => text.test(served.log()), `the line that says ${text}`, LIMIT_MS);
  }
  expect((await fetch(`http://${served.http}/readyz`)).status).toBe(200);
  expect(await served.stop()).toBe(0);
});

test("out of memory it ends, and the next process answers what it did", async () => {
  const { folder, lines } = written();
  const configuration = `${configurationOf({ speed: "20" })}${lines}`;
  const served = await start({ configuration, flags: ["--max-old-space-size=64", ...at("hoard")] });
  await answered(caller(served));
  await until(() => existsSync(join(folder, "state.json")), "the checkpoint", LIMIT_MS);
  served.signal("SIGUSR2");
  expect(await served.ended).not.toBe(0);
  expect(served.log()).toMatch(/heap out of memory/);
  const next = await start({ configuration });
  await answered(caller(next));
  expect(next.log()).not.toMatch(/not readable|not usable/);
  expect(await next.stop()).toBe(0);
});

test("ended while it writes, its log holds whole lines that replay, and its state is read again", async () => {
  const { folder, lines } = written();
  for (let round = 0; round < ROUNDS; round += 1) {
    const served = await start({ configuration: `${configurationOf({ speed: "50" })}${lines}` });
    await until(() => existsSync(join(folder, "state.json")), "the checkpoint", LIMIT_MS);
    await wait(Math.random() * MOST_WRITING_MS);
    expect(await served.stop()).toBe(0);
    expect(served.log()).not.toMatch(/not readable|not usable/);
    const log = readFileSync(join(folder, "decisions.jsonl"), "utf8");
    expect(log.endsWith("\n")).toBe(true);
    for (const line of log.trimEnd().split("\n")) JSON.parse(line);
    const replayed = spawnSync(process.execPath, [COMMAND, "replay", join(folder, "decisions.jsonl")], {
      encoding: "utf8",
    });
    expect(`${replayed.status} ${replayed.stdout}`).toMatch(/^0 \d+ decisions of 1 policy replayed: equal/);
  }
});

test("after five seconds in which its event loop stood still, it answers as before", async () => {
  const served = await start({ flags: at("stall") });
  const client = caller(served);
  await answered(client);
  served.signal("SIGUSR2");
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => client.getMetrics(TRIGGER)));
  // Late, refused at the deadline, or answered: but never with another number.
  for (const outcome of outcomes) {
    if ("answer" in outcome) expect(outcome.answer.metricValues).toMatchObject([{ metricValue: 5 }]);
    else expect(outcome.code).toBe("DEADLINE_EXCEEDED");
  }
  await answered(client);
  expect(await served.stop()).toBe(0);
});

test("after ten seconds in which the whole process stood still, it answers as before", async () => {
  const served = await start();
  const client = caller(served);
  await answered(client);
  served.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  served.signal("SIGCONT");
  await answered(client);
  expect(await served.stop()).toBe(0);
});

test.each([
  { name: "a rejection", what: "reject", text: /internal error: Error: nobody handles this/ },
  { name: "an error", what: "throw", text: /internal error: Error: nobody catches this/ },
] as const)("$name that nobody handles ends it with 3, having said why", async ({ what, text }) => {
  const served = await start({ flags: at(what) });
  await answered(caller(served));
  served.signal("SIGUSR2");
  expect(await served.ended).toBe(3);
  expect(served.log()).toMatch(text);
});
