// What Helm makes of the chart in deploy/helm with values.

import { readdirSync } from "node:fs";
import type { Configuration } from "../../../src/domain/configuration.ts";
import { loadConfiguration } from "../../../src/policy/load-policies.ts";
import { ROOT } from "../../architecture/source-files.ts";
import { renderedObjects } from "../../support/kustomizations.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import { helmOutput } from "./helm.ts";

export const CHART = "deploy/helm/tidemark";

/** The files of values that are tried, relative to the root. */
export const VALUES: readonly string[] = readdirSync(`${ROOT}${CHART}/ci`)
  .toSorted()
  .map((file) => `${CHART}/ci/${file}`);

/** The example policies by their files' names. */
export const EXAMPLES: readonly string[] = readdirSync(`${ROOT}policies`)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.slice(0, -".yaml".length))
  .toSorted();

/** Returns the arguments that give the chart these examples, as text. */
export function withExamples(names: readonly string[] = EXAMPLES): readonly string[] {
  return names.flatMap((name) => ["--set-file", `policies.${name}=policies/${name}.yaml`]);
}

/** Returns the text of a release `tidemark` in the namespace `tidemark`. */
export function chartText(args: readonly string[]): string {
  return helmOutput(["template", "tidemark", CHART, "--namespace", "tidemark", ...args]);
}

/** Returns its objects. */
export function chartObjects(args: readonly string[]): readonly Manifest[] {
  return renderedObjects(chartText(args)).filter((object) => object !== null);
}

/** Returns those of a kind. */
export function ofKind(objects: readonly Manifest[], kind: string): readonly Manifest[] {
  return objects.filter((object) => object.kind === kind);
}

/** Returns the only one of a kind whose name matches. */
export function only(objects: readonly Manifest[], kind: string, name = /^/): Manifest {
  const [first, ...others] = ofKind(objects, kind).filter(({ metadata }) => name.test(metadata.name));
  if (first === undefined || others.length > 0)
    throw new Error(`${kind} ${name.source}: ${first === undefined ? "none" : "several"}`);
  return first;
}

/** Returns the texts in the ConfigMap whose name matches. */
export function textsIn(objects: readonly Manifest[], name: RegExp): Readonly<Record<string, string>> {
  return only(objects, "ConfigMap", name)["data"] as Readonly<Record<string, string>>;
}

/** Returns the configuration among the objects as the service reads it. */
export function configurationIn(objects: readonly Manifest[]): Configuration {
  const text = textsIn(objects, /^tidemark-configuration/)["configuration.yaml"] ?? "";
  const loaded = loadConfiguration("configuration.yaml", new TextEncoder().encode(text));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value;
}
