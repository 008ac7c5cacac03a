// The command line: which command with which arguments, and what bad usage says.

import { Command, CommanderError, Option } from "commander";

import { VERSION } from "../domain/version.ts";
import { type AutoscaleOptions, runAutoscale } from "./autoscale.ts";
import { runBacktest } from "./backtest.ts";
import { runCheck } from "./check.ts";
import { CommandError } from "./command-error.ts";
import { type DemoOptions, runDemo } from "./demo.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { type ExplainOptions, runExplain } from "./explain.ts";
import { runLint } from "./lint.ts";
import type { Output } from "./output.ts";
import { addCompare, addTune } from "./policy-search-commands.ts";
import { addProfile } from "./profile-command.ts";
import { type RecordOptions, runRecord } from "./record.ts";
import { addRender } from "./render-command.ts";
import { runReplay } from "./replay.ts";
import { runSchema, SCHEMA_KINDS } from "./schema.ts";
import { runServe } from "./serve.ts";
import { addSimulate } from "./simulate-command.ts";
import { addTrace } from "./trace-command.ts";

/** What a command has besides its arguments; `signal` aborts when the process is asked to end. */
export type Surroundings = { readonly output: Output; readonly signal: AbortSignal };

type Action = () => Promise<ExitCode>;
type Choose = (action: Action) => void;

