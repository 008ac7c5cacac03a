// Recording: what a source shows, live or played, becomes files that lead to the same decisions again.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { readRecording } from "../../../src/adapters/recording-files.ts";
import {
  command,
  DEMO_POLICIES,
  folderWith,
  policyText,
  recordingConfiguration,
  running,
  SURGE,
  writeConfiguration,
} from "../../support/command-line.ts";
import { type FakeTriton, fakeTriton, page } from "../../support/fake-triton.ts";
import { answered, writeRecording } from "../../support/recording-builder.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

const WORKLOAD = "ai-inference.triton-embedder";

async function newFolder(): Promise<string> {
  return join(await temporaryDirectory(), "out");
}

async function scrapeConfiguration(urls: readonly string[]): Promise<string> {
  const targets = urls.map(
    (url, index) =>
      `        - { namespace: ai-inference, workload: triton-embedder, pod: triton-embedder-${index}, url: "${url}" }\n`,
  );
  return await writeConfiguration(
    await temporaryDirectory(),
    `  source:\n    kind: scrape\n    scrape:\n      interval: 100ms\n      targets:\n${targets.join("")}`,
  );
}

describe("a played recording", () => {
  test("recorded once more leads to the same log, byte for byte", async () => {
    const out = await newFolder();
    const config = await recordingConfiguration(await temporaryDirectory());
    const ran = await command("record", "--config", config, "--out", out, "--for", "1h");
    const directory = join(out, WORKLOAD);
    expect(ran).toEqual({
      code: 0,
      stdout: `ai-inference/triton-embedder: 3 replicas, 686 scrapes (0 failed), ${directory}\n`,
      stderr: "",
    });
    const logs = join(await temporaryDirectory(), "log");
    for (const [name, recording] of Object.entries({ again: directory, first: SURGE })) {
      const log = `${logs}.${name}`;
      const tested = await command("backtest", recording, "--policies", DEMO_POLICIES, "--decisions", log);
      expect(tested.code).toBe(0);
    }
    expect(await readFile(`${logs}.again`, "utf8")).toBe(await readFile(`${logs}.first`, "utf8"));
  });

  test("gives the part that was asked for, and its queries where policies name them", async () => {
    const query = "sum(queued)";
    const queries = [1, 2, 3].map((t) => ({ t, policy: "other/one", query, value: 10 * t }));
    const path = await writeRecording([[0.5, 1.5, 2.5, 3.5].map((t) => answered(t, t))], { queries });
    const config = await recordingConfiguration(await temporaryDirectory());
    await writeFile(config, (await readFile(config, "utf8")).replace(SURGE, path));
    const activation = `  activation: { query: "${query}", above: 0, cooldown: 10m }\n`;
    const policy = `${policyText().replace("min: 1", "min: 0")}${activation}`;
    const out = await newFolder();
    const day = "2026-01-05T00:00:0";
    const span = ["--from", `${day}1Z`, "--to", `${day}3Z`];
    const policies = await folderWith({ "embedder.yaml": policy });
    const ran = await command("record", "--config", config, "--out", out, ...span, "--policies", policies);
    expect(ran).toMatchObject({ code: 0 });
    expect(await readRecording(join(out, WORKLOAD))).toMatchObject({
      ok: true,
      value: {
        pods: ["triton-embedder-0"],
        scrapes: new Map([[0, [{ t: 500 }, { t: 1500 }]]]),
        queries: new Map([[query, { times: [0, 1000, 2000], values: [10, 20, 30] }]]),
      },
    });
  });
});

