// The project with one step of its decisions left out: a copy of the sources in which one passage reads otherwise.

import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A step that can be left out: what the passage reads now, and what it reads without the step. */
export type Ablation = {
  readonly step: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the folder of a copy without the step; it fails where the passage is not there exactly once. */
export function ablatedCopy({ step, file, from, to }: Ablation): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-without-"));
  for (const part of ["src", "test", "package.json", "tsconfig.json"]) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, file);
  const parts = readFileSync(path, "utf8").split(from);
  if (parts.length !== 2) throw new Error(`${step}: ${file} has its passage ${parts.length - 1} times`);
  writeFileSync(path, parts.join(to));
  return folder;
}
