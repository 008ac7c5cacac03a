// A recording without a list of requests plays the traffic that its scrapes show.

import { existsSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readTraceFile } from "../../../src/cli/trace-file.ts";
import { binned } from "../../support/arrivals.ts";
import { command } from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const RECORDINGS = fileURLToPath(new URL("../../../../shared/recordings/", import.meta.url));
const missing = existsSync(RECORDINGS) ? null : `no recordings at ${RECORDINGS}`;

/** The recording without its list of requests. */
async function withoutRequests(name: string): Promise<string> {
  const directory = await temporaryDirectory();
  for (const file of readdirSync(RECORDINGS + name)) {
    if (file !== "requests.csv.gz") symlinkSync(join(RECORDINGS, name, file), join(directory, file));
  }
  return directory;
}

async function sentPerTenSeconds(name: string, model: string): Promise<readonly number[]> {
  const { trace } = await readTraceFile(RECORDINGS + name, "recording");
  if (trace.kind !== "arrivals") throw new Error(`${name} has no list of requests`);
  const times = [...trace.times].filter(
    (_, index) => trace.models?.names[trace.models.ids[index] ?? 0] === model,
  );
  return binned(times, 20, 10).slice(0, 20);
}

describe.skipIf(missing !== null)(`scraped traffic${missing === null ? "" : `: ${missing}`}`, () => {
  test.each([
    { name: "F-surge", model: "embedder" },
    { name: "H-two-models", model: "surger" },
    { name: "J-scale-out", model: "embedder" },
  ])("of $name is what clients sent, also while a backlog grew", async ({ name, model }) => {
    const { trace } = await readTraceFile(await withoutRequests(name), "recording");
    if (trace.kind !== "scraped") throw new Error("read as something else");
    const counts = [...(trace.countsByModel.get(model) ?? [])];
    const found = Array.from({ length: 20 }, (_, part) =>
      counts.slice(10 * part, 10 * part + 10).reduce((sum, count) => sum + count, 0),
    );
    const sent = await sentPerTenSeconds(name, model);
    const wrong = found.reduce((sum, count, part) => sum + Math.abs(count - (sent[part] ?? 0)), 0);
    expect(wrong / sent.reduce((sum, count) => sum + count, 0)).toBeLessThan(0.01);
  });

  test("can be shown, but holds no requests that could be converted", async () => {
    const directory = await withoutRequests("K-idle-burst");
    const shown = await command("trace", "show", directory, "--format", "recording", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({ trace: "scraped", models: ["ranker"], requests: 100 });
    const args = ["trace", "convert", directory, "--format", "recording", "--out", "x"];
    const converted = await command(...args);
    expect(converted.stderr).toContain("holds no requests but counters of servers");
    expect(converted.code).toBe(2);
  });
});

describe("a folder that is no recording", () => {
  test.each([
    {
      name: "an empty one",
      files: {},
      says: /is no recording: there is neither requests.csv.gz nor scrapes-/,
    },
    {
      name: "one without its scenario",
      files: { "scrapes-0.jsonl.gz": '{"t": 0, "status": 200, "text": ""}\n' },
      says: /scenario.json: ENOENT/,
    },
    {
      name: "one with a page that is torn",
      files: {
        "scenario.json": '{"scrapeIntervalMs": 1000, "initialReplicas": [0]}',
        "scrapes-0.jsonl.gz": '{"t": 2, "status": 200, "text": "nv_inf"}\n',
      },
      says: /, replica 0, scrape at 2s, line 1: /,
    },
  ])("$name is refused", async ({ files, says }) => {
    const directory = await temporaryDirectory();
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(directory, name), name.endsWith(".gz") ? gzipSync(text) : text);
    }
    await expect(readTraceFile(directory, "recording")).rejects.toThrow(says);
  });
});
