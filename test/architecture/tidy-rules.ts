// The rules of the style guide that a program can check; each finding reads `path:line: message`.

import ts from "typescript";
import { lineOf, type SourceFile, walk } from "./source-files.ts";

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 60;
const PARAMETERS_MAX = 3;
const BANNED_NAMES = new Set(["util", "utils", "helper", "helpers", "common", "manager"]);
const BANNED_WORDS =
  /\b(TODO|FIXME|XXX)\b|@ts-ignore|@ts-expect-error|biome-ignore|oxlint-disable|eslint-disable/;
const SWITCHED_OFF_TEST = /\b(it|test|describe|bench)\.(skip|only|todo)\b/;

/** Where text, or what a library types loosely, becomes a value of ours; and the branded units. */
const CASTS_ALLOWED: readonly RegExp[] = [
  /^src\/domain\/(units|instant)\.ts$/,
  /^src\/policy\//,
  /^src\/control\/replay\.ts$/,
  /^src\/cli\/(read-log|explain|remote-explain)\.ts$/,
  /^src\/adapters\/(checkpoint-file|compressed-history|metrics-request|recording-files)\.ts$/,
  /^src\/keda\/proto\.ts$/,
];

type Finding = { readonly line: number; readonly message: string };

/** Returns all findings in a file as `path:line: message`. */
export function findings(file: SourceFile): readonly string[] {
  const isTest = file.path.startsWith("test/");
  return [
    ...shape(file),
    ...names(file),
    ...words(file, isTest),
    ...functions(file, isTest),
    ...types(file, isTest),
  ]
    .sort((a, b) => a.line - b.line)
    .map(({ line, message }) => `${file.path}:${line}: ${message}`);
}

function shape({ lines }: SourceFile): readonly Finding[] {
  const found: Finding[] = [];
  if (lines.length > FILE_LINES_MAX) {
    found.push({
      line: lines.length,
      message: `${lines.length} lines, at most ${FILE_LINES_MAX} are allowed`,
    });
  }
  const header = lines.findIndex((line) => !line.startsWith("//"));
  if (header === 0) found.push({ line: 1, message: "no header comment that says what the file is for" });
  return found;
}

function names({ path }: SourceFile): readonly Finding[] {
  const file = path.slice(path.lastIndexOf("/") + 1).replace(/\.ts$/, "");
  const found: Finding[] = [];
  if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(file))
    found.push({ line: 1, message: `${file} is not kebab-case` });
  const banned = path.split(/[/.-]/).find((part) => BANNED_NAMES.has(part));
  if (banned !== undefined)
    found.push({ line: 1, message: `the name "${banned}" says nothing; name the concept` });
  return found;
}

function words({ lines, path }: SourceFile, isTest: boolean): readonly Finding[] {
  if (path.startsWith("test/architecture/tidy")) return [];
  return lines.flatMap((text, index) => {
    const line = index + 1;
    const banned = BANNED_WORDS.exec(text);
    const off = isTest ? SWITCHED_OFF_TEST.exec(text) : null;
    return [
      ...(banned === null ? [] : [{ line, message: `"${banned[0]}": do it, or write it into an issue` }]),
      ...(off === null
        ? []
        : [{ line, message: `"${off[0]}" switches tests off; skip at run time with a reason` }]),
    ];
  });
}

function functions(file: SourceFile, isTest: boolean): readonly Finding[] {
  const found: Finding[] = [];
  walk(file.syntax, (node) => {
    if (!isFunctionWithBody(node) || (isTest && isCallback(node))) return;
    const line = lineOf(file, node);
    const length = file.syntax.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - line;
    const name = node.name === undefined ? "function" : node.name.getText(file.syntax);
    if (length > FUNCTION_LINES_MAX) {
      found.push({ line, message: `${name} has ${length} lines, at most ${FUNCTION_LINES_MAX} are allowed` });
    }
    if (node.parameters.length > PARAMETERS_MAX && !isCallback(node)) {
      const message = `${name} has ${node.parameters.length} parameters; past ${PARAMETERS_MAX} take one object`;
      found.push({ line, message });
    }
  });
  return found;
}

function isFunctionWithBody(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

/** A function handed to a call, such as the body of `describe` or the comparison of a sort. */
function isCallback(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && !ts.isFunctionDeclaration(node);
}

function types(file: SourceFile, isTest: boolean): readonly Finding[] {
  const found: Finding[] = [];
  const castsAllowed = isTest || CASTS_ALLOWED.some((pattern) => pattern.test(file.path));
  walk(file.syntax, (node) => {
    const line = lineOf(file, node);
    if (node.kind === ts.SyntaxKind.AnyKeyword) found.push({ line, message: "`any`: say what it is" });
    if (ts.isNonNullExpression(node)) found.push({ line, message: "`!`: handle the missing value" });
    if (ts.isTypeAssertionExpression(node)) found.push({ line, message: "cast with <…>" });
    if (ts.isAsExpression(node) && !castsAllowed && !isHarmless(node, file)) {
      found.push({ line, message: `cast to ${node.type.getText(file.syntax)} outside of a parser` });
    }
  });
  return found;
}

/** `as const` narrows a literal, `as unknown` only widens. */
function isHarmless(node: ts.AsExpression, file: SourceFile): boolean {
  return ["const", "unknown"].includes(node.type.getText(file.syntax));
}
