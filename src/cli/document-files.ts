// The files that paths on a command line mean, read only as far as a valid document can go.

import { open, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DocumentFile } from "../policy/check-document.ts";
import { MAX_DOCUMENT_BYTES } from "../policy/source-text.ts";
import { badInput, reasonOf } from "./command-error.ts";

const DOCUMENT_NAME = /^[^.].*\.ya?ml$/;

/**
 * Returns the documents that `paths` mean, each file once: of a directory its `*.yaml` and `*.yml` by name, without
 * dot-names. Throws a CommandError that names every path that cannot be read.
 */
export async function readDocuments(paths: readonly string[]): Promise<readonly DocumentFile[]> {
  return await readEach(paths, filesOf, MAX_DOCUMENT_BYTES);
}

/** Returns the files that `filesOf` finds at `paths`, each once, as far as `maxBytes` and one more; throws as above. */
export async function readEach(
  paths: readonly string[],
  filesOf: (path: string) => Promise<readonly string[]>,
  maxBytes: number,
): Promise<readonly DocumentFile[]> {
  const files = new Map<string, DocumentFile>();
  const problems: string[] = [];
  for (const path of paths) {
    try {
      for (const file of await filesOf(path)) {
        if (!files.has(resolve(file)))
          files.set(resolve(file), { file, bytes: await readStart(file, maxBytes) });
      }
    } catch (error) {
      problems.push(`cannot read ${path}: ${reasonOf(error)}`);
    }
  }
  if (problems.length > 0) throw badInput(problems.join("\n"));
  return [...files.values()];
}

async function filesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new Error("neither a file nor a directory");
  const names = (await readdir(path)).filter((name) => DOCUMENT_NAME.test(name)).sort();
  const files: string[] = [];
  for (const name of names) {
    if ((await stat(join(path, name))).isFile()) files.push(join(path, name));
  }
  return files;
}

/** One byte more than a document may have is enough to tell that it is too large. */
async function readStart(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const buffer = new Uint8Array(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}
