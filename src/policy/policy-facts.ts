// The fields that rules across fields look at, each read on its own: one wrong field does not hide what is wrong
// between the others.

import type { z } from "zod";
import { CUSTOM_KINDS, SIGNAL_NAMES, type SignalName } from "../domain/policy.ts";
import type { Millis } from "../domain/units.ts";
import { policyDefault } from "./defaults.ts";
import { dnsLabel, duration, durationOrZero, ratio, whole } from "./field-schemas.ts";
import type { FieldPath } from "./finding.ts";
import { MOST_REPLICAS } from "./policy-schema.ts";
import { valueAt } from "./schema-findings.ts";

/** What can be read of one custom signal. */
export type CustomFacts = {
  readonly name: string | null;
  readonly kind: (typeof CUSTOM_KINDS)[number] | null;
  readonly window: Millis | null;
};

/** Defaults are filled in; null = missing or unreadable, which is reported elsewhere. */
export type PolicyFacts = {
  readonly name: string | null;
  readonly namespace: string | null;
  readonly modelNames: readonly unknown[];
  readonly replicasMin: number | null;
  readonly replicasMax: number | null;
  readonly objectiveLatency: Millis | null;
  readonly startupExpected: Millis | null;
  readonly scaleInCooldown: Millis | null;
  readonly scaleInStabilization: Millis | null;
  readonly maxAge: Millis | null;
  /** The declared signals; null where they cannot be told, or an unknown one is among them. */
  readonly signals: ReadonlySet<SignalName> | null;
  readonly windows: ReadonlyMap<SignalName, Millis>;
  /** As they are written; null where they cannot be told. */
  readonly custom: readonly CustomFacts[] | null;
  readonly latencyTarget: Millis | null;
  readonly queueTarget: Millis | null;
  readonly blockScaleInAbove: number | null;
  readonly criticalAbove: number | null;
  readonly activation: "none" | "given" | null;
};

const WINDOWED = ["requestRate", "inFlight", "pendingRequests", "queueDuration", "latency"] as const;

/** Returns what can be read of a policy document's data, valid or not. */
export function policyFacts(value: unknown): PolicyFacts {
  const read = <Output>(path: string, schema: z.ZodType<Output>): Output | null => {
    const parsed = schema.safeParse(valueAt(value, path.split(".")));
    return parsed.success ? parsed.data : null;
  };
  const activation = valueAt(value, ["spec", "activation"]) ?? null;
  const models = valueAt(value, ["spec", "models"]);
  const guard = "spec.signals.gpuMemory";
  return {
    name: read("metadata.name", dnsLabel()),
    namespace: read("spec.target.namespace", dnsLabel()),
    modelNames: Array.isArray(models) ? models.map((model) => valueAt(model, ["name"])) : [],
    replicasMin: read(
      "spec.replicas.min",
      whole(0, MOST_REPLICAS).prefault(policyDefault("spec.replicas.min")),
    ),
    replicasMax: read("spec.replicas.max", whole(1, MOST_REPLICAS)),
    objectiveLatency: read("spec.objective.latency", duration()),
    startupExpected: read(
      "spec.startup.expected",
      durationOrZero().prefault(policyDefault("spec.startup.expected")),
    ),
    scaleInCooldown: read(
      "spec.scaleIn.cooldown",
      durationOrZero().prefault(policyDefault("spec.scaleIn.cooldown")),
    ),
    scaleInStabilization: read(
      "spec.scaleIn.stabilizationWindow",
      durationOrZero().prefault(policyDefault("spec.scaleIn.stabilizationWindow")),
    ),
    maxAge: read("spec.missingData.maxAge", duration().prefault(policyDefault("spec.missingData.maxAge"))),
    signals: declaredSignals(valueAt(value, ["spec", "signals"])),
    windows: windowsOf(value, read),
    custom: customFacts(valueAt(value, ["spec", "signals", "custom"])),
    latencyTarget: read("spec.signals.latency.target", duration()),
    queueTarget: read("spec.signals.queueDuration.target", duration()),
    blockScaleInAbove: read(
      `${guard}.blockScaleInAbove`,
      ratio().prefault(policyDefault(`${guard}.blockScaleInAbove`)),
    ),
    criticalAbove: read(`${guard}.criticalAbove`, ratio().prefault(policyDefault(`${guard}.criticalAbove`))),
    activation: activation === null ? "none" : isMapping(activation) ? "given" : null,
  };
}

/** Returns the path in dots as steps. */
export function steps(path: string): FieldPath {
  return path.split(".");
}

type Read = (path: string, schema: z.ZodType<Millis>) => Millis | null;

function windowsOf(value: unknown, read: Read): ReadonlyMap<SignalName, Millis> {
  const windows = new Map<SignalName, Millis>();
  for (const signal of WINDOWED) {
    if (!isMapping(valueAt(value, ["spec", "signals", signal]))) continue;
    const path = `spec.signals.${signal}.window` as const;
    const window = read(path, duration().prefault(policyDefault(path)));
    if (window !== null) windows.set(signal, window);
  }
  return windows;
}

function declaredSignals(signals: unknown): ReadonlySet<SignalName> | null {
  if (!isMapping(signals)) return null;
  const declared = SIGNAL_NAMES.filter((name) => name in signals);
  const written = Object.keys(signals).filter((key) => key !== "custom");
  return declared.length === written.length ? new Set(declared) : null;
}

function customFacts(custom: unknown): readonly CustomFacts[] | null {
  if (custom === undefined) return [];
  if (!Array.isArray(custom)) return null;
  const window = duration().prefault(policyDefault("spec.signals.custom[].window"));
  return custom.map((signal: unknown) => {
    const kind = valueAt(signal, ["kind"]);
    const name = dnsLabel().safeParse(valueAt(signal, ["name"]));
    const span = window.safeParse(valueAt(signal, ["window"]));
    return {
      name: name.success ? name.data : null,
      kind: CUSTOM_KINDS.find((known) => known === kind) ?? null,
      window: span.success ? span.data : null,
    };
  });
}

function isMapping(value: unknown): value is object {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
