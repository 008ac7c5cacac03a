// `tidemark lint`: known mistakes in what people run around Triton: manifests, rules, dashboards, model configurations.

import { lintFiles } from "../lint/lint-files.ts";
import { RULES } from "../lint/rules.ts";
import { badInput, CommandError } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { issueReport, printReport } from "./issue-report.ts";
import { readLintFiles } from "./lint-paths.ts";
import type { Output } from "./output.ts";

export type LintOptions = {
  readonly paths: readonly string[];
  /** Warnings count as errors. */
  readonly strict?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** List the rules and read nothing. */
  readonly rules?: boolean | undefined;
};

/** Returns 0 if no file has an error (with `strict`: nor a warning), 1 if one has, 2 if a path cannot be read. */
export async function runLint(options: LintOptions, output: Output): Promise<ExitCode> {
  if (options.rules === true) {
    output.stdout(options.json === true ? rulesJson() : ruleLines());
    return EXIT.yes;
  }
  try {
    if (options.paths.length === 0) throw badInput("lint needs a path, or --rules");
    const files = await readLintFiles(options.paths);
    const report = issueReport(files.length, lintFiles(files), options.strict === true);
    return printReport(report, options, output);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    output.stderr(`${error.message}\n`);
    return error.exit;
  }
}

function ruleLines(): string {
  const lines = RULES.map(({ code, severity, title, visible }) =>
    `${code}  ${severity.padEnd(7)}  ${title}${visible ? "" : " (no file can show it)"}`.trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

function rulesJson(): string {
  const rules = RULES.map(({ code, title, severity, visible }) => ({ code, title, severity, visible }));
  return `${JSON.stringify({ rules })}\n`;
}
