// Writes small recordings for tests.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { temporaryDirectory } from "./temporary-directory.ts";

export type ScrapeLine = { readonly t: number; readonly status: number | string; readonly text: string };

/** Returns a successful scrape whose success counter shows `count`. */
export function answered(t: number, count = 0): ScrapeLine {
  return { t, status: 200, text: `nv_inference_request_success{model="m",version="1"} ${count}\n` };
}

/** Returns the line that says that the replica exists no more. */
export function gone(t: number): ScrapeLine {
  return { t, status: "gone", text: "" };
}

/** Returns a scrape that found nobody. */
export function refused(t: number): ScrapeLine {
  return { t, status: "connection refused", text: "" };
}

/** Writes `lines` as a gzipped file of JSON lines. */
export async function writeLines(file: string, lines: readonly unknown[]): Promise<void> {
  await writeFile(file, gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
}

/** Returns the directory of a new recording; `scrapes` by replica. */
export async function writeRecording(
  scrapes: readonly (readonly ScrapeLine[])[],
  {
    initialReplicas = [0],
    replicas,
    queries,
    scenario = {},
  }: {
    readonly initialReplicas?: readonly number[];
    readonly replicas?: readonly unknown[];
    readonly queries?: readonly unknown[];
    /** Further keys of the scenario. */
    readonly scenario?: object;
  } = {},
): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(
    join(directory, "scenario.json"),
    JSON.stringify({ scrapeIntervalMs: 1000, initialReplicas, ...scenario }),
  );
  for (const [replica, lines] of scrapes.entries()) {
    await writeLines(join(directory, `scrapes-${replica}.jsonl.gz`), lines);
  }
  if (replicas !== undefined) await writeLines(join(directory, "replicas.jsonl.gz"), replicas);
  if (queries !== undefined) await writeLines(join(directory, "queries.jsonl.gz"), queries);
  return directory;
}
