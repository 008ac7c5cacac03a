// Ties a schema to its entry in a table of fields: its meaning and, where the table has one, its default.

import { z } from "zod";
import { POLICY_FIELDS, type PolicyField } from "./defaults.ts";
import type { FieldEntry } from "./field-entry.ts";

/** Returns the schema with the field's meaning, for the exported JSON Schema. */
export function field<Schema extends z.ZodType>(name: PolicyField, schema: Schema): Schema {
  return described(POLICY_FIELDS[name], schema);
}

type Table = Readonly<Record<string, FieldEntry>>;
type SuffixOf<Name, Scope extends string> = Name extends `${Scope}.${infer Suffix}` ? Suffix : never;
type Filled<Entry, Schema extends z.ZodType> = Entry extends { readonly default: unknown }
  ? z.ZodPrefault<Schema>
  : Schema;

/**
 * Returns, for a table of fields and a scope in it (`spec.cluster`), the function that gives the field `pools` of that
 * scope its meaning and, where the table has one, its default.
 */
export function fieldsIn<Fields extends Table, Scope extends string>(fields: Fields, scope: Scope) {
  return <Suffix extends SuffixOf<keyof Fields, Scope>, Schema extends z.ZodType>(
    suffix: Suffix,
    schema: Schema,
  ): Filled<Fields[`${Scope}.${Suffix}`], Schema> => {
    const entry: FieldEntry = fields[`${scope}.${suffix}`] ?? { meaning: "", why: "" };
    const filled =
      entry.default === undefined ? schema : z.prefault(schema, entry.default as z.input<Schema>);
    return described(entry, filled) as Filled<Fields[`${Scope}.${Suffix}`], Schema>;
  };
}

function described<Schema extends z.ZodType>({ meaning, computed }: FieldEntry, schema: Schema): Schema {
  return schema.describe(computed === undefined ? meaning : `${meaning} Default: ${computed}.`);
}
