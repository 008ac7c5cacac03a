// Backtest and explain on a recorded surge: the documented documents, and the decision that the surge calls for.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { command, DEMO_POLICIES, folderWith, policyText, SURGE } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const SURGE_STARTS = "2026-01-05T00:00:45.000Z";
const FIFTEEN_SECONDS_LATER = "2026-01-05T00:01:00.000Z";

test("the result has its documented shape, and the surge is answered within 15 s", async () => {
  const ran = await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--json");
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const result = JSON.parse(ran.stdout);
  expect(Object.keys(result)).toEqual(["kind", "v", "policies"]);
  const [summary] = result.policies;
  expect(Object.keys(summary)).toEqual([
    "policy",
    "ticks",
    "changes",
    "wantedMin",
    "wantedMax",
    "secondsByStatus",
  ]);
  expect(summary).toMatchObject({ policy: "ai-inference/embedder", ticks: 228, wantedMin: 3 });
  const [first] = summary.changes;
  expect(Object.keys(first)).toEqual(["at", "from", "to", "status", "reason"]);
  expect(first).toMatchObject({ from: 3, status: "live", reason: "LARGEST_WISH" });
  expect(first.at > SURGE_STARTS && first.at <= FIFTEEN_SECONDS_LATER).toBe(true);
  const seconds: number[] = Object.values(summary.secondsByStatus);
  expect(seconds.reduce((sum, value) => sum + value, 0)).toBe(228);
});

test("as text it prints each change and a line a policy", async () => {
  const ran = await command("backtest", SURGE, "--policies", DEMO_POLICIES);
  const lines = ran.stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^2026-01-05T00:00:\d\d\.000Z ai-inference\/embedder 3 -> \d live LARGEST_WISH$/);
  expect(lines.at(-1)).toMatch(/^ai-inference\/embedder: 228 ticks, \d+ changes, wanted 3 to \d, live \d+ s/);
});

describe("explain", () => {
  test("gives the last record at or before an instant, as text and as JSON", async () => {
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
    const asked = ["explain", "embedder", "--log", log, "--at", "2026-01-05T00:00:55.5Z"];
    const { code, stdout } = await command(...asked);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ai-inference\/embedder at 2026-01-05T00:00:55\.000Z: 3 -> \d replicas, live$/);
    expect(lines[1]).toMatch(/^ {2}\w+ +\S+ +target \S+ +wish \d+ +ABOVE_TARGET$/);
    const json = JSON.parse((await command(...asked, "--json")).stdout);
    expect(json.text).toBe(stdout.trimEnd());
    expect(json.record).toMatchObject({ kind: "decision", at: "2026-01-05T00:00:55.000Z" });
  });

  test("gives what a replica was seen to carry at an instant, as text and as JSON", async () => {
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
    const asked = ["explain", "--capacity", "embedder", "--log", log, "--at", "2026-01-05T00:00:55.5Z"];
    const { code, stdout } = await command(...asked);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^ai-inference\/embedder at 2026-01-05T00:00:55\.000Z: \S+\/s arriving, 3 replicas/,
    );
    const json = JSON.parse((await command(...asked, "--json")).stdout);
    expect(json.text).toBe(stdout.trimEnd());
    expect(json.capacity).toMatchObject({ policy: "ai-inference/embedder", at: "2026-01-05T00:00:55.000Z" });
    expect((await command("explain", "--capacity", "other", "--log", log)).code).toBe(1);
    const remote = await command(
      "explain",
      "--capacity",
      "p",
      "--url",
      "http://x",
      "--at",
      "2026-01-05T00:00:55Z",
    );
    expect(remote.code).toBe(2);
  });

  /** A log of the surge whose states lack what `older` takes away: as a version before this one wrote them. */
  async function olderLog(older: (state: { learned?: Record<string, unknown> }) => object): Promise<string> {
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
    const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
    const aged = lines.map((line) => {
      const json = JSON.parse(line);
      return json.kind === "state" ? JSON.stringify({ ...json, state: older(json.state) }) : line;
    });
    await writeFile(log, `${aged.join("\n")}\n`);
    return log;
  }

  test("reads a log from before batches were remembered as if there had been none", async () => {
    const log = await olderLog(({ learned, ...state }) => {
      const { lastingBatches, ...older } = state as Record<string, unknown>;
      expect(lastingBatches).toEqual([]);
      const services = [{ model: "embedder", batch: 4, executionSeconds: 0.1 }];
      return { ...older, learned: { ...learned, services } };
    });
    expect(await command("explain", "--capacity", "embedder", "--log", log)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ai-inference\/embedder at /),
      stderr: "",
    });
    expect(await command("replay", log)).toMatchObject({ code: 0, stderr: "" });
  });

  test("says which line of a log is of another version where its states cannot be read", async () => {
    const log = await olderLog(({ learned, ...state }) => {
      const { services, ...older } = learned ?? {};
      expect(services).toEqual([]);
      return { ...state, learned: older };
    });
    const want = {
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/log\.jsonl:\d: a state of another version: learned\.services: /),
    };
    expect(await command("explain", "--capacity", "embedder", "--log", log)).toMatchObject(want);
    expect(await command("replay", log)).toMatchObject(want);
    expect(await command("explain", "embedder", "--log", log)).toMatchObject({ code: 0 });
  });

  test("says when there is no such record, or no such policy", async () => {
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
    const early = await command("explain", "embedder", "--log", log, "--at", "2026-01-04T00:00:00Z");
    expect(early).toEqual({
      code: 1,
      stdout: "",
      stderr: "no record of embedder at or before 2026-01-04T00:00:00.000Z\n",
    });
    const unknown = await command("explain", "other", "--log", log);
    expect(unknown).toEqual({
      code: 1,
      stdout: "",
      stderr: `no record of other; ${log} tells of ai-inference/embedder\n`,
    });
  });

  test("refuses a bare name that two policies have", async () => {
    const elsewhere = policyText().replace("namespace: ai-inference", "namespace: other");
    const folder = await folderWith({ "a.yaml": policyText(), "b.yaml": elsewhere });
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", SURGE, "--policies", folder, "--decisions", log);
    const ran = await command("explain", "embedder", "--log", log);
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toBe("several policies are named embedder: ai-inference/embedder, other/embedder\n");
    expect((await command("explain", "other/embedder", "--log", log)).code).toBe(0);
  });
});
