// `tidemark profile …` on the command line.

import { type Command, Option } from "commander";

import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { type ImportOptions, PROFILE_FORMATS, runProfileImport } from "./profile-import.ts";

type Choose = (action: () => Promise<ExitCode>) => void;

/** Adds the commands about service times to `program`. */
export function addProfile(program: Command, output: Output, choose: Choose): void {
  program
    .command("profile")
    .description("bring measured service times into a scenario")
    .command("import")
    .description("print measured execution times as the service: block of a scenario")
    .argument("<input>", "the measurement, packed with gzip or not")
    .addOption(
      new Option("--format <format>", "what it is of").choices(PROFILE_FORMATS).makeOptionMandatory(),
    )
    .option("--before <file>", "of triton-statistics: an earlier sample, which is taken off")
    .option("--batch <n>", "batch size of the measured requests, where the format does not hold it")
    .option("--model <name>", "which model, where there are several")
    .option("--out <file>", "write it here instead")
    .action((input: string, options: ImportOptions) =>
      choose(() => runProfileImport(input, options, output)),
    );
}