/** Runs the command that `args` (without program and script) name, and returns the exit code. Never throws. */
export async function runProgram(
  args: readonly string[],
  { output, signal }: Surroundings,
): Promise<ExitCode> {
  let chosen: Action | null = null;
  const program = describeProgram({ output, signal }, (action) => {
    chosen = action;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return await runChosen(chosen);
  } catch (error) {
    return exitOf(error, output);
  }
}

async function runChosen(action: Action | null): Promise<ExitCode> {
  return action === null ? EXIT.badInput : await action();
}

function exitOf(error: unknown, output: Output): ExitCode {
  // Commander has said what is wrong already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.yes : EXIT.badInput;
  if (error instanceof CommandError) {
    output.stderr(`${error.message}\n`);
    return error.exit;
  }
  output.stderr(
    `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.environment;
}

function describeProgram(surroundings: Surroundings, choose: Choose): Command {
  const { output } = surroundings;
  const program = new Command("tidemark")
    .description("Autoscaler for NVIDIA Triton: explained, replayable decisions for KEDA")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => output.stdout(text), writeErr: (text) => output.stderr(text) })
    .showHelpAfterError("(--help shows what there is)");
  addServe(program, surroundings, choose);
  addAutoscale(program, surroundings, choose);
  addDemo(program, surroundings, choose);
  addCheck(program, output, choose);
  addLint(program, output, choose);
  addRender(program, output, choose);
  addSchema(program, output, choose);
  addBacktest(program, output, choose);
  addRecord(program, surroundings, choose);
  addReplay(program, output, choose);
  addExplain(program, output, choose);
  addSimulate(program, output, choose);
  addCompare(program, output, choose);
  addTune(program, output, choose);
  addTrace(program, output, choose);
  addProfile(program, output, choose);
  return program;
}

function addServe(program: Command, { output, signal }: Surroundings, choose: Choose): void {
  program
    .command("serve")
    .description("answer KEDA from the metrics of a source")
    .requiredOption("--config <file>", "the service configuration")
    .requiredOption("--policies <dir>", "the folder of policies; changes in it are followed")
    .option("--grpc <address>", "listen for KEDA here instead, host:port")
    .option("--http <address>", "listen for HTTP here instead, host:port")
    .action((options: { config: string; policies: string; grpc?: string; http?: string }) =>
      choose(() => runServe(options, output, signal)),
    );
}

function addAutoscale(program: Command, { output, signal }: Surroundings, choose: Choose): void {
  program
    .command("autoscale")
    .description("write the replicas of the policies' targets, where there is no KEDA")
    .requiredOption("--config <file>", "the service configuration")
    .requiredOption("--policies <dir>", "the folder of policies; changes in it are followed")
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--http <address>", "listen for HTTP here instead, host:port")
    .action((options: AutoscaleOptions) => choose(() => runAutoscale(options, output, signal)));
}

function addDemo(program: Command, surroundings: Surroundings, choose: Choose): void {
  program
    .command("demo")
    .description("play a surge in a simulated cluster and watch the decisions")
    .option("--for <duration>", "end after this long, as 20s")
    .option("--recording", "play a recorded surge of a real Triton instead")
    .option("--grpc <address>", "listen for KEDA here, host:port")
    .option("--http <address>", "listen for HTTP here, host:port")
    .action((options: DemoOptions) => choose(() => runDemo(options, surroundings)));
}

function addCheck(program: Command, output: Output, choose: Choose): void {
  program
    .command("check")
    .description("say what is wrong with policies, configurations, scenarios and tunings")
    .argument("<path...>", "files, or folders of *.yaml and *.yml")
    .option("--config <file>", "the configuration that the policies are to run under")
    .option("--strict", "warnings count as errors")
    .option("--json", "print one JSON document")
    .action((paths: string[], options: { config?: string; strict?: boolean; json?: boolean }) =>
      choose(() => runCheck({ paths, ...options }, output)),
    );
}

function addLint(program: Command, output: Output, choose: Choose): void {
  program
    .command("lint")
    .description("say what is wrong with what runs around Triton: manifests, rules, dashboards, config.pbtxt")
    .argument("[path...]", "files, or folders of *.yaml, *.yml, *.json and *.pbtxt, searched to the bottom")
    .option("--strict", "warnings count as errors")
    .option("--json", "print one JSON document")
    .option("--rules", "list the rules and read nothing")
    .action((paths: string[], options: { strict?: boolean; json?: boolean; rules?: boolean }) =>
      choose(() => runLint({ paths, ...options }, output)),
    );
}

function addSchema(program: Command, output: Output, choose: Choose): void {
  program
    .command("schema")
    .description("print the JSON Schema of a kind of document")
    .argument("<kind>", SCHEMA_KINDS.join(", "))
    .action((kind: string) => choose(() => runSchema(kind, output)));
}

function addBacktest(program: Command, output: Output, choose: Choose): void {
  program
    .command("backtest")
    .description("run policies over recorded metrics, replicas as recorded")
    .argument("<recording>", "the folder of a recording")
    .requiredOption("--policies <dir>", "the folder of policies")
    .option("--config <file>", "a configuration whose source is a recording")
    .option("--decisions <file>", "write the decision records here")
    .option("--json", "print one JSON document")
    .action(
      (
        recording: string,
        options: { policies: string; config?: string; decisions?: string; json?: boolean },
      ) => choose(() => runBacktest(recording, options, output)),
    );
}

function addRecord(program: Command, { output, signal }: Surroundings, choose: Choose): void {
  program
    .command("record")
    .description("write what a source shows as recordings, one a workload, for backtest and serve")
    .requiredOption("--config <file>", "the service configuration whose source is recorded")
    .requiredOption("--out <dir>", "the folder for the recordings, new or empty")
    .addOption(
      new Option("--for <duration>", "record from now on for this long, as 1h").conflicts(["from", "to"]),
    )
    .option("--from <instant>", "record from here on, as 2026-01-05T00:00:00Z")
    .option("--to <instant>", "record up to here")
    .option("--policies <dir>", "record the results of these policies' queries, too")
    .action((options: RecordOptions) => choose(() => runRecord(options, output, signal)));
}

function addReplay(program: Command, output: Output, choose: Choose): void {
  program
    .command("replay")
    .description("decide a decision log once more and compare")
    .argument("<log>", "a decision log (JSON Lines)")
    .option("--json", "print one JSON document")
    .action((log: string, options: { json?: boolean }) => choose(() => runReplay(log, options, output)));
}

function addExplain(program: Command, output: Output, choose: Choose): void {
  program
    .command("explain")
    .description("say why a policy wanted what it wanted, or what a replica of it was seen to carry")
    .argument("<policy>", "<namespace>/<name>, or the name alone where that is unambiguous")
    .option("--at <instant>", "the last record at or before it, as 2026-01-05T00:00:50Z; else the newest")
    .addOption(new Option("--log <file>", "a decision log").conflicts("url"))
    .option("--url <url>", "a running service, as http://127.0.0.1:8080")
    .option("--capacity", "what a replica was seen to carry, and what follows from it")
    .option("--json", "print one JSON document")
    .action((policy: string, options: ExplainOptions) => choose(() => runExplain(policy, options, output)));
}
