// Tunings as they are read: the space that is searched, defaults, and every mistake in words and at its place.

import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatIssue } from "../../../src/domain/issue.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { tuningJsonSchema } from "../../../src/policy/json-schema.ts";
import { loadTuning } from "../../../src/policy/load-policies.ts";
import { tuningWith, VALID_SCENARIO, VALID_TUNING } from "./scenario-documents.ts";
import { TUNING_FIELD_CASES } from "./tuning-field-cases.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const INTERFACES = new URL("../../../../shared/interfaces.md", import.meta.url);

function linesOf(text: string): readonly string[] {
  const { issues } = checkDocument({ file: "", bytes: bytes(text) }, null);
  return issues.map((issue) => formatIssue(issue).slice(1));
}

describe("a tuning", () => {
  test("has the documented defaults", () => {
    expect(loadTuning("week.yaml", bytes(VALID_TUNING))).toEqual({
      ok: true,
      value: {
        name: "burst-week",
        scenario: "week.yaml",
        space: [
          {
            path: "spec.signals.requestRate.targetPerReplica",
            unit: "number",
            values: { kind: "range", from: 40, to: 80, scale: "linear" },
          },
          {
            path: "spec.scaleIn.cooldown",
            unit: "milliseconds",
            values: { kind: "list", values: [0, 300_000] },
          },
        ],
        split: { train: 0.6, validate: 0.2, holdOut: 0.2 },
        seeds: 5,
        budget: { evaluations: 400 },
        require: { attainmentRatioMin: 0.99, latencyP99MsMax: null, reversalsMax: null },
        minimize: "gpuHours",
      },
    });
  });

  test.each([
    { path: "spec.replicas.max", written: "{ from: 4, to: 16 }", unit: "whole" },
    { path: "spec.scaleOut.limits[0].percent", written: "{ from: 10, to: 100 }", unit: "number" },
    { path: "spec.scaleOut.limits[1].per", written: "{ values: [ 1m ] }", unit: "milliseconds" },
    { path: "spec.activation.above", written: "{ values: [ -1, 3.5 ] }", unit: "number" },
    { path: "spec.signals.custom[0].targetPerReplica", written: "{ values: [ 3 ] }", unit: "number" },
    { path: "spec.signals.gpuMemory.blockScaleInAbove", written: "{ from: 0.8, to: 1 }", unit: "number" },
    {
      path: "spec.signals.latency.target",
      written: "{ from: 100ms, to: 1s, scale: log }",
      unit: "milliseconds",
    },
  ])("searches $path in its unit", ({ path, written, unit }) => {
    const text = tuningWith("spec.scaleIn.cooldown: { values: [ 0s, 5m ] }", `${path}: ${written}`);
    expect(linesOf(text)).toEqual([]);
    const loaded = loadTuning("week.yaml", bytes(text));
    expect(loaded.ok && loaded.value.space[1]).toMatchObject({ path, unit });
  });

  test.each(TUNING_FIELD_CASES)("is refused for $name", ({ text, lines }) => {
    expect(linesOf(text)).toEqual(lines);
  });

  test("is not a scenario", () => {
    const loaded = loadTuning("surge.yaml", bytes(VALID_SCENARIO));
    expect(loaded.ok ? [] : loaded.failure.map(formatIssue)).toEqual([
      'surge.yaml:1:1: kind is "Simulation", must be Tuning [UNKNOWN_KIND]',
    ]);
  });

  test("as the interfaces print it is valid", ({ skip }) => {
    skip(!existsSync(INTERFACES), "the interfaces are not beside this checkout");
    const printed = readFileSync(INTERFACES, "utf8")
      .split("```yaml\n")
      .map((part) => part.split("```")[0] ?? "");
    const tuning = printed.find((text) => text.includes("\nkind: Tuning\n")) ?? "";
    expect(linesOf(tuning)).toEqual([]);
    expect(tuning).not.toBe("");
  });
});

describe("the JSON Schema of tunings", () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(tuningJsonSchema());

  test("accepts the valid one and refuses a misspelt key", () => {
    expect(validate(parse(VALID_TUNING))).toBe(true);
    expect(validate(parse(VALID_TUNING.concat("  seed: 3\n")))).toBe(false);
  });
});
