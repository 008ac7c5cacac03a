// The exported JSON Schema accepts what `check` accepts, refuses typing errors, and carries defaults and meanings.

import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { policyJsonSchema } from "../../../src/policy/json-schema.ts";
import { VALID_POLICY } from "./documents.ts";

const POLICIES = new URL("../../../policies/", import.meta.url);
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(policyJsonSchema());

function complaints(text: string): readonly string[] {
  validate(parse(text));
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

describe("the JSON Schema of policies", () => {
  test.each(readdirSync(POLICIES).filter((name) => name.endsWith(".yaml")))("accepts policies/%s", (name) => {
    expect(complaints(readFileSync(new URL(name, POLICIES), "utf8"))).toEqual([]);
  });

  test.each([
    {
      name: "a misspelt key",
      text: VALID_POLICY.concat("  scaleIn: { cooldwn: 5m }\n"),
      found: ["/spec/scaleIn additionalProperties"],
    },
    { name: "a missing key", text: VALID_POLICY.replace(", max: 8", ""), found: ["/spec/replicas required"] },
    {
      name: "a bare number for a duration",
      text: VALID_POLICY.replace("500ms", "500"),
      found: ["/spec/objective/latency type"],
    },
    {
      name: "a duration without a unit",
      text: VALID_POLICY.replace("500ms", '"500"'),
      found: ["/spec/objective/latency pattern"],
    },
    {
      name: "what is not available yet",
      text: VALID_POLICY.concat("  pool: a100\n"),
      found: ["/spec/pool type", "/spec/pool const"],
    },
    {
      name: "a number out of range",
      text: VALID_POLICY.replace("99", "100"),
      found: ["/spec/objective/percentile maximum"],
    },
  ])("refuses $name", ({ text, found }) => {
    expect(complaints(text)).toEqual(found);
  });

  test("carries draft, title, defaults and meanings", () => {
    expect(policyJsonSchema()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "Tidemark ScalingPolicy",
      properties: {
        spec: {
          required: ["target", "models", "replicas", "objective", "signals"],
          properties: {
            startup: {
              properties: { expected: { default: "3m", description: "Usual time from asked for to ready." } },
            },
            scaleOut: { properties: { limits: { default: [{ replicas: 4, percent: 100, per: "1m" }] } } },
          },
        },
      },
    });
  });
});
