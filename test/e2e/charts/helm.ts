// The real Helm that `.ci/install-helm` has fetched, and what to say where it has not.

import { spawnSync } from "node:child_process";
import { ROOT } from "../../architecture/source-files.ts";

const INSTALL = `${ROOT}.ci/install-helm`;

export type HelmRun = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

let folder: string | null = null;

/** Returns why tests that need Helm cannot run here, or null; with CI=true it throws that instead. */
export function helmMissing(): string | null {
  if (toolFolder() !== "") return null;
  const reason = "Helm is not here; .ci/install-helm fetches it";
  if (process.env["CI"] === "true") throw new Error(reason);
  return reason;
}

/** Runs Helm in the checkout, without the settings of whoever runs the tests; it knows a cluster only by `kubeconfig`. */
export function runHelm(args: readonly string[], kubeconfig = "/nonexistent"): HelmRun {
  const { status, stdout, stderr, error } = spawnSync(`${toolFolder()}/helm`, args, {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", KUBECONFIG: kubeconfig },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** Returns what a run printed that has to succeed. */
export function helmOutput(args: readonly string[], kubeconfig?: string): string {
  const { code, stdout, stderr } = runHelm(args, kubeconfig);
  if (code !== 0) throw new Error(`helm ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

function toolFolder(): string {
  folder ??= spawnSync("bash", [INSTALL, "--find"], { encoding: "utf8" }).stdout.trim();
  return folder;
}
