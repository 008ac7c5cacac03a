// The simulator as users run it: these sources, compiled. What tsx makes of them names each inner function anew at every
// call of the one around it, which would be measured too.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** Compiles the sources into a folder that goes with this process; returns the address of the module of `simulateRun`. */
export function builtSimulator(): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const options = ["--noCheck", "--declaration", "false", "--sourceMap", "false", "--outDir", folder];
  const compiler = join(PROJECT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.build.json", ...options], { cwd: PROJECT });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  return pathToFileURL(join(folder, "simulator/simulate.js")).href;
}
