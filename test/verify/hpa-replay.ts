// Replays a recording of the real HPA controller and compares every step.

import { HpaController } from "../../src/simulator/hpa/hpa-controller.ts";
import type { HpaOutcome } from "../../src/simulator/hpa/hpa-sync.ts";
import type { Int64 } from "../../src/simulator/hpa/metric.ts";
import { hpaRelease } from "../../src/simulator/hpa/release.ts";
import {
  type FileStep,
  type HpaVector,
  int64Of,
  parsedCondition,
  printedCondition,
  specOf,
  syncOf,
} from "./hpa-vector.ts";

/** A field of a step that came out otherwise than recorded; both values printed. */
export type Difference = {
  readonly id: string;
  /** Index of the step, from 0. */
  readonly step: number;
  readonly field: string;
  readonly recorded: string;
  readonly ours: string;
};

/** Returns the first difference of each step that has one. */
export function replayVector(vector: HpaVector): readonly Difference[] {
  const controller = new HpaController(hpaRelease(vector.kubernetes, vector.featureGates), vector.flags);
  let spec = specOf(vector.hpa);
  const showsMetrics = vector.steps.some(({ currentMetrics }) => currentMetrics !== undefined);
  const differences: Difference[] = [];
  for (const [index, step] of vector.steps.entries()) {
    if (step.controllerRestarted === true || step.hpaGone === true) controller.forget();
    if (step.hpaRecreated === true) controller.replaceStatus();
    if (step.hpa !== undefined) spec = specOf(step.hpa);
    if (step.hpaGone === true) continue;
    const outcome = controller.reconcile(spec, syncOf(step, spec));
    const found = firstDifference(step, outcome, showsMetrics);
    if (found !== null) differences.push({ id: vector.id, step: index, ...found });
    if (step.staleRead === true) takeStatusOf(controller, step);
  }
  return differences;
}

type Field = Omit<Difference, "id" | "step">;

function firstDifference(
  step: FileStep,
  { proposal, scaledTo, status }: HpaOutcome,
  showsMetrics: boolean,
): Field | null {
  const fields: Field[] = [
    { field: "proposal", recorded: String(step.proposal ?? null), ours: String(proposal) },
    { field: "scaledTo", recorded: String(step.scaledTo ?? null), ours: String(scaledTo) },
  ];
  if (step.staleRead !== true) {
    fields.push(
      {
        field: "desiredReplicas",
        recorded: String(step.desiredReplicas ?? null),
        ours: String(status.desiredReplicas),
      },
      {
        field: "conditions",
        recorded: (step.conditions ?? []).join(" "),
        ours: status.conditions.map(printedCondition).join(" "),
      },
    );
    if (showsMetrics) {
      fields.push({
        field: "currentMetrics",
        recorded: printed(step.currentMetrics ?? []),
        ours: printed(status.currentMetrics),
      });
    }
  }
  return fields.find(({ recorded, ours }) => recorded !== ours) ?? null;
}

/** After a stale read the stored status is nobody's but the recording's. */
function takeStatusOf(controller: HpaController, step: FileStep): void {
  controller.replaceStatus({
    desiredReplicas: step.desiredReplicas ?? 0,
    conditions: (step.conditions ?? []).map(parsedCondition),
    currentMetrics:
      step.currentMetrics?.map((metric) =>
        metric === null
          ? null
          : Object.fromEntries(Object.entries(metric).map(([name, value]) => [name, int64Of(value)])),
      ) ?? [],
  });
}

type Shown = Readonly<Record<string, Int64 | string>>;

function printed(metrics: readonly (Shown | null)[]): string {
  const entries = metrics.map((metric) =>
    metric === null
      ? "null"
      : Object.keys(metric)
          .toSorted()
          .map((name) => `${name}=${metric[name]}`)
          .join(","),
  );
  return `[${entries.join(" ")}]`;
}
