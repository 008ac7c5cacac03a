// The real components that `.ci/build-controlplane` has built, and what to say where it has not.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../../../.ci/build-controlplane", import.meta.url));

/** The releases of KEDA that are tested. */
export const KEDA_RELEASES = ["v2.20.2", "v2.21.0"] as const;
export type KedaRelease = (typeof KEDA_RELEASES)[number];
/** What is built together: the control plane of Kubernetes, KEDA of a release, or the kinds of others. */
export type ProgramSet = "kubernetes" | "kinds" | KedaRelease;

const SETS: readonly ProgramSet[] = ["kubernetes", "kinds", ...KEDA_RELEASES];
let found: ReadonlyMap<ProgramSet, string> | null = null;

/** Returns the folder of each set of programs that is built; empty where `.ci/build-controlplane` has not run. */
export function builtPrograms(): ReadonlyMap<ProgramSet, string> {
  found ??= find();
  return found;
}

/** Returns why tests that need these sets cannot run here, or null; with CI=true it throws that instead. */
export function programsMissing(sets: readonly ProgramSet[]): string | null {
  const missing = sets.filter((set) => !builtPrograms().has(set));
  if (missing.length === 0) return null;
  const reason = `${missing.join(", ")} not built; .ci/build-controlplane builds it (Go 1.26)`;
  if (process.env["CI"] === "true") throw new Error(reason);
  return reason;
}

/** Returns the path of a program of a set. */
export function programOf(set: ProgramSet, name: string): string {
  const folder = builtPrograms().get(set);
  if (folder === undefined) throw new Error(`${set} is not built`);
  return `${folder}/${name}`;
}

function find(): ReadonlyMap<ProgramSet, string> {
  const { status, stdout, stderr } = spawnSync("bash", [BUILD, "--find"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${BUILD} --find ended with ${status}: ${stderr}`);
  const folders = new Map(
    stdout.split("\n").map((line) => [line.split(" ", 1)[0], line.replace(/^\S+ /, "")]),
  );
  return new Map(
    SETS.flatMap((set) => {
      const folder = folders.get(set);
      return folder === undefined ? [] : [[set, folder]];
    }),
  );
}
