// Every TypeScript file of a folder, parsed, for the tests that read the sources themselves.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The checkout's root, with a slash at the end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export type SourceFile = {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly syntax: ts.SourceFile;
};

/** Returns the paths of all files below `folder` whose names end in `ending`, sorted, relative to the root. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length).replaceAll("\\", "/"))
    .sort();
}

/** Returns the hand-written TypeScript files below `folder`; generated ones are left out. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return filesBelow(folder, ".ts")
    .filter((path) => !path.includes("/generated/"))
    .map((path) => {
      const text = readFileSync(`${ROOT}${path}`, "utf8");
      const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
      return { path, text, lines: text.trimEnd().split("\n"), syntax };
    });
}

/** Returns the line, from 1, on which a node begins. */
export function lineOf(file: SourceFile, node: ts.Node): number {
  return file.syntax.getLineAndCharacterOfPosition(node.getStart(file.syntax)).line + 1;
}

/** Calls `visit` for a node and all below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
