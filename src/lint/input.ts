// Everything that rules look at, worked out once from all files.

import { type Autoscaler, autoscalersOf } from "./autoscalers.ts";
import type { Field } from "./field.ts";
import { fragmentsOf, type Manifest, manifestsOf } from "./manifests.ts";
import { type ModelConfig, modelConfigsOf } from "./model-config.ts";
import { type Pod, podsOf } from "./pods.ts";
import { type Query, queriesOf } from "./queries.ts";
import type { LintDocument } from "./read-file.ts";

export type LintInput = {
  readonly documents: readonly LintDocument[];
  readonly manifests: readonly Manifest[];
  readonly fragments: readonly Field[];
  readonly pods: readonly Pod[];
  readonly autoscalers: readonly Autoscaler[];
  readonly queries: readonly Query[];
  readonly models: readonly ModelConfig[];
};

/** Returns what the documents hold, by subject. */
export function lintInput(documents: readonly LintDocument[]): LintInput {
  const manifests = manifestsOf(documents);
  const fragments = fragmentsOf(documents);
  const autoscalers = autoscalersOf(manifests, fragments);
  return {
    documents,
    manifests,
    fragments,
    pods: podsOf(manifests, fragments),
    autoscalers,
    queries: queriesOf(manifests, fragments, autoscalers),
    models: modelConfigsOf(documents),
  };
}
