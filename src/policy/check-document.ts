// One file's bytes to what it means: a document of one of our kinds or nothing, and every issue it has on its own.

import type { Configuration } from "../domain/configuration.ts";
import type { Issue } from "../domain/issue.ts";
import type { Policy } from "../domain/policy.ts";
import type { Scenario } from "../domain/scenario.ts";
import type { TuningDocument } from "../domain/tuning.ts";
import { configurationFindings, replicasFromPods } from "./configuration-checks.ts";
import { configurationSchema, toConfiguration } from "./configuration-schema.ts";
import { configuredFindings, crossFindings } from "./cross-checks.ts";
import { POLICY_FIELDS } from "./defaults.ts";
import { type Finding, formatPath, type Position, sortIssues, toIssue } from "./finding.ts";
import { type PolicyFacts, policyFacts } from "./policy-facts.ts";
import { policySchema, toPolicy } from "./policy-schema.ts";
import { type LocatedDocument, readDocument } from "./read-document.ts";
import { scenarioFindings } from "./scenario-checks.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { scenarioSchema, toScenario } from "./scenario-schema.ts";
import { missingKey, schemaFindings, valueAt } from "./schema-findings.ts";
import { searchSpace } from "./search-space.ts";
import { TUNING_FIELDS } from "./tuning-fields.ts";
import { toTuning, tuningSchema } from "./tuning-schema.ts";
import { anyOf, nearest, shown } from "./wording.ts";

/** A file as it was read: its name as given, and its content. */
export type DocumentFile = { readonly file: string; readonly bytes: Uint8Array };

export type DocumentKind = (typeof KINDS)[number];

/** What the file means is null where the document is of another kind or has errors. */
export type CheckedDocument = {
  readonly file: string;
  /** One of the known kinds, valid or not; null where it cannot be told. */
  readonly kind: DocumentKind | null;
  readonly issues: readonly Issue[];
  readonly policy: Policy | null;
  readonly configuration: Configuration | null;
  readonly scenario: Scenario | null;
  readonly tuning: TuningDocument | null;
  /** What two files may not share: a policy's key and where its name stands; null for other kinds. */
  readonly identity: {
    readonly key: string;
    readonly name: string;
    readonly namespace: string;
    readonly at: Position;
  } | null;
};

const KINDS = ["ScalingPolicy", "ScalerConfiguration", "Simulation", "Tuning"] as const;
const POLICY_PATHS = Object.keys(POLICY_FIELDS);
const SCENARIO_PATHS = Object.keys(SCENARIO_FIELDS);
const TUNING_PATHS = Object.keys(TUNING_FIELDS);

type Outcome = Partial<Omit<CheckedDocument, "file" | "issues">>;

/** Returns what a file holds and every issue in it, in order; `configuration` adds the rules that need one. */
export function checkDocument(
  { file, bytes }: DocumentFile,
  configuration: Configuration | null,
): CheckedDocument {
  const reading = readDocument(bytes);
  if (!reading.readable) return checked(file, reading.findings, {});
  const { document } = reading;
  const kind = kindFindings(document);
  if (kind.length > 0) return checked(file, [...document.findings, ...kind], {});
  switch (valueAt(document.value, ["kind"])) {
    case "ScalingPolicy":
      return checkPolicy(file, document, configuration);
    case "Simulation":
      return checkScenario(file, document);
    case "Tuning":
      return checkTuning(file, document);
    default:
      return checkConfiguration(file, document);
  }
}

/** Returns the warnings of a configuration that only matter to who runs policies under it. */
export function configurationWarnings({ file, bytes }: DocumentFile): readonly Issue[] {
  const reading = readDocument(bytes);
  return reading.readable ? replicasFromPods(reading.document).map((finding) => toIssue(file, finding)) : [];
}

