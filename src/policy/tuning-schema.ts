// The strict schema of a Tuning document, and the search that it describes.

import { z } from "zod";
import type { SearchDimension, TuningDocument } from "../domain/tuning.ts";
import { fieldsIn } from "./described-field.ts";
import { dnsLabel, mapping, positive, ratio, text, whole } from "./field-schemas.ts";
import { API_VERSION } from "./policy-schema.ts";
import { TUNING_FIELDS } from "./tuning-fields.ts";

const MOST_DIMENSIONS = 100;
const MOST_VALUES = 1000;

const field = fieldsIn(TUNING_FIELDS, "spec");
const spaceField = fieldsIn(TUNING_FIELDS, "spec.space.*");
const splitField = fieldsIn(TUNING_FIELDS, "spec.split");
const requireField = fieldsIn(TUNING_FIELDS, "spec.require");

/** A value of a policy's field as it is written: what the field holds decides how it is read. */
const written = z.union([z.number(), z.string()]);

const range = mapping({
  from: spaceField("from", written),
  to: spaceField("to", written),
  scale: spaceField("scale", z.enum(["linear", "log"])),
});

const list = mapping({ values: spaceField("values", z.array(written).min(1).max(MOST_VALUES)) });

const share = () => ratio();

/** A Tuning document; whether its paths and values are those of a policy is checked beside it. */
export const tuningSchema = mapping({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("Tuning"),
  metadata: mapping({ name: fieldsIn(TUNING_FIELDS, "metadata")("name", dnsLabel()) }),
  spec: mapping({
    scenario: field("scenario", text()),
    space: field(
      "space",
      z
        .record(z.string(), z.union([range, list]))
        .refine((space) => Object.keys(space).length > 0 && Object.keys(space).length <= MOST_DIMENSIONS, {
          error: `OUT_OF_RANGE: must name 1 to ${MOST_DIMENSIONS} fields of the policy`,
        }),
    ),
    split: field(
      "split",
      mapping({
        train: splitField("train", share()),
        validate: splitField("validate", share()),
        holdOut: splitField("holdOut", share()),
      }),
    ),
    seeds: field("seeds", whole(1, 1000)),
    budget: field(
      "budget",
      mapping({
        evaluations: fieldsIn(TUNING_FIELDS, "spec.budget")("evaluations", whole(1, 1_000_000)),
      }),
    ),
    require: field(
      "require",
      mapping({
        attainmentRatioMin: requireField("attainmentRatioMin", ratio().nullable()),
        latencyP99MsMax: requireField("latencyP99MsMax", positive().nullable()),
        reversalsMax: requireField("reversalsMax", whole(0, 1e9).nullable()),
      }),
    ),
    minimize: field("minimize", z.enum(["gpuHours"])),
  }),
});

export type WrittenTuning = z.output<typeof tuningSchema>;

/** Returns the search that a parsed document and its dimensions, read beside it, describe. */
export function toTuning(
  { metadata, spec }: WrittenTuning,
  space: readonly SearchDimension[],
): TuningDocument {
  return {
    name: metadata.name,
    scenario: spec.scenario,
    space,
    split: spec.split,
    seeds: spec.seeds,
    budget: spec.budget,
    require: spec.require,
    minimize: spec.minimize,
  };
}
