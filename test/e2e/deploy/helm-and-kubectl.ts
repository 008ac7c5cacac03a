// The real Helm and kubectl that `.ci/install-helm` has fetched, and what to say where it has not.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));
const INSTALL = `${CHECKOUT}.ci/install-helm`;

export type ToolRun = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

let found: string | null = null;

/** Returns why tests that need Helm and kubectl cannot run here, or null; with CI=true it throws that instead. */
export function toolsMissing(): string | null {
  if (toolFolder() !== "") return null;
  const reason = "Helm and kubectl are not here; .ci/install-helm fetches them";
  if (process.env["CI"] === "true") throw new Error(reason);
  return reason;
}

/** Runs one of them in the checkout, away from any cluster and from the settings of whoever runs the tests. */
export function runTool(tool: "helm" | "kubectl", args: readonly string[]): ToolRun {
  const { status, stdout, stderr, error } = spawnSync(`${toolFolder()}/${tool}`, args, {
    cwd: CHECKOUT,
    env: { PATH: process.env["PATH"], HOME: "/nonexistent", KUBECONFIG: "/nonexistent" },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { code: status, stdout, stderr };
}

/** Returns what a run printed that has to succeed. */
export function outputOf(tool: "helm" | "kubectl", args: readonly string[]): string {
  const { code, stdout, stderr } = runTool(tool, args);
  if (code !== 0) throw new Error(`${tool} ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

function toolFolder(): string {
  found ??= spawnSync("bash", [INSTALL, "--find"], { encoding: "utf8" }).stdout.trim();
  return found;
}
