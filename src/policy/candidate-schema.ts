// The strict schemas of what a scenario tries and of what it expects of it: policies, or a rule that is not ours.

import { z } from "zod";
import { BASELINES, type BaselineKind, type BaselineParameter } from "../domain/baselines.ts";
import type { BaselineCandidate, Expectation, PolicyCandidate } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { dnsLabel, mapping, positive, ratio, refusal, text, unknownKind, whole } from "./field-schemas.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanSeconds } from "./span-schemas.ts";

const MOST_POLICIES = 1000;
const KINDS = Object.keys(BASELINES) as readonly BaselineKind[];

const field = fieldsIn(SCENARIO_FIELDS, "spec.candidates[]");

const policyCandidate = mapping({
  name: field("name", dnsLabel()),
  policies: field("policies", z.array(text()).min(1).max(MOST_POLICIES)),
}).transform(({ name, policies }): PolicyCandidate => ({ kind: "policies", name, policies }));

function parameterSchema(parameter: BaselineParameter): z.ZodType<number | undefined> {
  const { unit, least, required, meaning } = parameter;
  const written =
    unit === "whole"
      ? whole(least ?? 0, 1e6)
      : unit === "number"
        ? least === undefined
          ? positive()
          : z.number().min(least).max(1e12)
        : spanSeconds({ orZero: true }).refine((seconds) => seconds >= (least ?? 0), {
            error: refusal("OUT_OF_RANGE", `must be at least ${least}s`),
          });
  const bare: z.ZodType<number | undefined> = required === true ? written : written.optional();
  return bare.describe(meaning);
}

function ruleSchema(kind: BaselineKind) {
  const parameters: Readonly<Record<string, BaselineParameter>> = BASELINES[kind].parameters;
  const shape = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, parameterSchema(parameter)]),
  );
  return mapping({
    name: field("name", dnsLabel()),
    baseline: field("baseline", z.literal(kind)),
    ...shape,
  });
}

const baselineCandidate = z
  .discriminatedUnion(
    "baseline",
    KINDS.map(ruleSchema) as [ReturnType<typeof ruleSchema>, ...ReturnType<typeof ruleSchema>[]],
    { error: unknownKind("baseline", KINDS) },
  )
  .transform(({ name, baseline, ...written }): BaselineCandidate => {
    const known: Readonly<Record<string, BaselineParameter>> = BASELINES[baseline].parameters;
    const given = written as Readonly<Record<string, number | undefined>>;
    const parameters = Object.entries(known).flatMap(([parameter, entry]): (readonly [string, number])[] => {
      const value = given[parameter] ?? entry.default;
      return value === null ? [] : [[parameter, value]];
    });
    return { kind: "baseline", name, baseline, parameters: Object.fromEntries(parameters) };
  });

/** Policies or a rule of the table. */
export const candidate = z.union([policyCandidate, baselineCandidate]);

const expectField = fieldsIn(SCENARIO_FIELDS, "spec.expect[]");

/** What a candidate must show. */
export const expectation = mapping({
  candidate: expectField("candidate", dnsLabel()),
  attainmentRatioMin: expectField("attainmentRatioMin", ratio().nullable()),
  gpuHoursMax: expectField("gpuHoursMax", z.number().min(0).max(1e12).nullable()),
  reversalsMax: expectField("reversalsMax", whole(0, 1e9).nullable()),
  latencyP99MsMax: expectField("latencyP99MsMax", positive().nullable()),
  replicasMax: expectField("replicasMax", whole(0, 1e6).nullable()),
}).transform((written): Expectation => written);
