// A recording of a real Triton, written into a real Prometheus and recorded from there, leads to the decisions that
// the recording itself leads to.

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { readRecording } from "../../../src/adapters/recording-files.ts";
import { formatInstant } from "../../../src/domain/instant.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { millis, toSeconds } from "../../../src/domain/units.ts";
import { at, EPOCH } from "../../support/builders.ts";
import { command, folderWith, policyText, writeConfiguration } from "../../support/command-line.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { recordedPast } from "./recorded-past.ts";

const MISSING =
  prometheusMissing() ?? (existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout");

const TARGET: TargetRef = { kind: "Deployment", namespace: "ai-inference", name: "triton-embedder" };
const SIGNALS =
  "requestRate: { targetPerReplica: 30 }, pendingRequests: { targetPerReplica: 8 }, latency: { target: 400ms, window: 1m }";

function configurationOf(url: string): Promise<string> {
  return temporaryDirectory().then((directory) =>
    writeConfiguration(
      directory,
      `  tick: { interval: 1s, lag: 0s }
  source:
    kind: prometheus
    prometheus: { url: "${url}", scrapeInterval: 1s }
`,
    ),
  );
}

/** The decisions of a backtest, without ages and without the name of the source of replica counts. */
async function decisions(recording: string, model: string): Promise<readonly unknown[]> {
  const directory = await temporaryDirectory();
  const log = join(directory, "log.jsonl");
  const policy = policyText({ signals: SIGNALS }).replace("name: embedder } ]", `name: ${model} } ]`);
  const policies = await folderWith({ "policy.yaml": policy });
  const ran = await command("backtest", recording, "--policies", policies, "--decisions", log);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  return lines
    .filter((line) => line.startsWith('{"kind":"decision"'))
    .map((line) => JSON.parse(line, (key, value) => (key === "ageSeconds" ? undefined : value)))
    .map((record) => ({ ...record, observation: { ...record.observation, replicas: countsOf(record) } }));
}

function countsOf({
  observation: { replicas },
}: {
  readonly observation: { readonly replicas: object };
}): object {
  return { ...replicas, source: "" };
}

describe.skipIf(MISSING !== null)(`recording from Prometheus ${MISSING ?? ""}`, () => {
  test.each([
    { name: "F-surge", model: "embedder" },
    { name: "I-replica-restart", model: "ranker" },
    { name: "J-scale-out", model: "embedder" },
  ])("$name from its past gives the same decisions", async ({ name, model }) => {
    const past = await recordedPast(name, TARGET, toSeconds(millis(EPOCH)));
    const server = await startPrometheus({ samples: past.samples });
    const out = join(await temporaryDirectory(), "out");
    const to = formatInstant(at(past.lastSeconds - toSeconds(millis(EPOCH))));
    const span = ["--from", formatInstant(EPOCH), "--to", to];
    const ran = await command("record", "--config", await configurationOf(server.url), "--out", out, ...span);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const recording = join(out, "ai-inference.triton-embedder");
    const [again, first] = [await readRecording(recording), await readRecording(recordingPath(name))];
    if (!again.ok || !first.ok) throw new Error("not readable");
    expect([...again.value.scrapes.values()].map((scrapes) => scrapes.length)).toEqual(
      [...first.value.scrapes.values()].map((scrapes) => scrapes.length),
    );
    expect(again.value.initialReplicas).toEqual(first.value.initialReplicas);
    expect(await decisions(recording, model)).toEqual(await decisions(recordingPath(name), model));
  });

  test("says that Prometheus is not there", async () => {
    const out = join(await temporaryDirectory(), "out");
    const config = await configurationOf("http://127.0.0.1:1");
    const span = ["--from", formatInstant(EPOCH), "--to", formatInstant(at(60))];
    const ran = await command("record", "--config", config, "--out", out, ...span);
    expect(ran).toMatchObject({ code: 3, stdout: "" });
    expect(ran.stderr).toContain("cannot read prometheus: ");
    await writeFile(join(out, "free"), "the folder is there and empty");
  });
});
