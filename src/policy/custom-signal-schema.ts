// The strict schema of custom signals: what a policy's own queries mean. Each kind has the target that fits it.

import { z } from "zod";
import { CUSTOM_KINDS } from "../domain/policy.ts";
import { policyDefault } from "./defaults.ts";
import { field } from "./described-field.ts";
import { dnsLabel, duration, mapping, positive, query, unknownKind } from "./field-schemas.ts";

/** Each is a query of its own at every tick. */
const MOST_CUSTOM_SIGNALS = 16;

const named = <Kind extends (typeof CUSTOM_KINDS)[number]>(kind: Kind) => ({
  name: field("spec.signals.custom[].name", dnsLabel()),
  query: field("spec.signals.custom[].query", query()),
  kind: field("spec.signals.custom[].kind", z.literal(kind)),
});

const paced = {
  window: field(
    "spec.signals.custom[].window",
    duration().prefault(policyDefault("spec.signals.custom[].window")),
  ),
  required: field(
    "spec.signals.custom[].required",
    z.boolean().prefault(policyDefault("spec.signals.custom[].required")),
  ),
};

const targetPerReplica = field("spec.signals.custom[].targetPerReplica", positive());

const customSignal = z.discriminatedUnion(
  "kind",
  [
    mapping({ ...named("load"), targetPerReplica, ...paced }),
    mapping({ ...named("backlog"), targetPerReplica, ...paced }),
    mapping({ ...named("quality"), target: field("spec.signals.custom[].target", positive()), ...paced }),
  ],
  { error: unknownKind("kind", CUSTOM_KINDS) },
);

/** The custom signals of a policy; none where there is no such key. */
export const customSignals = () =>
  z
    .array(customSignal)
    .max(MOST_CUSTOM_SIGNALS)
    .prefault([...policyDefault("spec.signals.custom")]);
