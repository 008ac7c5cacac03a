// Reads a scenario from its file.

import { readFile } from "node:fs/promises";
import { dirname } from "node:path";

import { formatIssue } from "../domain/issue.ts";
import type { Scenario } from "../domain/scenario.ts";
import { loadScenario } from "../policy/load-policies.ts";
import { badInput, reasonOf } from "./command-error.ts";

/** A scenario and the directory that its relative paths start from. */
export type ScenarioFile = { readonly scenario: Scenario; readonly directory: string };

/** Returns the scenario of `file`; throws a CommandError with its issues, one a line, where it is not valid. */
export async function readScenario(file: string): Promise<ScenarioFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw badInput(`cannot read the scenario ${file}: ${reasonOf(error)}`, error);
  });
  const loaded = loadScenario(file, bytes);
  if (!loaded.ok) throw badInput(loaded.failure.map(formatIssue).join("\n"));
  return { scenario: loaded.value, directory: dirname(file) };
}
