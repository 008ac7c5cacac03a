// The strict schema of a ScalingPolicy. Meanings and defaults come from defaults.ts.

import { z } from "zod";
import type { Policy } from "../domain/policy.ts";
import { type Millis, millis } from "../domain/units.ts";
import { policyDefault } from "./defaults.ts";
import { field } from "./described-field.ts";
import {
  dnsLabel,
  duration,
  durationOrZero,
  mapping,
  modelName,
  notYet,
  positive,
  ratio,
  refusal,
  text,
  whole,
} from "./field-schemas.ts";
import { signals } from "./signal-schemas.ts";

export const API_VERSION = "tidemark.dev/v1alpha1";
export const MOST_REPLICAS = 10_000;
const MOST_GPUS = 1024;
const MOST_ENTRIES = 100;

const limitsOf = (direction: "scaleOut" | "scaleIn") =>
  z
    .array(
      mapping({
        replicas: field(`spec.${direction}.limits[].replicas`, whole(1, MOST_REPLICAS).optional()),
        percent: field(`spec.${direction}.limits[].percent`, positive().optional()),
        per: field(`spec.${direction}.limits[].per`, duration()),
      }).refine(({ replicas, percent }) => replicas !== undefined || percent !== undefined, {
        error: refusal("MISSING_KEY", "lacks the size of the change; add replicas, percent or both"),
      }),
    )
    .max(MOST_ENTRIES);

const model = mapping({
  name: field("spec.models[].name", modelName()),
  maxQueueDelay: field(
    "spec.models[].maxQueueDelay",
    durationOrZero().prefault(policyDefault("spec.models[].maxQueueDelay")),
  ),
  weight: field("spec.models[].weight", positive().prefault(policyDefault("spec.models[].weight"))),
});

const target = mapping({
  kind: field("spec.target.kind", z.enum(["Deployment", "StatefulSet"])),
  namespace: field("spec.target.namespace", dnsLabel()),
  name: field("spec.target.name", dnsLabel()),
});

const activation = mapping({
  query: field("spec.activation.query", text()),
  above: field("spec.activation.above", z.number().prefault(policyDefault("spec.activation.above"))),
  cooldown: field(
    "spec.activation.cooldown",
    durationOrZero().prefault(policyDefault("spec.activation.cooldown")),
  ),
});

const scaleOut = mapping({
  stabilizationWindow: field(
    "spec.scaleOut.stabilizationWindow",
    durationOrZero().prefault(policyDefault("spec.scaleOut.stabilizationWindow")),
  ),
  tolerance: field("spec.scaleOut.tolerance", ratio().prefault(policyDefault("spec.scaleOut.tolerance"))),
  limits: field(
    "spec.scaleOut.limits",
    limitsOf("scaleOut").prefault([...policyDefault("spec.scaleOut.limits")]),
  ),
});

const scaleIn = mapping({
  stabilizationWindow: field(
    "spec.scaleIn.stabilizationWindow",
    durationOrZero().prefault(policyDefault("spec.scaleIn.stabilizationWindow")),
  ),
  cooldown: field("spec.scaleIn.cooldown", durationOrZero().prefault(policyDefault("spec.scaleIn.cooldown"))),
  tolerance: field("spec.scaleIn.tolerance", ratio().prefault(policyDefault("spec.scaleIn.tolerance"))),
  limits: field(
    "spec.scaleIn.limits",
    limitsOf("scaleIn").prefault([...policyDefault("spec.scaleIn.limits")]),
  ),
});

const startup = mapping({
  expected: field("spec.startup.expected", durationOrZero().prefault(policyDefault("spec.startup.expected"))),
});

const missingData = mapping({
  maxAge: field("spec.missingData.maxAge", duration().prefault(policyDefault("spec.missingData.maxAge"))),
  holdFor: field(
    "spec.missingData.holdFor",
    durationOrZero().prefault(policyDefault("spec.missingData.holdFor")),
  ),
});

const keda = mapping({
  tolerance: field("spec.keda.tolerance", ratio().prefault(policyDefault("spec.keda.tolerance"))),
});

const spec = mapping({
  mode: field("spec.mode", z.enum(["enforce", "shadow", "hold"]).prefault(policyDefault("spec.mode"))),
  target: field("spec.target", target),
  models: field("spec.models", z.array(model).min(1).max(MOST_ENTRIES)),
  replicas: field(
    "spec.replicas",
    mapping({
      min: field("spec.replicas.min", whole(0, MOST_REPLICAS).prefault(policyDefault("spec.replicas.min"))),
      max: field("spec.replicas.max", whole(1, MOST_REPLICAS)),
    }),
  ),
  gpusPerReplica: field(
    "spec.gpusPerReplica",
    whole(0, MOST_GPUS).prefault(policyDefault("spec.gpusPerReplica")),
  ),
  objective: field(
    "spec.objective",
    mapping({
      percentile: field("spec.objective.percentile", z.number().min(50).max(99.99)),
      latency: field("spec.objective.latency", duration()),
    }),
  ),
  signals: field("spec.signals", signals),
  startup: field("spec.startup", startup.prefault({})),
  scaleOut: field("spec.scaleOut", scaleOut.prefault({})),
  scaleIn: field("spec.scaleIn", scaleIn.prefault({})),
  activation: field("spec.activation", activation.nullable().prefault(null)),
  missingData: field("spec.missingData", missingData.prefault({})),
  keda: field("spec.keda", keda.prefault({})),
  pool: field("spec.pool", notYet(null, "remove it").prefault(null)),
  priority: field("spec.priority", notYet(0, "remove it").prefault(0)),
});

/** A ScalingPolicy document. */
export const policySchema = mapping({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("ScalingPolicy"),
  metadata: mapping({ name: field("metadata.name", dnsLabel()) }),
  spec,
});

/** Returns the policy that a parsed document describes. */
export function toPolicy({
  metadata,
  spec: { signals: declared, ...rest },
}: z.output<typeof policySchema>): Policy {
  const { scaleOut: out, scaleIn: inward } = rest;
  return {
    name: metadata.name,
    mode: rest.mode,
    target: rest.target,
    models: rest.models,
    replicas: rest.replicas,
    gpusPerReplica: rest.gpusPerReplica,
    objective: rest.objective,
    signals: {
      requestRate: declared.requestRate ?? null,
      inFlight: declared.inFlight ?? null,
      pendingRequests: declared.pendingRequests ?? null,
      queueDuration: declared.queueDuration ?? null,
      latency:
        declared.latency === undefined
          ? null
          : { ...declared.latency, target: declared.latency.target ?? rest.objective.latency },
      gpuMemory: declared.gpuMemory ?? null,
      custom: declared.custom,
    },
    startup: rest.startup,
    scaleOut: { ...out, limits: out.limits.map(toLimit) },
    scaleIn: { ...inward, limits: inward.limits.map(toLimit) },
    activation: rest.activation,
    missingData: rest.missingData,
    keda: rest.keda,
  };
}

type WrittenLimit = {
  readonly replicas?: number | undefined;
  readonly percent?: number | undefined;
  readonly per: Millis;
};

function toLimit({ replicas, percent, per }: WrittenLimit): Policy["scaleIn"]["limits"][number] {
  return { replicas: replicas ?? null, percent: percent ?? null, per: millis(per) };
}
