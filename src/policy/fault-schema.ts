// The strict schema of what goes wrong in a scenario.

import { z } from "zod";
import type { Fault } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { dnsLabel, mapping, modelName, ratio, unknownKind, whole } from "./field-schemas.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanSeconds } from "./span-schemas.ts";

const KINDS = [
  "metrics-outage",
  "scrape-loss",
  "replica-crash",
  "no-capacity",
  "slow-start",
  "slow-model",
  "scaler-restart",
];

const field = fieldsIn(SCENARIO_FIELDS, "spec.faults[]");

const once = <Kind extends string>(kind: Kind) => ({
  kind: field("kind", z.literal(kind)),
  at: field("at", spanSeconds({ orZero: true })),
});

const lasting = <Kind extends string>(kind: Kind) => ({ ...once(kind), for: field("for", spanSeconds()) });

const factor = field("factor", z.number().positive().max(1000));

/** One fault of a known kind. */
export const fault = z
  .discriminatedUnion(
    "kind",
    [
      mapping(lasting("metrics-outage")),
      mapping({ ...lasting("scrape-loss"), ratio: field("ratio", ratio()) }),
      mapping({ ...once("replica-crash"), count: field("count", whole(1, 10_000)) }),
      mapping({ ...lasting("no-capacity"), pool: field("pool", dnsLabel().nullable()) }),
      mapping({ ...lasting("slow-start"), factor }),
      mapping({ ...lasting("slow-model"), factor, model: field("model", modelName().nullable()) }),
      mapping(once("scaler-restart")),
    ],
    { error: unknownKind("kind", KINDS) },
  )
  .transform((written): Fault => {
    const forSeconds = "for" in written ? written.for : 0;
    const { at: atSeconds, ...rest } = written;
    if ("for" in rest) {
      const { for: _span, ...kind } = rest;
      return { ...kind, atSeconds, forSeconds };
    }
    return { ...rest, atSeconds, forSeconds };
  });
