// Custom signals from a recorded query to a decision: backtest, explain, and the replay of what was written.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, folderWith } from "../../support/command-line.ts";
import { answered, writeLines, writeRecording } from "../../support/recording-builder.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const QUERY = 'sum(rate(tokens_total{model="m"}[1m]))';
const POLICY = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: llm }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-llm }
  models: [ { name: m } ]
  replicas: { max: 8 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    custom:
      - { name: tokens, query: '${QUERY}', kind: load, targetPerReplica: 20, window: 10s }
  scaleOut: { limits: [] }
  missingData: { maxAge: 5s }
`;

/** A server for two minutes; after one of them six times the tokens, and in the last half minute no results. */
async function recording(): Promise<string> {
  const seconds = Array.from({ length: 120 }, (_, second) => second + 1);
  const directory = await writeRecording([seconds.map((t) => answered(t - 0.5, t))]);
  const results = seconds.filter((t) => t <= 90).map((t) => ({ t, value: t <= 60 ? 20 : 120 }));
  await writeLines(
    join(directory, "queries.jsonl.gz"),
    results.map(({ t, value }) => ({ t, policy: "ai-inference/llm", query: QUERY, value })),
  );
  return directory;
}

describe("a recorded query", () => {
  test("sizes the fleet tick by tick, as its mean over the window rises", async () => {
    const policies = await folderWith({ "llm.yaml": POLICY });
    const { code, stdout } = await command("backtest", await recording(), "--policies", policies);
    const changes = stdout.trimEnd().split("\n").slice(0, -1);
    expect([code, changes]).toEqual([
      0,
      [
        [1, "1 -> 2"],
        [3, "2 -> 3"],
        [5, "3 -> 4"],
        [7, "4 -> 5"],
        [9, "5 -> 6"],
      ].map(
        ([second, counts]) => `2026-01-05T00:01:0${second}.000Z ai-inference/llm ${counts} live LARGEST_WISH`,
      ),
    ]);
  });

  test("is explained, goes stale when it ends, and decides alike when it is replayed", async () => {
    const policies = await folderWith({ "llm.yaml": POLICY });
    const log = join(await temporaryDirectory(), "log.jsonl");
    await command("backtest", await recording(), "--policies", policies, "--decisions", log);
    const asked = await command("explain", "llm", "--log", log, "--at", "2026-01-05T00:01:20Z");
    expect(asked.stdout.split("\n").slice(0, 3)).toEqual([
      "ai-inference/llm at 2026-01-05T00:01:20.000Z: 1 -> 6 replicas, live",
      "  tokens           120         target 20/replica   wish 6    ABOVE_TARGET",
      "  combine          1 -> 6      LARGEST_WISH (tokens)",
    ]);
    const later = await command("explain", "llm", "--log", log, "--at", "2026-01-05T00:01:36Z");
    expect(later.stdout.trimEnd().split("\n")).toEqual([
      "ai-inference/llm at 2026-01-05T00:01:36.000Z: 1 -> 6 replicas, holding",
      "  combine          1 -> 6      HELD",
      "  scale-in blocked by: STALE tokens",
    ]);
    const replayed = await command("replay", log, "--json");
    expect(JSON.parse(replayed.stdout)).toMatchObject({ ok: true, decisions: 119, firstDifference: null });
  });
});
