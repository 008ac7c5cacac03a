// Reads the service configuration from its file.

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import type { Configuration } from "../domain/configuration.ts";
import { formatIssue } from "../domain/issue.ts";
import { loadConfiguration } from "../policy/load-policies.ts";
import { badInput, reasonOf } from "./command-error.ts";

/** A configuration and the directory that its relative paths start from. */
export type ConfigurationFile = { readonly configuration: Configuration; readonly directory: string };

/** Returns the configuration of `file`; throws a CommandError with its issues, one a line, where it is not valid. */
export async function readConfiguration(file: string): Promise<ConfigurationFile> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw badInput(`cannot read the configuration ${file}: ${reasonOf(error)}`, error);
  });
  const loaded = loadConfiguration(file, bytes);
  if (!loaded.ok) throw badInput(loaded.failure.map(formatIssue).join("\n"));
  return { configuration: loaded.value, directory: dirname(resolve(file)) };
}
