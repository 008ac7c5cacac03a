// `tidemark compare`: two folders of policies through the same scenarios with the same randomness, for a pull request.

import type { ComparisonResult } from "../domain/comparison-result.ts";
import type { Scenario } from "../domain/scenario.ts";
import { policyKey } from "../domain/target.ts";
import { VERSION } from "../domain/version.ts";
import { type ComparedRuns, compareRuns } from "../simulator/results/comparison.ts";
import { type PolicyScore, policyScore } from "../simulator/results/policy-score.ts";
import { type RunInput, simulateRun } from "../simulator/simulate.ts";
import { badInput } from "./command-error.ts";
import { comparisonMarkdown, comparisonText } from "./comparison-text.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import { readScenario } from "./read-scenario.ts";
import { readTraces } from "./read-traces.ts";
import { type Candidates, readCandidates } from "./scenario-candidates.ts";

export type CompareOptions = {
  readonly base: string;
  readonly head: string;
  readonly json?: boolean | undefined;
  readonly markdown?: boolean | undefined;
  readonly maxGpuHoursIncrease?: string | undefined;
  readonly maxAttainmentLoss?: string | undefined;
};

const RATIO = /^[0-9]+(\.[0-9]+)?$/;

/** Prints how the policies of `head` differ from those of `base`; exit 1 where a gate is broken. */
export async function runCompare(
  scenarios: readonly string[],
  options: CompareOptions,
  output: Output,
): Promise<ExitCode> {
  const gates = {
    maxGpuHoursIncrease: ratio("--max-gpu-hours-increase", options.maxGpuHoursIncrease),
    maxAttainmentLoss: ratio("--max-attainment-loss", options.maxAttainmentLoss),
  };
  const progress = new Progress(output);
  const runs: ComparedRuns[] = [];
  for (const file of scenarios) runs.push(...(await compareScenario(file, options, progress)));
  const result = compareRuns(runs, gates);
  output.stdout(printed(result, options));
  output.stderr(`compared in ${progress.seconds().toFixed(2)} s\n`);
  return result.ok ? EXIT.yes : EXIT.no;
}

function ratio(flag: string, written: string | undefined): number | null {
  if (written === undefined) return null;
  if (!RATIO.test(written)) throw badInput(`${flag} ${written} is no ratio, as 0.05 for 5 %`);
  return Number(written);
}

function printed(result: ComparisonResult, { json, markdown }: CompareOptions): string {
  if (json === true) return `${JSON.stringify(result)}\n`;
  return markdown === true ? comparisonMarkdown(result) : comparisonText(result);
}

async function compareScenario(
  file: string,
  { base, head }: CompareOptions,
  progress: Progress,
): Promise<readonly ComparedRuns[]> {
  const read = await readScenario(file);
  const sides = { base: await readCandidates(read, base), head: await readCandidates(read, head) };
  const traces = await readTraces(read.scenario, read.directory);
  const scored = {
    base: scoresOf(read.scenario, sides.base, { traces, progress, side: `${read.scenario.name}, base` }),
    head: scoresOf(read.scenario, sides.head, { traces, progress, side: `${read.scenario.name}, head` }),
  };
  const policies = sharedPolicies(sides, file);
  return policies.map(({ key, workload }) => ({
    scenario: read.scenario.name,
    policy: key,
    base: scored.base.get(workload) ?? [],
    head: scored.head.get(workload) ?? [],
  }));
}

type Target = { readonly key: string; readonly workload: string };

/** The policies of both sides that scale the same workload; a workload with a policy on one side only is a slip. */
function sharedPolicies(
  { base, head }: { readonly base: Candidates; readonly head: Candidates },
  file: string,
): readonly Target[] {
  const [before, after] = [targetsOf(base), targetsOf(head)];
  for (const { key, workload } of [...before, ...after]) {
    const isOnBoth = [before, after].every((side) => side.some((target) => target.workload === workload));
    if (!isOnBoth) throw badInput(`${key} scales ${workload} of ${file} in one of the two folders only`);
  }
  return after;
}

function targetsOf({ ours }: Candidates): readonly Target[] {
  return ours.map(({ key, policy: { target } }) => ({
    key,
    workload: policyKey(target.namespace, target.name),
  }));
}

type Runs = { readonly traces: RunInput["traces"]; readonly progress: Progress; readonly side: string };

/** Scores by workload, one a seed. */
function scoresOf(
  scenario: Scenario,
  candidates: Candidates,
  { traces, progress, side }: Runs,
): ReadonlyMap<string, readonly PolicyScore[]> {
  const scores = new Map<string, PolicyScore[]>();
  const [candidate] = candidates.all;
  if (candidate === undefined) return scores;
  for (const seed of scenario.seeds) {
    progress.report(() => `${side}: seed ${seed} of ${scenario.seeds.length}`);
    const input = { scenario, candidate, ours: candidates.ours, seed, traces, version: VERSION };
    const { runs } = simulateRun({ ...input, keepRequests: false, onRecord: null });
    for (const workload of new Set(runs.map((run) => run.workload))) {
      const score = policyScore(runs.filter((run) => run.workload === workload));
      if (score !== null) scores.set(workload, [...(scores.get(workload) ?? []), score]);
    }
  }
  return scores;
}
