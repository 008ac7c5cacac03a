// One file to the documents in it: YAML, JSON or protobuf text, and what ConfigMaps and dashboards carry inside.

import type { Finding } from "../policy/finding.ts";
import { readSourceText, type SourceText } from "../policy/source-text.ts";
import { below, entries, type Field, isMapping, textOf } from "./field.ts";
import { readJson } from "./read-json.ts";
import { readPbtxt } from "./read-pbtxt.ts";
import { type Reading, readYaml } from "./read-yaml.ts";

/** The largest file that `lint` reads: dashboards are larger than policies. */
export const MAX_LINT_BYTES = 2 * 1024 * 1024;

/** A file as it was read; of a model configuration also the names in the version folders beside it, as `1/model.onnx`. */
export type LintFile = {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly modelFiles?: readonly string[];
};

export type LintDocument = {
  readonly file: string;
  readonly format: "yaml" | "pbtxt";
  readonly root: Field;
  /** Names in the version folders beside a model configuration; none where that is not known. */
  readonly modelFiles: readonly string[];
};

export type FileReading = {
  readonly file: string;
  readonly documents: readonly LintDocument[];
  readonly findings: readonly Finding[];
  /** Codes that a comment of the file switches off. */
  readonly ignored: ReadonlySet<string>;
};

const IGNORE = /#[ \t]*tidemark-lint:[ \t]*ignore[ \t]+(TM\d{3}(?:[ \t]*,?[ \t]*TM\d{3})*)/g;

/** Returns what a file holds and what hindered reading it; never throws, whatever the bytes are. */
export function readFile({ file, bytes, modelFiles = [] }: LintFile): FileReading {
  const source = readSourceText(bytes, MAX_LINT_BYTES);
  if (!source.ok) return { file, documents: [], findings: [source.failure], ignored: new Set() };
  const { text } = source.value;
  const { documents, findings, format } = readText(source.value, { file, name: file });
  const read = documents.map((root) => ({ file, format, root, modelFiles }));
  return {
    file,
    documents: [...read, ...read.flatMap(embedded)],
    findings,
    ignored: new Set([...text.matchAll(IGNORE)].flatMap(([, codes = ""]) => codes.match(/TM\d{3}/g) ?? [])),
  };
}

type Named = { readonly file: string; readonly name: string };
type RootReading = {
  readonly documents: readonly Field[];
  readonly findings: readonly Finding[];
  readonly format: LintDocument["format"];
};

function readText(source: SourceText, { file, name }: Named): RootReading {
  const isPbtxt = /\.(pbtxt|prototxt)$/.test(name);
  const { documents, findings }: Reading = isPbtxt
    ? readPbtxt(source, file)
    : readPlain(source, { file, name });
  const roots = documents.map(({ value, origin }): Field => ({ value, origin, path: [] }));
  return { documents: roots, findings, format: isPbtxt ? "pbtxt" : "yaml" };
}

function readPlain(source: SourceText, { file, name }: Named): Reading {
  return name.endsWith(".json") ? readJson(source, file) : readYaml(source, file);
}

const INNER_NAME = /\.(ya?ml|json|pbtxt)$/;

/** Documents inside a document: a ConfigMap's files, a dashboard in a GrafanaDashboard. Unreadable ones are left out. */
function embedded({ file, root }: LintDocument): readonly LintDocument[] {
  return objectsOf(root).flatMap((object) => {
    const kind = textOf(below(object, "kind"));
    const texts: readonly (readonly [string, Field])[] =
      kind === "ConfigMap"
        ? entries(below(object, "data")).filter(([name]) => INNER_NAME.test(name))
        : kind === "GrafanaDashboard"
          ? [["dashboard.json", below(object, "spec", "json")]]
          : [];
    return texts.flatMap(([name, field]) => inner(file, name, field));
  });
}

function inner(file: string, name: string, field: Field): readonly LintDocument[] {
  const text = textOf(field);
  if (text === null) return [];
  const positionAt = (offset: number) => field.origin.within(field.path, offset);
  const { documents, format } = readText({ text, positionAt }, { file, name });
  return documents.map((root) => ({ file, format, root, modelFiles: [] }));
}

/** Returns the objects of a document: itself, or the items of a `List`. */
export function objectsOf(root: Field): readonly Field[] {
  const list = below(root, "items");
  if (!/^([A-Z]\w*)?List$/.test(textOf(below(root, "kind")) ?? "") || !Array.isArray(list.value))
    return [root];
  return list.value.map((_, index) => below(list, index)).filter(({ value }) => isMapping(value));
}
