// What happens to the process itself: no file descriptors, no disk, a loop that stands still, faults that nobody handles.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { until } from "../../support/until.ts";
import { configurationOf, policyOf } from "../keda/documents.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";

const TRIGGER = buildTrigger();
const LIMIT_MS = 60_000;

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

function at(what: "reject" | "throw" | "stall"): string[] {
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
  const folder = mkdtempSync(join(tmpdir(), "tidemark-full-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = `  decisions: { file: ${folder}/decisions.jsonl }\n  state: { file: ${folder}/state.json }\n`;
  // No file of it grows beyond 4 KiB: every later write fails, as on a disk without space.
  const served = await start({
    configuration: `${configurationOf({ speed: "20" })}${files}`,
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
