// Runs one policy of a tuning on one stretch of time: the same in this thread and in a worker.

import { readFile } from "node:fs/promises";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { Scenario } from "../domain/scenario.ts";
import { policyKey } from "../domain/target.ts";
import type { SearchDimension } from "../domain/tuning.ts";
import { millis, toSeconds } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import { memorySpan } from "../domain/windows.ts";
import { formatDuration } from "../policy/duration.ts";
import { editPolicy, type PolicyChanges } from "../policy/edit-policy.ts";
import { loadPolicies } from "../policy/load-policies.ts";
import { policyScore } from "../simulator/results/policy-score.ts";
import { sliceScenario } from "../simulator/scenario-slice.ts";
import { type RunInput, simulateRun } from "../simulator/simulate.ts";
import type { Changes } from "../tuning/search-space.ts";
import type { TrialResult, TrialRun } from "../tuning/trial.ts";
import { badInput, reasonOf } from "./command-error.ts";
import { readScenario } from "./read-scenario.ts";
import { readTraces } from "./read-traces.ts";
import { readCandidates } from "./scenario-candidates.ts";

/** The longest time before a stretch that runs without counting: windows fill, replicas settle. */
const LONGEST_LEAD_SECONDS = 7200;

export type TrialSettings = { readonly scenarioFile: string; readonly space: readonly SearchDimension[] };

/** Everything that the runs of one tuning share. */
export type TrialGround = {
  readonly scenario: Scenario;
  readonly traces: RunInput["traces"];
  readonly space: readonly SearchDimension[];
  /** Today's policy, and its file's text. */
  readonly today: LoadedPolicy;
  readonly file: string;
  readonly text: string;
  readonly others: readonly LoadedPolicy[];
};

/** Reads what the runs of a tuning need; throws a CommandError for files that are not there or not valid. */
export async function readTrialGround({ scenarioFile, space }: TrialSettings): Promise<TrialGround> {
  const read = await readScenario(scenarioFile);
  const { ours } = await readCandidates(read, undefined);
  const [today, ...others] = ours;
  const [candidate] = read.scenario.candidates;
  if (today === undefined || candidate?.kind !== "policies")
    throw badInput(`${scenarioFile}: the first candidate has no policy to start from`);
  const file = today.file;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw badInput(`cannot read ${file}: ${reasonOf(error)}`, error);
  });
  const traces = await readTraces(read.scenario, read.directory);
  return { scenario: read.scenario, traces, space, today, file, text, others };
}

/** Returns changes as a policy writes them: durations with their unit. */
export function writtenChanges(space: readonly SearchDimension[], changes: Changes): PolicyChanges {
  return Object.fromEntries(
    space.flatMap(({ path, unit }) => {
      const value = changes[path];
      if (value === undefined) return [];
      return [[path, unit === "milliseconds" ? formatDuration(millis(value)) : value]];
    }),
  );
}

/** Returns what one run came to; a policy that its own checks refuse is refused with their first message. */
export function runTrial(ground: TrialGround, { changes, stretch, seed }: TrialRun): TrialResult {
  const changed = changes === null ? ground.today : changedPolicy(ground, changes);
  if (typeof changed === "string") return { kind: "refused", why: changed };
  const leadSeconds = Math.min(LONGEST_LEAD_SECONDS, toSeconds(memorySpan(changed.policy)));
  const policies = [changed, ...ground.others];
  const { runs } = simulateRun({
    scenario: sliceScenario(ground.scenario, { ...stretch, leadSeconds }),
    candidate: { kind: "policies", name: "trial", policies },
    ours: policies,
    seed,
    traces: ground.traces,
    version: VERSION,
    keepRequests: false,
    onRecord: null,
  });
  const { namespace, name } = changed.policy.target;
  const workload = policyKey(namespace, name);
  const score = policyScore(runs.filter((run) => run.workload === workload));
  return score === null ? { kind: "refused", why: `nothing ran for ${workload}` } : { kind: "score", score };
}

function changedPolicy({ file, text, space }: TrialGround, changes: Changes): LoadedPolicy | string {
  const edited = editPolicy(text, writtenChanges(space, changes));
  const { policies, rejected } = loadPolicies([{ file, bytes: new TextEncoder().encode(edited) }], null);
  const [policy] = policies;
  if (policy !== undefined) return policy;
  const issue = rejected[0]?.issues.find(({ severity }) => severity === "error");
  return issue?.message ?? "it is no valid policy";
}
