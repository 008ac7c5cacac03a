// `tidemark trace …` on the command line.

import { type Command, Option } from "commander";

import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { type ConvertOptions, runTraceConvert, runTraceShow, type ShowOptions } from "./trace.ts";
import { TRACE_FORMATS } from "./trace-file.ts";

type Choose = (action: () => Promise<ExitCode>) => void;

/** Adds the commands about traces to `program`. */
export function addTrace(program: Command, output: Output, choose: Choose): void {
  const trace = program
    .command("trace")
    .description("bring traces of requests into one form, and look at them");
  trace
    .command("convert")
    .description("write a trace as a tidemark file: checked once, read fast, with its source and licence")
    .argument("<input>", "the trace, packed with gzip or not; of a recording also its folder")
    .addOption(formatOption().makeOptionMandatory())
    .requiredOption("--out <file>", "the file to write")
    .option("--source <text>", "where the numbers come from; else the input's path")
    .option("--licence <text>", "under which licence they may be used")
    .action((input: string, options: ConvertOptions) =>
      choose(() => runTraceConvert(input, options, output)),
    );
  trace
    .command("show")
    .description("print a trace's count, length, rates and burstiness")
    .argument("<file>", "the trace")
    .addOption(formatOption().default("tidemark"))
    .option("--json", "print one JSON document")
    .action((file: string, options: ShowOptions) => choose(() => runTraceShow(file, options, output)));
}

function formatOption(): Option {
  return new Option("--format <format>", "the form of the trace").choices(TRACE_FORMATS);
}
