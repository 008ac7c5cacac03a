// Scenarios as they are read: what each field becomes, its default, and every mistake in words and at its place.

import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { formatIssue } from "../../../src/domain/issue.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { scenarioJsonSchema } from "../../../src/policy/json-schema.ts";
import { loadScenario } from "../../../src/policy/load-policies.ts";
import { ABSENT_RULES, DEFAULT_SCENARIO } from "./default-scenario.ts";
import { VALID_POLICY } from "./documents.ts";
import { type FieldCase, scenarioWith, VALID_SCENARIO } from "./scenario-documents.ts";
import { SCENARIO_FIELD_CASES } from "./scenario-field-cases.ts";
import { WORKLOAD_FIELD_CASES } from "./workload-field-cases.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const INTERFACES = new URL("../../../../shared/interfaces.md", import.meta.url);

function linesOf({ text }: Pick<FieldCase, "text">): readonly string[] {
  const { issues } = checkDocument({ file: "", bytes: bytes(text) }, null);
  return issues.map((issue) => formatIssue(issue).slice(1));
}

function scenarioOf(text: string) {
  const loaded = loadScenario("surge.yaml", bytes(text));
  expect(loaded.ok ? [] : loaded.failure.map(formatIssue)).toEqual([]);
  if (!loaded.ok) throw new Error("the scenario is not valid");
  return loaded.value;
}

/** The first workload of the valid scenario with lines added to it. */
const workloadWith = (lines: string) =>
  scenarioOf(scenarioWith("initial: 3 }\n", `initial: 3 }\n${lines}`)).workloads[0];

/** Its model with one part replaced. */
const modelWith = (part: string, replacement: string) =>
  scenarioOf(scenarioWith(part, replacement)).workloads[0]?.models[0];

