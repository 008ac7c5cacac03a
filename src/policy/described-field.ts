// Ties a schema to its entry in the table of fields.

import type { z } from "zod";
import { POLICY_FIELDS, type PolicyField } from "./defaults.ts";
import type { FieldEntry } from "./field-entry.ts";

/** Returns the schema with the field's meaning, for the exported JSON Schema. */
export function field<Schema extends z.ZodType>(name: PolicyField, schema: Schema): Schema {
  const entry: FieldEntry = POLICY_FIELDS[name];
  return schema.describe(
    entry.computed === undefined ? entry.meaning : `${entry.meaning} Default: ${entry.computed}.`,
  );
}
