// The strict schema of a workload in a scenario: its replicas, how they start and stop, and who spreads requests.

import { z } from "zod";
import type { WorkloadScenario } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { dnsLabel, mapping, quantity, refusal, whole } from "./field-schemas.ts";
import { modelScenario } from "./model-schema.ts";
import { MOST_REPLICAS } from "./policy-schema.ts";
import { formatQuantity } from "./quantity.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanDistribution, spanSeconds } from "./span-schemas.ts";

const MOST_MODELS = 100;
const MOST_GPUS = 1024;
const MOST_CONNECTIONS = 100_000;

const field = fieldsIn(SCENARIO_FIELDS, "spec.workloads[]");
const memoryField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].gpuMemory");
const startupField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].startup");
const shutdownField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].shutdown");
const balancerField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].balancer");
const pinnedField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].balancer.pinned");

const gpuMemory = mapping({
  total: memoryField("total", quantity(1)),
  used: memoryField("used", quantity(0)),
})
  .superRefine(({ total, used }, context) => {
    if (used <= total) return;
    const message = refusal("BOUNDS", `must be at most total (${formatQuantity(total)})`);
    context.addIssue({ code: "custom", path: ["used"], message });
  })
  .transform(({ total, used }) => ({ totalBytes: total, usedBytes: used }));

const startup = mapping({
  scheduling: startupField("scheduling", spanDistribution()),
  imagePull: startupField("imagePull", spanDistribution()),
  modelLoad: startupField("modelLoad", spanDistribution()),
  readinessProbe: startupField(
    "readinessProbe",
    mapping({
      period: fieldsIn(SCENARIO_FIELDS, "spec.workloads[].startup.readinessProbe")("period", spanSeconds()),
    }),
  ),
}).transform(({ readinessProbe: { period }, ...stages }) => ({
  ...stages,
  readinessProbePeriodSeconds: period,
}));

const shutdown = mapping({
  preStop: shutdownField("preStop", spanSeconds({ orZero: true })),
  exitTimeout: shutdownField("exitTimeout", spanSeconds({ orZero: true })),
}).transform(({ preStop, exitTimeout }) => ({ preStopSeconds: preStop, exitTimeoutSeconds: exitTimeout }));

const balancer = mapping({
  kind: balancerField("kind", z.enum(["roundRobin", "leastOutstanding", "powerOfTwo", "random"])),
  pinned: balancerField(
    "pinned",
    mapping({
      connections: pinnedField("connections", whole(1, MOST_CONNECTIONS)),
      lifetime: pinnedField("lifetime", spanDistribution()),
    }).nullable(),
  ),
});

/** A workload with its models. */
export const workloadScenario = mapping({
  namespace: field("namespace", dnsLabel()),
  name: field("name", dnsLabel()),
  kind: field("kind", z.enum(["Deployment", "StatefulSet"])),
  replicas: field(
    "replicas",
    mapping({
      initial: fieldsIn(SCENARIO_FIELDS, "spec.workloads[].replicas")("initial", whole(0, MOST_REPLICAS)),
    }),
  ),
  gpusPerReplica: field("gpusPerReplica", whole(0, MOST_GPUS)),
  gpuMemory: field("gpuMemory", gpuMemory.nullable()),
  latencySummaries: field("latencySummaries", z.boolean()),
  pool: field("pool", dnsLabel().nullable()),
  startup: field("startup", startup),
  shutdown: field("shutdown", shutdown),
  balancer: field("balancer", balancer),
  models: field("models", z.array(modelScenario).min(1).max(MOST_MODELS)),
}).transform(({ replicas, gpuMemory: memory, ...same }) => {
  return {
    namespace: same.namespace,
    name: same.name,
    kind: same.kind,
    initialReplicas: replicas.initial,
    gpusPerReplica: same.gpusPerReplica,
    gpuMemory: same.gpusPerReplica === 0 ? null : memory,
    latencySummaries: same.latencySummaries,
    pool: same.pool,
    startup: same.startup,
    shutdown: same.shutdown,
    balancer: same.balancer,
    models: same.models,
  } satisfies WorkloadScenario;
});
