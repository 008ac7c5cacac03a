// The strict schemas of the signals that a policy can declare.

import { z } from "zod";
import { customSignals } from "./custom-signal-schema.ts";
import { policyDefault } from "./defaults.ts";
import { field } from "./described-field.ts";
import { duration, mapping, positive, ratio, refusal } from "./field-schemas.ts";
import { nearest } from "./wording.ts";

const required = (
  signal: "requestRate" | "inFlight" | "pendingRequests" | "queueDuration" | "latency" | "gpuMemory",
) => {
  const name = `spec.signals.${signal}.required` as const;
  return field(name, z.boolean().prefault(policyDefault(name)));
};

const requestsPerReplica = positive;

const LEARNED = "learned";

/** One message for both forms, whichever was meant. */
function notATarget({ input }: { readonly input?: unknown }): string {
  const quotes = typeof input === "string" && /^[0-9.]+$/.test(input) ? "; remove the quotes" : "";
  const isNear = typeof input === "string" && nearest(input, [LEARNED]) !== null;
  return refusal(
    typeof input === "number" ? "OUT_OF_RANGE" : "WRONG_TYPE",
    `must be the requests/s of one replica, a number above 0, or ${LEARNED}${isNear ? `; did you mean "${LEARNED}"?` : quotes}`,
  );
}

const requestRate = mapping({
  targetPerReplica: field(
    "spec.signals.requestRate.targetPerReplica",
    z.union([z.number().positive({ error: notATarget }).max(1e12), z.literal(LEARNED)], {
      error: notATarget,
    }),
  ),
  window: field(
    "spec.signals.requestRate.window",
    duration().prefault(policyDefault("spec.signals.requestRate.window")),
  ),
  required: required("requestRate"),
});

const inFlight = mapping({
  targetPerReplica: field("spec.signals.inFlight.targetPerReplica", requestsPerReplica()),
  window: field(
    "spec.signals.inFlight.window",
    duration().prefault(policyDefault("spec.signals.inFlight.window")),
  ),
  required: required("inFlight"),
});

const pendingRequests = mapping({
  targetPerReplica: field("spec.signals.pendingRequests.targetPerReplica", requestsPerReplica()),
  window: field(
    "spec.signals.pendingRequests.window",
    duration().prefault(policyDefault("spec.signals.pendingRequests.window")),
  ),
  clearWithin: field(
    "spec.signals.pendingRequests.clearWithin",
    duration().prefault(policyDefault("spec.signals.pendingRequests.clearWithin")),
  ),
  required: required("pendingRequests"),
});

const queueDuration = mapping({
  target: field("spec.signals.queueDuration.target", duration()),
  window: field(
    "spec.signals.queueDuration.window",
    duration().prefault(policyDefault("spec.signals.queueDuration.window")),
  ),
  required: required("queueDuration"),
});

const latency = mapping({
  target: field("spec.signals.latency.target", duration().optional()),
  window: field(
    "spec.signals.latency.window",
    duration().prefault(policyDefault("spec.signals.latency.window")),
  ),
  required: required("latency"),
});

const gpuMemory = mapping({
  blockScaleInAbove: field(
    "spec.signals.gpuMemory.blockScaleInAbove",
    ratio().prefault(policyDefault("spec.signals.gpuMemory.blockScaleInAbove")),
  ),
  criticalAbove: field(
    "spec.signals.gpuMemory.criticalAbove",
    ratio().prefault(policyDefault("spec.signals.gpuMemory.criticalAbove")),
  ),
  required: required("gpuMemory"),
});

/** The declared signals; an undeclared one is absent. */
export const signals = mapping({
  requestRate: field("spec.signals.requestRate", requestRate.optional()),
  inFlight: field("spec.signals.inFlight", inFlight.optional()),
  pendingRequests: field("spec.signals.pendingRequests", pendingRequests.optional()),
  queueDuration: field("spec.signals.queueDuration", queueDuration.optional()),
  latency: field("spec.signals.latency", latency.optional()),
  gpuMemory: field("spec.signals.gpuMemory", gpuMemory.optional()),
  custom: field("spec.signals.custom", customSignals()),
});
