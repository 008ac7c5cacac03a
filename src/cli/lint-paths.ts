// The files that `lint` reads for the paths on its command line, and what lies beside model configurations.

import { lstat, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type LintFile, MAX_LINT_BYTES } from "../lint/read-file.ts";
import { readEach } from "./document-files.ts";

const LINTED_NAME = /^[^.].*\.(ya?ml|json|pbtxt)$/;
const VERSION_FOLDER = /^[1-9]\d*$/;
/** Deeper than any tree of manifests. */
const DEEPEST_FOLDER = 32;

/**
 * Returns the files that `paths` mean, each once: of a directory every `*.yaml`, `*.yml`, `*.json` and `*.pbtxt` below it,
 * but not under dot-names, linked folders, `node_modules`, or the templates of a Helm chart. Throws a CommandError that names every path
 * that cannot be read.
 */
export async function readLintFiles(paths: readonly string[]): Promise<readonly LintFile[]> {
  const files = await readEach(paths, (path) => filesBelow(path, 0), MAX_LINT_BYTES);
  return await Promise.all(
    files.map(
      async (file): Promise<LintFile> =>
        basename(file.file) === "config.pbtxt"
          ? { ...file, modelFiles: await modelFiles(dirname(file.file)) }
          : file,
    ),
  );
}

async function filesBelow(path: string, depth: number): Promise<readonly string[]> {
  const found = await stat(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new Error("neither a file nor a directory");
  if (depth > DEEPEST_FOLDER) return [];
  const names = (await readdir(path)).sort();
  const isChart = names.includes("Chart.yaml");
  const files: string[] = [];
  for (const name of names) {
    if (name.startsWith(".") || name === "node_modules" || (isChart && name === "templates")) continue;
    const below = join(path, name);
    const kind = await stat(below).catch(() => null);
    if (kind?.isDirectory() === true && !(await lstat(below)).isSymbolicLink())
      files.push(...(await filesBelow(below, depth + 1)));
    else if (kind?.isFile() === true && LINTED_NAME.test(name)) files.push(below);
  }
  return files;
}

/** What Triton would load: the names in the version folders, as `1/model.onnx`. */
async function modelFiles(folder: string): Promise<readonly string[]> {
  const versions = (await readdir(folder).catch(() => [])).filter((name) => VERSION_FOLDER.test(name));
  const names = await Promise.all(
    versions.map(async (version) =>
      (await readdir(join(folder, version)).catch(() => [])).map((name) => `${version}/${name}`),
    ),
  );
  return names.flat();
}
