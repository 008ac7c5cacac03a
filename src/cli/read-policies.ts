// Reads a folder of policies, and says what is wrong with its files as `check` does.

import { join } from "node:path";

import { PolicyFiles } from "../adapters/policy-files.ts";
import type { Configuration } from "../domain/configuration.ts";
import { formatIssue, type Issue } from "../domain/issue.ts";
import type { PolicySet } from "../domain/policy-set.ts";
import { loadPolicies } from "../policy/load-policies.ts";
import { badInput, reasonOf } from "./command-error.ts";
import type { Output } from "./output.ts";

/** Returns the source of the policies in `directory`; `configuration` adds the checks that depend on it. */
export function policiesIn(
  directory: string,
  configuration: Configuration | null,
  onProblem: (problem: string) => void = () => {},
): PolicyFiles {
  return new PolicyFiles({ directory, load: (files) => loadPolicies(files, configuration), onProblem });
}

/** Returns the first reading; throws a CommandError where the folder cannot be read. */
export async function readPolicies(source: PolicyFiles): Promise<PolicySet> {
  return await source.read().catch((error: unknown) => {
    throw badInput(reasonOf(error), error);
  });
}

/** Returns the policies of a folder in which all must be valid; the issues of others go to standard error. */
export async function readValidPolicies(
  directory: string,
  configuration: Configuration | null,
  output: Output,
): Promise<PolicySet> {
  const set = await readPolicies(policiesIn(directory, configuration));
  for (const line of rejectedLines(directory, set)) output.stderr(`${line}\n`);
  if (set.rejected.length > 0)
    throw badInput(`${set.rejected.length} policy files in ${directory} are not valid`);
  if (set.policies.length === 0) throw badInput(`no policy in ${directory}`);
  return set;
}

/** Returns the issues of rejected files as `check` prints them, one a line, files with their directory. */
export function rejectedLines(directory: string, { rejected }: PolicySet): readonly string[] {
  return issueLines(
    directory,
    rejected.flatMap(({ issues }) => issues),
  );
}

/** Returns the warnings of accepted files likewise. */
export function warningLines(directory: string, { warnings }: PolicySet): readonly string[] {
  return issueLines(directory, warnings);
}

function issueLines(directory: string, issues: readonly Issue[]): readonly string[] {
  return issues.map((issue) => formatIssue({ ...issue, file: join(directory, issue.file) }));
}