describe("live servers", () => {
  test("are recorded as they answer, until told to stop, and played back", async () => {
    const [steady, failing] = [await fakeTriton(), await fakeTriton()];
    let count = 0;
    steady.answer(
      page(() => `# HELP x y\nnv_inference_request_success{model="embedder",version="1"} ${++count}\n`),
    );
    failing.answer((_, response) => response.writeHead(503).end());
    const out = await newFolder();
    const config = await scrapeConfiguration([steady.url, failing.url, "http://127.0.0.1:1/metrics"]);
    const recording = running(["record", "--config", config, "--out", out, "--for", "1h"]);
    await asked(steady, 12);
    const ran = await recording.stop();
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^ai-inference\/triton-embedder: 3 replicas, \d+ scrapes \(\d+ failed\), .*\n$/,
      ),
    });
    expect(await readdir(join(out, WORKLOAD))).not.toContainEqual(expect.stringMatching(/partial/));
    const lines = await Promise.all([0, 1, 2].map((index) => linesOf(out, `scrapes-${index}.jsonl.gz`)));
    const [first, second, third] = lines.map(([line]) => line);
    expect(first).toMatchObject({
      status: 200,
      text: '# HELP x y\nnv_inference_request_success{model="embedder",version="1"} 1\n',
    });
    expect(second).toMatchObject({ status: "status 503", text: "" });
    expect(third).toMatchObject({ status: "connection refused", text: "" });
    const scenario = JSON.parse(await readFile(join(out, WORKLOAD, "scenario.json"), "utf8"));
    expect(scenario).toMatchObject({
      scrapeIntervalMs: 100,
      initialReplicas: [0],
      replicasFrom: "static",
      pods: ["triton-embedder-0", "triton-embedder-1", "triton-embedder-2"],
    });
    expect((await linesOf(out, "replicas.jsonl.gz")).at(0)).toMatchObject({ desired: 3, ready: null });
    const policies = await folderWith({ "embedder.yaml": policyText() });
    const tested = await command("backtest", join(out, WORKLOAD), "--policies", policies, "--json");
    expect(tested).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(tested.stdout).policies[0].ticks).toBeGreaterThanOrEqual(1);
  });

  test("are recorded for the time asked for", async () => {
    const triton = await fakeTriton();
    const out = await newFolder();
    const config = await scrapeConfiguration([triton.url]);
    const ran = await command("record", "--config", config, "--out", out, "--for", "1200ms");
    expect(ran.code).toBe(0);
    const count = (await linesOf(out, "scrapes-0.jsonl.gz")).length;
    expect(count).toBeGreaterThanOrEqual(8);
    expect(count).toBeLessThanOrEqual(13);
  });
});

async function asked(triton: FakeTriton, times: number): Promise<void> {
  await until(() => triton.requests() >= times, `${times} scrapes`);
}

async function linesOf(out: string, name: string) {
  const text = gunzipSync(await readFile(join(out, WORKLOAD, name))).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("is refused", () => {
  const FROM = "2026-01-05T00:00:00Z";
  test.each([
    { name: "no time", span: [], want: /say which time to record/ },
    { name: "half a span", span: ["--from", FROM], want: /say which time to record/ },
    { name: "both kinds of time", span: ["--for", "1h", "--from", FROM], want: /cannot be used with/ },
    { name: "no duration", span: ["--for", "soon"], want: /--for soon is no duration/ },
    { name: "no instant", span: ["--from", FROM, "--to", "later"], want: /--to later is no instant/ },
    { name: "no time at all", span: ["--from", FROM, "--to", FROM], want: /nothing to record between/ },
    {
      name: "what was before the source",
      span: ["--from", "2026-01-04T00:00:00Z", "--to", FROM],
      want: /--from 2026-01-04T00:00:00\.000Z is past: a source of kind recording begins at/,
    },
  ])("$name", async ({ span, want }) => {
    const out = await newFolder();
    const config = await recordingConfiguration(await temporaryDirectory());
    const ran = await command("record", "--config", config, "--out", out, ...span);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(want) });
    await expect(readdir(out)).rejects.toThrow("ENOENT");
  });

  test("a folder that holds something", async () => {
    const out = await folderWith({ "notes.txt": "mine" });
    const config = await recordingConfiguration(await temporaryDirectory());
    const ran = await command("record", "--config", config, "--out", out, "--for", "1m");
    expect(ran).toMatchObject({
      code: 2,
      stderr: `${out} is not empty; recordings go into a folder of their own\n`,
    });
    expect(await readdir(out)).toEqual(["notes.txt"]);
  });

  test("a folder that cannot be made, as a fault of the environment", async () => {
    const out = join(await folderWith({ file: "" }), "file", "out");
    const config = await recordingConfiguration(await temporaryDirectory());
    const ran = await command("record", "--config", config, "--out", out, "--for", "1m");
    expect(ran).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/^cannot record into .*ENOTDIR/),
    });
  });
});
