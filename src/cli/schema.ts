// `tidemark schema`: the JSON Schema of a kind of document.

import {
  configurationJsonSchema,
  policyJsonSchema,
  scenarioJsonSchema,
  tuningJsonSchema,
} from "../policy/json-schema.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

const SCHEMAS: ReadonlyMap<string, () => object> = new Map([
  ["policy", policyJsonSchema],
  ["configuration", configurationJsonSchema],
  ["simulation", scenarioJsonSchema],
  ["tuning", tuningJsonSchema],
]);

/** The kinds that have a schema. */
export const SCHEMA_KINDS: readonly string[] = [...SCHEMAS.keys()];

/** Prints the schema of `kind` and returns 0; a kind without one is bad usage. */
export async function runSchema(kind: string, output: Output): Promise<ExitCode> {
  const schema = SCHEMAS.get(kind);
  if (schema === undefined) {
    output.stderr(`there is no schema of ${JSON.stringify(kind)}; known: ${SCHEMA_KINDS.join(", ")}\n`);
    return EXIT.badInput;
  }
  output.stdout(`${JSON.stringify(schema(), null, 2)}\n`);
  return EXIT.yes;
}
