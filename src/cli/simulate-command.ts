// `tidemark simulate …` on the command line.

import type { Command } from "commander";

import { standardBaselines } from "../simulator/scalers/baselines/standard-baselines.ts";
import { simulateRun } from "../simulator/simulate.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { runSimulate, type SimulateOptions } from "./simulate.ts";

type Choose = (action: () => Promise<ExitCode>) => void;

/** Adds the command to `program`. */
export function addSimulate(program: Command, output: Output, choose: Choose): void {
  program
    .command("simulate")
    .description(
      "say what policies would have done: traffic, servers, KEDA and the HPA, played in virtual time",
    )
    .argument("<scenario>", "a document of kind Simulation")
    .option("--policies <dir>", "the folder of policies to try in the place of the first candidate's")
    .option("--baselines", "try a standard set of rules that are not ours, too")
    .option("--seed <n>", "one seed in the place of the scenario's")
    .option("--json", "print one JSON document")
    .option("--report <file>", "draw the result, the first seed's course included (one file of HTML)")
    .option("--timeline <file>", "write every tick of the first seed (CSV)")
    .option("--decisions <file>", "write the decision log of the first candidate's first seed (JSON Lines)")
    .option("--requests <file>", "write every request of that run (CSV)")
    .action((scenario: string, options: SimulateOptions) =>
      choose(() => runSimulate(scenario, options, { output, simulator: SIMULATOR })),
    );
}

const SIMULATOR = { simulate: simulateRun, standardBaselines };
