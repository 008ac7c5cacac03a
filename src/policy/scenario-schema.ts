// The strict schema of a Simulation document. Meanings and defaults come from scenario-fields.ts.

import { z } from "zod";
import { parseInstant } from "../domain/instant.ts";
import type { NodePool, Scenario } from "../domain/scenario.ts";
import { instant } from "../domain/units.ts";
import { candidate, expectation } from "./candidate-schema.ts";
import { controlPlane } from "./control-plane-schema.ts";
import { fieldsIn } from "./described-field.ts";
import { fault } from "./fault-schema.ts";
import { dnsLabel, mapping, refusal, whole } from "./field-schemas.ts";
import { API_VERSION } from "./policy-schema.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanDistribution, spanSeconds } from "./span-schemas.ts";
import { workloadScenario } from "./workload-schema.ts";

const MOST_ENTRIES = 1000;
const MOST_NODES = 100_000;

const field = fieldsIn(SCENARIO_FIELDS, "spec");
const clusterField = fieldsIn(SCENARIO_FIELDS, "spec.cluster");
const poolField = fieldsIn(SCENARIO_FIELDS, "spec.cluster.pools[]");
const nodesField = fieldsIn(SCENARIO_FIELDS, "spec.cluster.pools[].nodes");

const pool = mapping({
  name: poolField("name", dnsLabel()),
  gpusPerNode: poolField("gpusPerNode", whole(1, 1024)),
  nodes: poolField(
    "nodes",
    mapping({
      initial: nodesField("initial", whole(0, MOST_NODES)),
      max: nodesField("max", whole(0, MOST_NODES).optional()),
    }).superRefine(({ initial, max = initial }, context) => {
      const message = refusal("BOUNDS", `must be at least initial (${initial})`);
      if (max < initial) context.addIssue({ code: "custom", path: ["max"], message });
    }),
  ),
  provisioning: poolField("provisioning", spanDistribution()),
  idleTimeout: poolField("idleTimeout", spanSeconds({ orZero: true }).nullable()),
}).transform(
  ({ nodes, idleTimeout, ...same }): NodePool => ({
    name: same.name,
    gpusPerNode: same.gpusPerNode,
    initialNodes: nodes.initial,
    maxNodes: nodes.max ?? nodes.initial,
    provisioning: same.provisioning,
    idleTimeoutSeconds: idleTimeout,
  }),
);

const start = z
  .string()
  .transform((written) => parseInstant(written))
  .refine((at) => at !== null, {
    error: refusal(
      "OUT_OF_RANGE",
      `must be an instant as RFC 3339 writes it, as "${SCENARIO_FIELDS["spec.start"].default}"`,
    ),
  });

/** A Simulation document. */
export const scenarioSchema = mapping({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Simulation"),
  metadata: mapping({ name: fieldsIn(SCENARIO_FIELDS, "metadata")("name", dnsLabel()) }),
  spec: mapping({
    start: field("start", start),
    duration: field("duration", spanSeconds()),
    warmup: field("warmup", spanSeconds({ orZero: true })),
    seeds: field("seeds", z.array(whole(0, 4_294_967_295)).min(1).max(MOST_ENTRIES)),
    workloads: field("workloads", z.array(workloadScenario).min(1).max(MOST_ENTRIES)),
    cluster: field(
      "cluster",
      mapping({
        pools: clusterField("pools", z.array(pool).max(100)),
        fullSpeedLoads: clusterField("fullSpeedLoads", whole(1, MOST_NODES).nullable()),
      }),
    ),
    controlPlane: field("controlPlane", controlPlane),
    candidates: field("candidates", z.array(candidate).min(1).max(MOST_ENTRIES)),
    faults: field("faults", z.array(fault).max(MOST_ENTRIES)),
    expect: field("expect", z.array(expectation).max(MOST_ENTRIES)),
  }),
});

/** Returns the scenario that a parsed document describes. */
export function toScenario({ metadata, spec }: z.output<typeof scenarioSchema>): Scenario {
  const { start: at, duration, warmup, ...same } = spec;
  return {
    name: metadata.name,
    start: at ?? instant(0),
    durationSeconds: duration,
    warmupSeconds: warmup,
    seeds: same.seeds,
    workloads: same.workloads,
    cluster: same.cluster,
    controlPlane: same.controlPlane,
    candidates: same.candidates,
    faults: same.faults,
    expect: same.expect,
  };
}
