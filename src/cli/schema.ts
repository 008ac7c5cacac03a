// `tidemark schema`: the JSON Schema of a kind of document.

import { policyJsonSchema } from "../policy/json-schema.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";

/** Prints the schema of `kind` and returns 0; a kind without one is bad usage. */
export async function runSchema(kind: string, output: Output): Promise<ExitCode> {
  if (kind !== "policy") {
    output.stderr(`there is no schema of ${JSON.stringify(kind)}; known: policy\n`);
    return EXIT.badInput;
  }
  output.stdout(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
  return EXIT.yes;
}
