// The commands that judge policies by simulation: `compare` and `tune`.

import type { Command } from "commander";
import { type CompareOptions, runCompare } from "./compare.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { runTune, type TuneOptions } from "./tune.ts";

type Choose = (action: () => Promise<ExitCode>) => void;

/** Adds `tidemark compare`. */
export function addCompare(program: Command, output: Output, choose: Choose): void {
  program
    .command("compare")
    .description("run two folders of policies through scenarios and say what differs, for a pull request")
    .argument("<scenario...>", "scenarios (kind Simulation)")
    .requiredOption("--base <dir>", "the policies as they are")
    .requiredOption("--head <dir>", "the policies as they would be")
    .option("--json", "print one JSON document")
    .option("--markdown", "print Markdown, for a comment")
    .option("--max-gpu-hours-increase <ratio>", "exit 1 if GPU-hours surely rise by more, as 0.05")
    .option("--max-attainment-loss <ratio>", "exit 1 if attainment surely falls by more, as 0.001")
    .action((scenarios: string[], options: CompareOptions) =>
      choose(() => runCompare(scenarios, options, output)),
    );
}

/** Adds `tidemark tune`. */
export function addTune(program: Command, output: Output, choose: Choose): void {
  program
    .command("tune")
    .description("search a better policy by simulation; recommend it only if held-out time confirms it")
    .argument("<tuning>", "what to search (kind Tuning)")
    .option("--workers <count>", "threads; else as many as there are processors")
    .option("--out <dir>", "write policy.yaml, front.csv and report.html here")
    .option("--json", "print one JSON document")
    .action((tuning: string, options: TuneOptions) => choose(() => runTune(tuning, options, output)));
}
