// The kustomizations below deploy/, and what kubectl renders of one.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, posix, resolve } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { filesBelow, ROOT } from "../architecture/source-files.ts";
import type { Manifest } from "./manifest-schema.ts";

type Kustomization = {
  readonly kind: "Kustomization" | "Component";
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
};

/** Every folder with a kustomization, relative to the root, with what its file says. */
function folders(): ReadonlyMap<string, Kustomization> {
  return new Map(
    filesBelow("deploy", "kustomization.yaml").map((file) => [
      dirname(file),
      parse(readFileSync(`${ROOT}${file}`, "utf8")) as Kustomization,
    ]),
  );
}

/** Returns the folders that can be rendered by themselves, sorted. */
export function kustomizations(): readonly string[] {
  return [...folders()].filter(([, { kind }]) => kind === "Kustomization").map(([folder]) => folder);
}

/** Returns the components that no kustomization uses. */
export function unusedComponents(): readonly string[] {
  const all = folders();
  const used = new Set(
    [...all].flatMap(([folder, { components = [] }]) =>
      components.map((component) => posix.join(folder, component)),
    ),
  );
  return [...all]
    .filter(([folder, { kind }]) => kind === "Component" && !used.has(folder))
    .map(([folder]) => folder);
}

/** Returns the kubectl that `.ci/install-helm` fetched; null where it has not run. */
export function fetchedKubectl(): string | null {
  const { stdout } = spawnSync("bash", [`${ROOT}.ci/install-helm`, "--find"], { encoding: "utf8" });
  const folder = stdout.trim();
  return folder === "" ? null : `${folder}/kubectl`;
}

/** Returns that kubectl or the system's; null where there is neither, which in CI throws. */
export function anyKubectl(): string | null {
  const fetched = fetchedKubectl();
  if (fetched !== null) return fetched;
  if (spawnSync("kubectl", ["version", "--client"]).status === 0) return "kubectl";
  if (process.env["CI"] === "true") throw new Error("kubectl is missing");
  return null;
}

/** Returns the text that `kubectl kustomize` prints for a folder, as seen from the root; throws with what it says where it refuses. */
export function renderedText(kubectl: string, folder: string): string {
  const place = resolve(ROOT, folder);
  const { status, stdout, stderr } = spawnSync(kubectl, ["kustomize", place], { encoding: "utf8" });
  if (status !== 0 || stderr !== "") throw new Error(`kubectl kustomize ${folder}: ${stderr}`);
  return stdout;
}

/** Returns the objects in a rendered text. */
export function renderedObjects(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
