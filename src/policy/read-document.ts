// Bytes of one file to a located document: hardened YAML, every problem found before the schema reported at once.

import { type ParsedNode, parseDocument, type YAMLError } from "yaml";
import { type Finding, formatPath } from "./finding.ts";
import { type Locator, locator } from "./locate.ts";
import { readSourceText, type SourceText } from "./source-text.ts";
import { harmless } from "./wording.ts";
import { MAX_DEPTH, scanYaml } from "./yaml-scan.ts";
import { plainValue, type ValueFinding } from "./yaml-values.ts";

/** Plain data of a document and the way back to the text. `findings` are problems that do not hinder reading on. */
export type LocatedDocument = {
  readonly value: unknown;
  readonly locate: Locator;
  readonly findings: readonly Finding[];
};

/** What reading gave: a document, or nothing but problems. */
export type DocumentReading =
  | { readonly readable: true; readonly document: LocatedDocument }
  | { readonly readable: false; readonly findings: readonly Finding[] };

const MOST_SYNTAX_ERRORS = 20;
const LONGEST_PARSER_MESSAGE = 160;

/** Returns the document in `bytes`; never throws, whatever they are. */
export function readDocument(bytes: Uint8Array): DocumentReading {
  const source = readSourceText(bytes);
  if (!source.ok) return { readable: false, findings: [source.failure] };
  const forbidden = scanYaml(source.value.text);
  if (forbidden.length > 0) {
    const findings = forbidden.map(({ offset, code, message }) => ({
      ...source.value.positionAt(offset),
      code,
      path: "",
      message: code === "YAML_FORBIDDEN" ? notAllowed(message) : message,
    }));
    return { readable: false, findings };
  }
  return parse(source.value);
}

function parse(source: SourceText): DocumentReading {
  const parsed = parseYaml(source.text);
  if (parsed === null) {
    const message = `nested deeper than ${MAX_DEPTH} levels; a valid document never is`;
    return { readable: false, findings: [{ line: 1, column: 1, code: "YAML_FORBIDDEN", path: "", message }] };
  }
  const problems = [...parsed.errors, ...parsed.warnings].slice(0, MOST_SYNTAX_ERRORS);
  if (problems.length > 0)
    return { readable: false, findings: problems.map((problem) => syntaxFinding(problem, source)) };
  const { value, findings } = plainValue(parsed.contents);
  const located = findings.map((finding) => valueFinding(finding, source));
  const tooDeep = findings.some(({ path }) => path.length >= MAX_DEPTH);
  if (tooDeep) return { readable: false, findings: located };
  const locate = locator(parsed.contents, source.positionAt);
  return { readable: true, document: { value, locate, findings: located } };
}

type ParsedYaml = {
  readonly contents: ParsedNode | null;
  readonly errors: readonly YAMLError[];
  readonly warnings: readonly YAMLError[];
};

/** Null where the parser ran out of stack. Unique keys are checked by us: the parser's own check is quadratic. */
function parseYaml(text: string): ParsedYaml | null {
  try {
    return parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function syntaxFinding({ code, message, pos }: YAMLError, source: SourceText): Finding {
  const place = { ...source.positionAt(pos[0]), path: "" };
  if (code === "MULTIPLE_DOCS") {
    return {
      ...place,
      code: "MULTIPLE_DOCUMENTS",
      message: "second document; put each document into a file of its own",
    };
  }
  const text = harmless(message.slice(0, LONGEST_PARSER_MESSAGE));
  return { ...place, code: "YAML_SYNTAX", message: `not valid YAML: ${text}` };
}

function valueFinding(
  { offset, code, path, message, firstOffset }: ValueFinding,
  source: SourceText,
): Finding {
  const place = { ...source.positionAt(offset), code, path: formatPath(path) };
  if (firstOffset === undefined) return { ...place, message: notAllowed(message) };
  return {
    ...place,
    message: `${message} (first on line ${source.positionAt(firstOffset).line}); remove one of them`,
  };
}

function notAllowed(message: string): string {
  return message.startsWith("nested") ? message : `not allowed in a document: ${message}`;
}
