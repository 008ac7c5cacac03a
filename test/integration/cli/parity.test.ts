// Live = backtest = replay: the same recording gives the same log, byte for byte, and a changed digit is found.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { command, DEMO_POLICIES, recordingConfiguration, SURGE } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test.each([
  { name: "at the recording's scrapes", more: "" },
  { name: "on a wider grid with a lag", more: "  tick: { interval: 5s, lag: 2s }\n" },
])("what is logged live is what backtest logs, and replays, $name", async ({ more }) => {
  const directory = await temporaryDirectory();
  const config = await recordingConfiguration(directory, {
    more: `${more}  decisions: { file: live.jsonl }\n`,
  });
  const live = await command("serve", "--config", config, "--policies", DEMO_POLICIES);
  expect(live).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ready grpc=\S+ http=\S+ policies=1\n$/),
  });

  const decisions = join(directory, "backtest.jsonl");
  const asked = [
    "backtest",
    SURGE,
    "--policies",
    DEMO_POLICIES,
    "--config",
    config,
    "--decisions",
    decisions,
  ];
  expect((await command(...asked)).code).toBe(0);
  const text = await readFile(join(directory, "live.jsonl"), "utf8");
  expect(text).toBe(await readFile(decisions, "utf8"));

  const replayed = await command("replay", join(directory, "live.jsonl"), "--json");
  const count = text.split("\n").filter((line) => line.startsWith('{"kind":"decision"')).length;
  expect(count).toBeGreaterThan(40);
  expect(replayed).toEqual({
    code: 0,
    stdout: `{"ok":true,"decisions":${count},"policies":1,"firstDifference":null}\n`,
    stderr: "",
  });
});

test("one changed digit is named with its line and path", async () => {
  const directory = await temporaryDirectory();
  const log = join(directory, "log.jsonl");
  await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
  const lines = (await readFile(log, "utf8")).split("\n");
  const index = lines.findIndex((line) => line.includes('"metricValue":4'));
  lines[index] = (lines[index] ?? "").replace('"metricValue":4', '"metricValue":5');
  await writeFile(log, lines.join("\n"));
  const replayed = await command("replay", log, "--json");
  expect(replayed.code).toBe(1);
  expect(JSON.parse(replayed.stdout)).toMatchObject({
    ok: false,
    firstDifference: {
      line: index + 1,
      policy: "ai-inference/embedder",
      path: "answer.metricValue",
      logged: 5,
      replayed: 4,
    },
  });
  const asText = await command("replay", log);
  expect(asText.stdout).toContain(`log.jsonl:${index + 1}: ai-inference/embedder at 2026-01-05T00:00:`);
  expect(asText.stdout).toContain("answer.metricValue is 5, replayed 4");
});

test("the last line of a killed process may be cut off", async () => {
  const log = join(await temporaryDirectory(), "log.jsonl");
  await command("backtest", SURGE, "--policies", DEMO_POLICIES, "--decisions", log);
  const text = await readFile(log, "utf8");
  await writeFile(log, text.slice(0, -40));
  const replayed = await command("replay", log);
  expect(replayed.code).toBe(0);
  expect(replayed.stderr).toContain("the last line is cut off and left out");
});
