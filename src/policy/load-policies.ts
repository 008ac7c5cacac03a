// All policy files of a folder, and single documents of the other kinds, as commands use them.

import type { Configuration } from "../domain/configuration.ts";
import type { Issue } from "../domain/issue.ts";
import type { LoadedPolicy, PolicySet, RejectedFile } from "../domain/policy-set.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { Scenario } from "../domain/scenario.ts";
import { policyKey } from "../domain/target.ts";
import type { TuningDocument } from "../domain/tuning.ts";
import { type CheckedDocument, checkDocument, type DocumentFile } from "./check-document.ts";
import { sortIssues, toIssue } from "./finding.ts";
import { documentHash, toDocument } from "./policy-document.ts";

/** Returns each file checked, duplicates across the files included: of two files with one key the later has the issue. */
export function checkFiles(
  files: readonly DocumentFile[],
  configuration: Configuration | null,
): readonly CheckedDocument[] {
  const first = new Map<string, CheckedDocument>();
  return [...files]
    .sort((one, other) => (one.file < other.file ? -1 : 1))
    .map((file) => {
      const checked = checkDocument(file, configuration);
      if (checked.identity === null) return checked;
      const earlier = first.get(checked.identity.key);
      if (earlier !== undefined) return asDuplicate(checked, earlier);
      first.set(checked.identity.key, checked);
      return checked;
    });
}

/** Returns the policies of `files` that are valid, what was rejected and why; documents of other kinds are passed over. */
export function loadPolicies(files: readonly DocumentFile[], configuration: Configuration | null): PolicySet {
  const policies: LoadedPolicy[] = [];
  const rejected: RejectedFile[] = [];
  const warnings: Issue[] = [];
  for (const { file, issues, policy } of checkFiles(files, configuration)) {
    if (issues.some(({ severity }) => severity === "error")) {
      rejected.push({ file, issues });
    } else if (policy !== null) {
      const document = toDocument(policy);
      const key = policyKey(policy.target.namespace, policy.name);
      policies.push({ key, policy, document, hash: documentHash(document), file });
      warnings.push(...issues);
    }
  }
  return { policies, rejected, warnings };
}

/** Returns the configuration in `bytes`, or every issue that keeps it from being one. */
export function loadConfiguration(file: string, bytes: Uint8Array): Result<Configuration, readonly Issue[]> {
  return loaded(file, bytes, { kind: "ScalerConfiguration", of: ({ configuration }) => configuration });
}

/** Returns the scenario in `bytes`, or every issue that keeps it from being one; warnings are none. */
export function loadScenario(file: string, bytes: Uint8Array): Result<Scenario, readonly Issue[]> {
  return loaded(file, bytes, { kind: "Simulation", of: ({ scenario }) => scenario });
}

/** Returns the tuning in `bytes` likewise. */
export function loadTuning(file: string, bytes: Uint8Array): Result<TuningDocument, readonly Issue[]> {
  return loaded(file, bytes, { kind: "Tuning", of: ({ tuning }) => tuning });
}

type Wanted<Document> = { readonly kind: string; of(checked: CheckedDocument): Document | null };

function loaded<Document>(
  file: string,
  bytes: Uint8Array,
  { kind, of }: Wanted<Document>,
): Result<Document, readonly Issue[]> {
  const checked = checkDocument({ file, bytes }, null);
  const document = of(checked);
  if (document !== null) return ok(document);
  if (checked.kind === null || checked.issues.length > 0) return failed(checked.issues);
  const advice = checked.kind === "ScalingPolicy" ? "; give the policies by --policies" : "";
  const message = `kind is "${checked.kind}", must be ${kind}${advice}`;
  return failed([toIssue(file, { line: 1, column: 1, code: "UNKNOWN_KIND", path: "kind", message })]);
}

function asDuplicate(checked: CheckedDocument, earlier: CheckedDocument): CheckedDocument {
  if (checked.identity === null || earlier.identity === null) return checked;
  const { name, namespace, at } = checked.identity;
  const place = `${earlier.file}, line ${earlier.identity.at.line}`;
  const message = `metadata.name is "${name}", which another policy of namespace "${namespace}" has already (${place}); rename one`;
  const issue = toIssue(checked.file, { ...at, code: "DUPLICATE_POLICY", path: "metadata.name", message });
  return { ...checked, policy: null, issues: sortIssues([...checked.issues, issue]) };
}
