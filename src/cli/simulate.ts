// `tidemark simulate`: runs every candidate of a scenario over every seed and says what came of it.

import type { BaselineKind } from "../domain/baselines.ts";
import type { BaselineCandidate, Scenario } from "../domain/scenario.ts";
import type { SimulationResult } from "../domain/simulation-result.ts";
import { VERSION } from "../domain/version.ts";
import { expectationResults } from "../simulator/results/expectations.ts";
import type { Yardstick } from "../simulator/results/verdict.ts";
import { badInput } from "./command-error.ts";
import { assertWritable } from "./decision-log.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { LineFile } from "./line-file.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import { readScenario, type ScenarioFile } from "./read-scenario.ts";
import { readTraces } from "./read-traces.ts";
import { type Candidates, readCandidates } from "./scenario-candidates.ts";
import { scenarioHash } from "./scenario-hash.ts";
import { logLine, writeRequests, writeTimeline } from "./simulation-files.ts";
import { type Play, type Played, playScenario } from "./simulation-play.ts";
import { writeReport } from "./simulation-report.ts";
import { simulationText } from "./simulation-text.ts";

export type SimulateOptions = {
  /** A folder in the place of the first candidate's policies. */
  readonly policies?: string | undefined;
  /** Add the standard set of rules. */
  readonly baselines?: boolean | undefined;
  /** One seed in the place of the scenario's. */
  readonly seed?: string | undefined;
  readonly json?: boolean | undefined;
  readonly report?: string | undefined;
  readonly timeline?: string | undefined;
  readonly decisions?: string | undefined;
  readonly requests?: string | undefined;
};

/** What runs a scenario, and the rules that `--baselines` adds to it. */
export type Simulator = {
  readonly simulate: Play["simulate"];
  standardBaselines(scenario: Scenario): readonly BaselineCandidate[];
};

const SEED = /^[0-9]{1,10}$/;
const CLAIRVOYANT: BaselineKind = "clairvoyant";
const LARGEST_SEED = 4_294_967_295;

/** Prints the result of `file`'s scenario; exit 1 where an expectation is missed or an invariant broken. */
export async function runSimulate(
  file: string,
  options: SimulateOptions,
  { output, simulator }: { readonly output: Output; readonly simulator: Simulator },
): Promise<ExitCode> {
  const read = await readScenario(file);
  const hash = await scenarioHash(read);
  const scenario = withSeed(read.scenario, options.seed);
  const candidates = await chosenCandidates({ ...read, scenario }, options, simulator);
  const traces = await readTraces(scenario, read.directory);
  for (const written of [options.report, options.timeline, options.decisions, options.requests])
    if (written !== undefined) await assertWritable(written);
  const progress = new Progress(output);
  const log = options.decisions === undefined ? null : new LineFile(options.decisions);
  const played = await playScenario({
    scenario,
    candidates,
    traces,
    simulate: (input) => simulator.simulate(input),
    progress,
    keepRequests: options.requests !== undefined,
    onRecord: log === null ? null : (line) => log.write(logLine(line)),
  });
  log?.close();
  if (options.timeline !== undefined)
    writeTimeline(
      options.timeline,
      played.courses.flatMap(({ timeline }) => timeline),
    );
  if (options.requests !== undefined) writeRequests(options.requests, played.requests);
  const result = resultOf(scenario, hash, played);
  const { courses } = played;
  const text = { result, scenario, yardstick: yardstickOf(candidates), courses };
  if (options.report !== undefined) writeReport(options.report, { ...text, policies: candidates.ours });
  output.stdout(options.json === true ? `${JSON.stringify(result)}\n` : simulationText(text));
  output.stderr(`${speedText(played, progress.seconds())}\n`);
  return result.ok ? EXIT.yes : EXIT.no;
}

function withSeed(scenario: Scenario, seed: string | undefined): Scenario {
  if (seed === undefined) return scenario;
  if (!SEED.test(seed) || Number(seed) > LARGEST_SEED)
    throw badInput(`--seed ${seed} is no seed: a whole number from 0 to ${LARGEST_SEED}`);
  return { ...scenario, seeds: [Number(seed)] };
}

/** A rule of the standard set whose name is taken is what the scenario made of it: it is not added again. */
async function chosenCandidates(
  file: ScenarioFile,
  { policies, baselines }: SimulateOptions,
  simulator: Simulator,
): Promise<Candidates> {
  const candidates = await readCandidates(file, policies);
  if (baselines !== true) return candidates;
  const names = new Set(candidates.all.map(({ name }) => name));
  const added = simulator.standardBaselines(file.scenario).filter(({ name }) => !names.has(name));
  return { ...candidates, all: [...candidates.all, ...added] };
}

function resultOf(scenario: Scenario, hash: string, { runs }: Played): SimulationResult {
  const expect = expectationResults(scenario.expect, runs);
  const ok = expect.every((one) => one.ok) && runs.every((run) => run.invariantBreaches.length === 0);
  return {
    kind: "SimulationResult",
    v: 1,
    version: VERSION,
    scenario: scenario.name,
    scenarioHash: hash,
    runs,
    expect,
    ok,
  };
}

function yardstickOf({ ours, all }: Candidates): Yardstick {
  const objectives = ours.map(({ policy: { target, objective } }) => ({
    workload: `${target.namespace}/${target.name}`,
    percentile: objective.percentile,
  }));
  const foreseeing = all.filter((one) => one.kind === "baseline" && one.baseline === CLAIRVOYANT);
  return { objectives, clairvoyant: new Set(foreseeing.map(({ name }) => name)) };
}

function speedText({ runs }: Played, seconds: number): string {
  const count = new Set(runs.map(({ candidate, seed }) => `${candidate} ${seed}`)).size;
  const requests = runs.reduce((sum, run) => sum + run.requests.arrived, 0);
  return `${count} ${count === 1 ? "run" : "runs"}, ${requests} requests in ${seconds.toFixed(2)} s`;
}