describe("a scenario", () => {
  test("has the documented defaults", () => {
    expect(scenarioOf(VALID_SCENARIO)).toEqual(DEFAULT_SCENARIO);
  });

  test.each([
    {
      name: "a duration to the fraction of a millisecond",
      written: "{ 1: 0.25ms, 4: 1.5ms }",
      points: [
        { batch: 1, seconds: 0.000_25 },
        { batch: 4, seconds: 0.001_5 },
      ],
    },
    {
      name: "points by batch size, however they are ordered",
      written: "{ 8: 30ms, 2: 10ms }",
      points: [
        { batch: 2, seconds: 0.01 },
        { batch: 8, seconds: 0.03 },
      ],
    },
    {
      name: "a line as its first two points",
      written: "{ base: 5ms, perItem: 1ms }",
      points: [
        { batch: 1, seconds: 0.006 },
        { batch: 2, seconds: 0.007 },
      ],
    },
  ])("reads execution times: $name", ({ written, points }) => {
    expect(modelWith("{ 1: 100ms, 4: 160ms }", written)?.service.points).toEqual(points);
  });

  test.each([
    { written: "22s", span: { kind: "constant", seconds: 22 } },
    { written: "{ p50: 25s, p95: 1m }", span: { kind: "logNormal", p50Seconds: 25, p95Seconds: 60 } },
    { written: "{ samples: [ 22.7s, 31s ] }", span: { kind: "samples", seconds: [22.7, 31] } },
  ])("reads a span $written", ({ written, span }) => {
    expect(workloadWith(`      startup: { modelLoad: ${written} }\n`)?.startup.modelLoad).toEqual(span);
  });

  test.each([
    {
      written: "{ generator: gamma, cv: 2, phases: [ { for: 1m, rate: [ 48, 20 ] } ] }",
      stream: {
        kind: "generated",
        generator: { kind: "gamma", cv: 2 },
        phases: [{ forSeconds: 60, fromRate: 48, toRate: 20 }],
      },
    },
    {
      written: "{ generator: onoff, onRate: 100, onMean: 5s, offMean: 20s }",
      stream: {
        kind: "generated",
        generator: { kind: "onoff", onRate: 100, onMeanSeconds: 5, offMeanSeconds: 20 },
        phases: [],
      },
    },
    {
      written:
        "{ trace: { path: day.csv.gz, format: counts-per-second, from: 1h, for: 2h, multiply: 20, thin: 0.5 } }",
      stream: {
        kind: "traced",
        path: "day.csv.gz",
        format: "counts-per-second",
        fromSeconds: 3600,
        forSeconds: 7200,
        multiply: 20,
        thin: 0.5,
      },
    },
    {
      written: "{ trace: { path: F-surge, format: recording } }",
      stream: {
        kind: "traced",
        path: "F-surge",
        format: "recording",
        fromSeconds: 0,
        forSeconds: null,
        multiply: 1,
        thin: 1,
      },
    },
  ])("reads a stream $written", ({ written, stream }) => {
    const stated = "{ generator: poisson, phases: [ { for: 45s, rate: 36 } ] }";
    expect(modelWith(stated, written)?.traffic).toEqual([stream]);
  });

  test("reads an engine in the place of a batcher", () => {
    expect(modelWith("batching: { maxBatchSize: 4 }", "engine: { maxConcurrency: 32 }")?.scheduler).toEqual({
      kind: "engine",
      maxConcurrency: 32,
    });
  });

  test("measures no GPU memory on servers without GPUs", () => {
    expect(workloadWith("      gpusPerReplica: 0\n")?.gpuMemory).toBeNull();
  });

  test("paces a scraping scaler as the service's configuration does", () => {
    const { controlPlane } = scenarioOf(
      VALID_SCENARIO.concat("  controlPlane: { source: { kind: scrape, scrapePhase: 300ms } }\n"),
    );
    expect(controlPlane).toMatchObject({
      source: { scrapeIntervalSeconds: 1, scrapePhaseSeconds: 0.3, lagSeconds: 0 },
      tickIntervalSeconds: 1,
    });
  });

  test("reads every setting of the HPA and of KEDA", () => {
    const { controlPlane } = scenarioOf(
      VALID_SCENARIO.concat(`  controlPlane:
    keda: { fallback: { failureThreshold: 3, replicas: 4 } }
    hpa:
      version: "1.32"
      behavior:
        scaleDown: { stabilizationWindow: 2m, selectPolicy: Min, policies: [ { type: Percent, value: 10, period: 1m } ] }
`),
    );
    expect(controlPlane.keda.fallback).toEqual({ failureThreshold: 3, replicas: 4 });
    expect(controlPlane.hpa.behavior).toEqual({
      scaleUp: ABSENT_RULES,
      scaleDown: {
        tolerance: null,
        stabilizationWindowSeconds: 120,
        selectPolicy: "Min",
        policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
      },
    });
  });

  test("knows an HPA without behaviour", () => {
    const { controlPlane } = scenarioOf(
      VALID_SCENARIO.concat("  controlPlane: { hpa: { behavior: null } }\n"),
    );
    expect(controlPlane.hpa.behavior).toBeNull();
  });

  test("turns a rule's durations into seconds and fills in its defaults", () => {
    const text = scenarioWith(
      "baseline: static, replicas: 3",
      "baseline: keda-prometheus, queueThreshold: 250ms",
    );
    expect(scenarioOf(text).candidates[1]).toEqual({
      kind: "baseline",
      name: "fixed-3",
      baseline: "keda-prometheus",
      parameters: { pendingThreshold: 10, queueThreshold: 0.25, rateThreshold: 50 },
    });
  });

  test("reads faults; what happens once has no length", () => {
    const faults = `  faults:
    - { at: 10m, for: 5m, kind: metrics-outage }
    - { at: 1m, kind: replica-crash }
    - { at: 2m, for: 1m, kind: no-capacity }
    - { at: 3m, for: 1m, kind: slow-model, factor: 2, model: burst }
`;
    expect(scenarioOf(VALID_SCENARIO.concat(faults)).faults).toEqual([
      { kind: "metrics-outage", atSeconds: 600, forSeconds: 300 },
      { kind: "replica-crash", count: 1, atSeconds: 60, forSeconds: 0 },
      { kind: "no-capacity", pool: null, atSeconds: 120, forSeconds: 60 },
      { kind: "slow-model", factor: 2, model: "burst", atSeconds: 180, forSeconds: 60 },
    ]);
  });

  test.each([...WORKLOAD_FIELD_CASES, ...SCENARIO_FIELD_CASES])("is refused for $name", (fieldCase) => {
    expect(fieldCase.lines).not.toEqual([]);
    expect(linesOf(fieldCase)).toEqual(fieldCase.lines);
  });

  test("is not a policy", () => {
    const loaded = loadScenario("burst.yaml", bytes(VALID_POLICY));
    expect(loaded.ok ? [] : loaded.failure.map(formatIssue)).toEqual([
      'burst.yaml:1:1: kind is "ScalingPolicy", must be Simulation; give the policies by --policies [UNKNOWN_KIND]',
    ]);
  });
});

describe("the scenario printed in the interfaces", () => {
  test("is valid", ({ skip }) => {
    skip(!existsSync(INTERFACES), "the interfaces are not beside this checkout");
    const printed = readFileSync(INTERFACES, "utf8")
      .split("```yaml\n")
      .map((part) => part.split("```")[0] ?? "");
    const scenario = printed.find((text) => text.includes("\nkind: Simulation\n")) ?? "";
    expect(linesOf({ text: scenario })).toEqual([]);
    expect(scenarioOf(scenario).candidates.map(({ name }) => name)).toEqual(["ours", "fixed-3", "keda-seed"]);
  });
});

describe("the JSON Schema of scenarios", () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(scenarioJsonSchema());

  test("accepts the valid one", () => {
    validate(parse(VALID_SCENARIO));
    expect(validate.errors).toBeNull();
  });

  test.each([
    { name: "a misspelt key", text: scenarioWith("duration", "durration") },
    { name: "a bare number for a duration", text: scenarioWith("for: 45s", "for: 45") },
    { name: "a rule that there is not", text: scenarioWith("baseline: static", "baseline: statik") },
    { name: "a rule without its parameter", text: scenarioWith(", replicas: 3", "") },
  ])("refuses $name", ({ text }) => {
    expect(validate(parse(text))).toBe(false);
  });
});
