// The candidates of a scenario with their policies read, each policy at home in one of the scenario's workloads.

import { isAbsolute, join } from "node:path";

import { formatIssue } from "../domain/issue.ts";
import type { LoadedPolicy, PolicySet } from "../domain/policy-set.ts";
import type { BaselineCandidate, Scenario } from "../domain/scenario.ts";
import { loadPolicies } from "../policy/load-policies.ts";
import type { LoadedCandidate } from "../simulator/simulate.ts";
import { badInput } from "./command-error.ts";
import { readDocuments } from "./document-files.ts";
import type { ScenarioFile } from "./read-scenario.ts";

export type Candidates = {
  /** In the scenario's order; ours first. */
  readonly all: readonly (LoadedCandidate | BaselineCandidate)[];
  /** The first candidate's policies. */
  readonly ours: readonly LoadedPolicy[];
};

/** Returns the candidates; `policies` is a folder that takes the place of ours. Throws a CommandError for bad files. */
export async function readCandidates(
  { scenario, directory }: ScenarioFile,
  policies: string | undefined,
): Promise<Candidates> {
  const all: (LoadedCandidate | BaselineCandidate)[] = [];
  for (const [index, candidate] of scenario.candidates.entries()) {
    if (candidate.kind === "baseline") {
      all.push(candidate);
      continue;
    }
    const isReplaced = index === 0 && policies !== undefined;
    const paths = isReplaced
      ? [policies]
      : candidate.policies.map((path) => (isAbsolute(path) ? path : join(directory, path)));
    const loaded = await readAll(paths);
    const fitting = isReplaced ? loaded.filter((policy) => workloadOf(policy, scenario) !== null) : loaded;
    if (fitting.length === 0)
      throw badInput(`no policy in ${paths.join(", ")} is for a workload of scenario ${scenario.name}`);
    assertAtHome(fitting, scenario);
    all.push({ kind: "policies", name: candidate.name, policies: fitting });
  }
  const [first] = all;
  return { all, ours: first?.kind === "policies" ? first.policies : [] };
}

async function readAll(paths: readonly string[]): Promise<readonly LoadedPolicy[]> {
  const set: PolicySet = loadPolicies(await readDocuments(paths), null);
  const issues = set.rejected.flatMap((rejected) => rejected.issues);
  if (issues.length > 0) throw badInput(issues.map(formatIssue).join("\n"));
  if (set.policies.length === 0) throw badInput(`no policy in ${paths.join(", ")}`);
  return set.policies;
}

/** A policy that scales nothing, or counts models that are not there, is a slip: its result would mislead. */
function assertAtHome(policies: readonly LoadedPolicy[], scenario: Scenario): void {
  const taken = new Map<string, LoadedPolicy>();
  for (const loaded of policies) {
    const { target, models } = loaded.policy;
    const workload = workloadOf(loaded, scenario);
    const name = `${target.namespace}/${target.name}`;
    if (workload === null) {
      const known = scenario.workloads.map((one) => `${one.kind} ${one.namespace}/${one.name}`).join(", ");
      throw badInput(
        `${loaded.file}: target ${target.kind} ${name} is no workload of scenario ${scenario.name}, which has ${known}`,
      );
    }
    const other = taken.get(name);
    if (other !== undefined) throw badInput(`${loaded.file} and ${other.file} are both for ${name}`);
    taken.set(name, loaded);
    const served = workload.models.map((model) => model.name);
    const absent = models.filter((model) => !served.includes(model.name)).map((model) => model.name);
    if (absent.length > 0)
      throw badInput(
        `${loaded.file}: model ${absent.join(", ")} is not served by ${name}, which has ${served.join(", ")}`,
      );
  }
}

function workloadOf({ policy }: LoadedPolicy, { workloads }: Scenario): Scenario["workloads"][number] | null {
  const { kind, namespace, name } = policy.target;
  return (
    workloads.find(
      (workload) => workload.kind === kind && workload.namespace === namespace && workload.name === name,
    ) ?? null
  );
}
