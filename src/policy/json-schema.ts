// The JSON Schema of policies, for editors and other checkers.

import { z } from "zod";
import { policySchema } from "./policy-schema.ts";

/** Returns the JSON Schema (draft 2020-12) of a policy as it is written: defaults and meanings included. */
export function policyJsonSchema(): object {
  const schema = z.toJSONSchema(policySchema, {
    io: "input",
    target: "draft-2020-12",
    unrepresentable: "any",
  });
  return { ...schema, title: "Tidemark ScalingPolicy" };
}
