// Reads back an HPA: for which workload it is, whether it asks for our metric, and which tolerance it carries.

import type { HpaReading } from "../../domain/cluster.ts";
import { fieldOf, itemsOf, textOf } from "./json-fields.ts";

export type HpaFacts = HpaReading & {
  readonly targetKind: string;
  readonly targetName: string;
};

/** KEDA puts `s0-` and the like before the name that a scaler gives. */
const OUR_METRIC = /^(s[0-9]+-)?desired-replicas$/;
const QUANTITY =
  /^([+-]?[0-9]+(?:\.[0-9]*)?|[+-]?\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?$/;
const SCALES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Returns the facts of an HPA (autoscaling/v2), or null where it names no target. */
export function hpaFacts(hpa: unknown): HpaFacts | null {
  const name = textOf(hpa, "metadata", "name");
  const targetKind = textOf(hpa, "spec", "scaleTargetRef", "kind");
  const targetName = textOf(hpa, "spec", "scaleTargetRef", "name");
  if (name === null || targetKind === null || targetName === null) return null;
  const ours = itemsOf(hpa, "spec", "metrics").find((metric) =>
    OUR_METRIC.test(textOf(metric, "external", "metric", "name") ?? ""),
  );
  return {
    name,
    targetKind,
    targetName,
    isKedas:
      textOf(hpa, "metadata", "labels", "scaledobject.keda.sh/name") !== null ||
      textOf(hpa, "metadata", "labels", "app.kubernetes.io/managed-by") === "keda-operator",
    asksForOurs: ours !== undefined,
    target: quantityAt(ours, "external", "target", "averageValue"),
    toleranceOut: quantityAt(hpa, "spec", "behavior", "scaleUp", "tolerance"),
    toleranceIn: quantityAt(hpa, "spec", "behavior", "scaleDown", "tolerance"),
    hasBehavior: fieldOf(hpa, "spec", "behavior") !== undefined,
  };
}

/** Returns what a policy's record keeps of it. */
export function hpaReading({ targetKind: _kind, targetName: _name, ...reading }: HpaFacts): HpaReading {
  return reading;
}

function quantityAt(value: unknown, ...path: readonly string[]): number | null {
  const written = fieldOf(value, ...path);
  if (typeof written === "number") return written;
  const match = typeof written === "string" ? QUANTITY.exec(written) : null;
  if (match === null) return null;
  const [, digits = "", suffix = ""] = match;
  const scale = suffix === "" ? 1 : (SCALES[suffix] ?? Number(`1${suffix}`));
  // 50m must be 0.05, not 0.05 and a bit.
  return Number((Number(digits) * scale).toPrecision(12));
}
