// The JSON Schemas of documents, for editors and other checkers.

import { z } from "zod";
import { configurationSchema } from "./configuration-schema.ts";
import { policySchema } from "./policy-schema.ts";
import { scenarioSchema } from "./scenario-schema.ts";
import { tuningSchema } from "./tuning-schema.ts";

/** Returns the JSON Schema (draft 2020-12) of a policy as it is written: defaults and meanings included. */
export function policyJsonSchema(): object {
  return titled(policySchema, "Tidemark ScalingPolicy");
}

/** Returns that of a service configuration. */
export function configurationJsonSchema(): object {
  return titled(configurationSchema, "Tidemark ScalerConfiguration");
}

/** Returns that of a scenario. */
export function scenarioJsonSchema(): object {
  return titled(scenarioSchema, "Tidemark Simulation");
}

/** Returns that of a tuning. */
export function tuningJsonSchema(): object {
  return titled(tuningSchema, "Tidemark Tuning");
}

function titled(schema: z.ZodType, title: string): object {
  const options = { io: "input", target: "draft-2020-12", unrepresentable: "any" } as const;
  return { ...z.toJSONSchema(schema, options), title };
}
