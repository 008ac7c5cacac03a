// `tidemark check`: every mistake in documents of any kind, before they are in force.

import { dirname, resolve } from "node:path";
import type { Configuration } from "../domain/configuration.ts";
import type { Issue } from "../domain/issue.ts";
import {
  type CheckedDocument,
  checkDocument,
  configurationWarnings,
  type DocumentFile,
} from "../policy/check-document.ts";
import { sortIssues } from "../policy/finding.ts";
import { checkFiles } from "../policy/load-policies.ts";
import { type NamesFile, queueTargetIssues } from "../policy/queue-target-check.ts";
import { badInput, CommandError } from "./command-error.ts";
import { readDocuments } from "./document-files.ts";
import type { ExitCode } from "./exit-codes.ts";
import { type IssueReport, issueReport, printReport } from "./issue-report.ts";
import type { Output } from "./output.ts";

export type CheckOptions = {
  readonly paths: readonly string[];
  /** The configuration that the policies are to run under; it is checked, too. */
  readonly config?: string | null | undefined;
  /** Warnings count as errors. */
  readonly strict?: boolean | undefined;
  readonly json?: boolean | undefined;
};

/** Returns 0 if no file has an error (with `strict`: nor a warning), 1 if one has, 2 if a path cannot be read. */
export async function runCheck(options: CheckOptions, output: Output): Promise<ExitCode> {
  try {
    return printReport(await check(options), options, output);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    output.stderr(`${error.message}\n`);
    return error.exit;
  }
}

async function check({ paths, config, strict }: CheckOptions): Promise<IssueReport> {
  const files = await readDocuments(paths);
  const [configFile] = await readDocuments(typeof config === "string" ? [config] : []);
  const configured = configFile === undefined ? null : checkConfigured(configFile);
  const others = files.filter(
    ({ file }) => configFile === undefined || resolve(file) !== resolve(configFile.file),
  );
  const documents = checkFiles(others, configured?.configuration ?? null);
  const checked = [...(configured?.documents ?? []), ...documents];
  const issues = sortIssues([
    ...(configured?.warnings ?? []),
    ...queueTargetIssues(paired(others, documents), namesFile),
    ...checked.flatMap((document) => document.issues),
  ]);
  return issueReport(checked.length, issues, strict === true);
}

/** Each file with what it holds; checking sorts files by name. */
function paired(files: readonly DocumentFile[], documents: readonly CheckedDocument[]) {
  const fileOf = new Map(files.map((file) => [file.file, file]));
  return documents.flatMap((document) => {
    const file = fileOf.get(document.file);
    return file === undefined ? [] : [{ file, document }];
  });
}

/** Paths in a scenario are relative to its file. */
const namesFile: NamesFile = (scenarioFile, path, policyFile) =>
  resolve(dirname(scenarioFile), path) === resolve(policyFile);

type Configured = {
  readonly documents: readonly CheckedDocument[];
  readonly configuration: Configuration | null;
  readonly warnings: readonly Issue[];
};

/** The file given as configuration must hold one: a policy there is a mistake in the command, not in the file. */
function checkConfigured(file: DocumentFile): Configured {
  const document = checkDocument(file, null);
  if (document.kind !== null && document.kind !== "ScalerConfiguration")
    throw badInput(`${file.file} is a ${document.kind}; --config takes a ScalerConfiguration`);
  return {
    documents: [document],
    configuration: document.configuration,
    warnings: configurationWarnings(file),
  };
}