function checkPolicy(
  file: string,
  document: LocatedDocument,
  configuration: Configuration | null,
): CheckedDocument {
  const parsed = policySchema.safeParse(document.value);
  const facts = policyFacts(document.value);
  const findings = [
    ...document.findings,
    ...(parsed.success ? [] : schemaFindings(parsed.error.issues, document, POLICY_PATHS)),
    ...crossFindings(facts, document),
    ...(configuration === null ? [] : configuredFindings(facts, document, configuration)),
  ];
  return checked(file, findings, {
    kind: "ScalingPolicy",
    policy: parsed.success ? toPolicy(parsed.data) : null,
    identity: identityOf(facts, document),
  });
}

function checkConfiguration(file: string, document: LocatedDocument): CheckedDocument {
  const parsed = configurationSchema.safeParse(document.value);
  const schema = parsed.success ? [] : schemaFindings(parsed.error.issues, document);
  const findings = [...document.findings, ...schema, ...configurationFindings(document)];
  return checked(file, findings, {
    kind: "ScalerConfiguration",
    configuration: parsed.success ? toConfiguration(parsed.data) : null,
  });
}

function checkScenario(file: string, document: LocatedDocument): CheckedDocument {
  const parsed = scenarioSchema.safeParse(document.value);
  const kind = "Simulation";
  if (!parsed.success) {
    const schema = schemaFindings(parsed.error.issues, document, SCENARIO_PATHS);
    return checked(file, [...document.findings, ...schema], { kind });
  }
  const scenario = toScenario(parsed.data);
  return checked(file, [...document.findings, ...scenarioFindings(scenario, document)], { kind, scenario });
}

function checkTuning(file: string, document: LocatedDocument): CheckedDocument {
  const parsed = tuningSchema.safeParse(document.value);
  const kind = "Tuning";
  if (!parsed.success) {
    const schema = schemaFindings(parsed.error.issues, document, TUNING_PATHS);
    return checked(file, [...document.findings, ...schema], { kind });
  }
  const { space, findings } = searchSpace(parsed.data, document);
  return checked(file, [...document.findings, ...findings], { kind, tuning: toTuning(parsed.data, space) });
}

function checked(file: string, findings: readonly Finding[], outcome: Outcome): CheckedDocument {
  const issues = sortIssues(findings.map((finding) => toIssue(file, finding)));
  const invalid = issues.some(({ severity }) => severity === "error");
  return {
    file,
    kind: outcome.kind ?? null,
    issues,
    policy: invalid ? null : (outcome.policy ?? null),
    configuration: invalid ? null : (outcome.configuration ?? null),
    scenario: invalid ? null : (outcome.scenario ?? null),
    tuning: invalid ? null : (outcome.tuning ?? null),
    identity: outcome.identity ?? null,
  };
}

function identityOf(
  { name, namespace }: PolicyFacts,
  { locate }: LocatedDocument,
): CheckedDocument["identity"] {
  if (name === null || namespace === null) return null;
  return { key: `${namespace}/${name}`, name, namespace, at: locate.value(["metadata", "name"]) };
}

function kindFindings(document: LocatedDocument): readonly Finding[] {
  const { value, locate } = document;
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const held = value === null ? "empty" : shown(value);
    const message = `document is ${held}, must be a mapping with apiVersion, kind, metadata and spec`;
    return [{ ...locate.value([]), code: "WRONG_TYPE", path: "", message }];
  }
  if (!locate.has(["kind"])) return [missingKey(["kind"], document)];
  const kind = valueAt(value, ["kind"]);
  const place = { ...locate.value(["kind"]), path: formatPath(["kind"]) };
  if (typeof kind !== "string")
    return [{ ...place, code: "WRONG_TYPE", message: `kind is ${shown(kind)}, must be text` }];
  if (KINDS.some((known) => known === kind)) return [];
  const meant = nearest(kind, KINDS);
  const advice = meant === null ? `must be ${anyOf(KINDS)}` : `did you mean "${meant}"?`;
  return [{ ...place, code: "UNKNOWN_KIND", message: `kind is ${shown(kind)}, which is unknown; ${advice}` }];
}
