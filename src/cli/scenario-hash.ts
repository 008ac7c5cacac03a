// The hash of a scenario: what it says once it is read, and what its traces hold.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";

import type { Scenario } from "../domain/scenario.ts";
import { documentHash } from "../policy/policy-document.ts";
import { badInput, reasonOf } from "./command-error.ts";
import type { ScenarioFile } from "./read-scenario.ts";
import { traceFilesOf } from "./trace-file.ts";

/** Returns 16 hex digits that change with anything in the scenario, but for comments and the way it is written. */
export async function scenarioHash({ scenario, directory }: ScenarioFile): Promise<string> {
  const traces: Record<string, string> = {};
  for (const { path, format } of tracesOf(scenario)) {
    traces[path] ??= await filesHash(await traceFilesOf(resolve(directory, path), format));
  }
  return documentHash({ scenario, traces });
}

function tracesOf({ workloads }: Scenario) {
  const streams = workloads.flatMap(({ models }) => models).flatMap(({ traffic }) => traffic);
  return streams.flatMap((stream) => (stream.kind === "traced" ? [stream] : []));
}

async function filesHash(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    try {
      for await (const piece of createReadStream(file)) hash.update(piece);
    } catch (error) {
      throw badInput(`cannot read ${file}: ${reasonOf(error)}`, error);
    }
  }
  return hash.digest("hex");
}
