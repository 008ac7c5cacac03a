// A rule between files: a scenario that tries a policy knows how long its models' executions take.

import type { Issue } from "../domain/issue.ts";
import type { Policy } from "../domain/policy.ts";
import type { ModelScenario, Scenario } from "../domain/scenario.ts";
import { toSeconds } from "../domain/units.ts";
import type { CheckedDocument, DocumentFile } from "./check-document.ts";
import { formatDuration } from "./duration.ts";
import { type FieldPath, toIssue } from "./finding.ts";
import { type LocatedDocument, readDocument } from "./read-document.ts";

const TARGET = ["spec", "signals", "queueDuration", "target"];

/** Returns whether a path written in `scenarioFile` means `policyFile`. */
export type NamesFile = (scenarioFile: string, path: string, policyFile: string) => boolean;

type Checked = { readonly file: DocumentFile; readonly document: CheckedDocument };

/**
 * Returns a warning for each policy whose queue target is below the shortest execution of a model of it, as a scenario
 * among `checked` gives it that names the policy's file or has its target among its workloads.
 */
export function queueTargetIssues(checked: readonly Checked[], names: NamesFile): readonly Issue[] {
  return checked.flatMap(({ file, document: { policy } }) => {
    if (policy === null || policy.signals.queueDuration === null) return [];
    return checked.flatMap(({ file: other, document: { scenario } }) => {
      if (scenario === null || !concerns(scenario, policy, (path) => names(other.file, path, file.file)))
        return [];
      return belowExecution({ policy, file }, { scenario, file: other });
    });
  });
}

function concerns(
  { candidates, workloads }: Scenario,
  { target }: Policy,
  isPolicy: (path: string) => boolean,
): boolean {
  const isTried = candidates.some((tried) => tried.kind === "policies" && tried.policies.some(isPolicy));
  return (
    isTried || workloads.some(({ namespace, name }) => namespace === target.namespace && name === target.name)
  );
}

type Tried = { readonly policy: Policy; readonly file: DocumentFile };
type Trying = { readonly scenario: Scenario; readonly file: DocumentFile };

function belowExecution({ policy, file }: Tried, { scenario, file: other }: Trying): readonly Issue[] {
  const { target, models, signals } = policy;
  const queueTarget = signals.queueDuration?.target;
  if (queueTarget === undefined) return [];
  const workload = scenario.workloads.findIndex(
    ({ namespace, name }) => namespace === target.namespace && name === target.name,
  );
  const served = scenario.workloads[workload]?.models ?? [];
  const slow = served.flatMap((model, index) => {
    const isOurs = models.some(({ name }) => name === model.name);
    const seconds = shortestSeconds(model);
    return isOurs && seconds > toSeconds(queueTarget) ? [{ name: model.name, index, seconds }] : [];
  });
  const [first] = slow.toSorted((one, another) => another.seconds - one.seconds);
  if (first === undefined) return [];
  const times = ["spec", "workloads", workload, "models", first.index, "service", "executionTime"];
  const place = `${other.file}, line ${lineOf(other, times)}`;
  const path = TARGET.join(".");
  const message = `${path} is ${formatDuration(queueTarget)}, below one execution of model "${first.name}" (${shownSeconds(first.seconds)}, ${place}): it is missed whenever a request meets a busy server; raise it`;
  const at = located(file)?.locate.value(TARGET) ?? { line: 1, column: 1 };
  return [toIssue(file.file, { ...at, code: "QUEUE_TARGET_BELOW_EXECUTION", path, message })];
}

function shortestSeconds({ service, scheduler }: ModelScenario): number {
  if (scheduler.kind === "engine") return 0;
  return Math.min(...service.points.map(({ seconds }) => seconds));
}

function shownSeconds(seconds: number): string {
  const [amount, unit] = seconds < 1 ? [seconds * 1000, "ms"] : [seconds, "s"];
  return `${Number(amount.toPrecision(6))}${unit}`;
}

function lineOf(file: DocumentFile, path: FieldPath): number {
  return located(file)?.locate.value(path).line ?? 1;
}

function located({ bytes }: DocumentFile): LocatedDocument | null {
  const reading = readDocument(bytes);
  return reading.readable ? reading.document : null;
}
