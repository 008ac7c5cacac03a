// The sources keep the style guide's measures, and the tools that watch over them saw every file.

import { readFileSync } from "node:fs";
import { cruise } from "dependency-cruiser";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { filesBelow, ROOT, type SourceFile, sourceFiles } from "./source-files.ts";
import { findings } from "./tidy-rules.ts";

const FOLDERS = ["src", "test"];

describe("the sources", () => {
  test.each(FOLDERS)("%s keeps the style guide", (folder) => {
    const found = sourceFiles(folder).flatMap(findings);
    expect(found, `\n${found.join("\n")}\n`).toEqual([]);
  });

  test("all of src was read: the walk, the compiler and dependency-cruiser agree on its files", async () => {
    const onDisk = filesBelow("src", ".ts");
    expect(onDisk.length).toBeGreaterThan(20);
    const handWritten = sourceFiles("src").map((file) => file.path);
    expect(handWritten).toEqual(onDisk.filter((path) => !path.includes("/generated/")));
    expect(compiledFiles()).toEqual(onDisk);
    expect(await cruisedFiles()).toEqual(onDisk);
  }, 60_000);
});

describe("the rules", () => {
  test.each([
    {
      name: "no header",
      text: "export const a = 1;",
      want: "no header comment that says what the file is for",
    },
    { name: "a banned name", path: "src/domain/string-utils.ts", want: 'the name "utils" says nothing' },
    { name: "camel case", path: "src/domain/stringTools.ts", want: "stringTools is not kebab-case" },
    { name: "a note to self", text: "// a\n// FIXME: later", want: '"FIXME": do it' },
    { name: "any", text: "// a\nexport const a: any = 1;", want: "`any`" },
    { name: "a non-null assertion", text: "// a\nexport const a = b!.c;", want: "`!`" },
    {
      name: "a cast",
      text: "// a\nexport const a = b as string;",
      want: "cast to string outside of a parser",
    },
    { name: "a long file", text: `// a\n${"export {};\n".repeat(301)}`, want: "302 lines, at most 300" },
    {
      name: "a long function",
      text: `// a\nfunction f() {${"\n".repeat(60)}}`,
      want: "f has 61 lines, at most 60",
    },
    { name: "many parameters", text: "// a\nfunction f(a, b, c, d) {}", want: "f has 4 parameters" },
    {
      name: "a test that is off",
      path: "test/a.test.ts",
      text: '// a\ntest.only("a", f);',
      want: '"test.only"',
    },
  ])("$name is found", ({ path = "src/decide/a.ts", text = "// a", want }) => {
    expect(findings(sourceFile(path, text)).join("\n")).toContain(want);
  });

  test.each([
    { name: "a const assertion", path: "src/decide/a.ts", text: "// a\nexport const a = [1] as const;" },
    { name: "a cast of the units", path: "src/domain/units.ts", text: "// a\nexport const a = 1 as Millis;" },
    {
      name: "a long describe",
      path: "test/a.test.ts",
      text: `// a\ndescribe("a", () => {${"\n".repeat(99)}});`,
    },
  ])("$name is fine", ({ path, text }) => {
    expect(findings(sourceFile(path, text))).toEqual([]);
  });
});

function sourceFile(path: string, text: string): SourceFile {
  const syntax = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return { path, text, lines: text.trimEnd().split("\n"), syntax };
}

/** The files of src that tsconfig.json takes in. */
function compiledFiles(): readonly string[] {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => readFileSync(path, "utf8"));
  const { fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  return fileNames
    .map((name) => name.slice(ROOT.length))
    .filter((name) => name.startsWith("src/"))
    .sort();
}

/** The files of src that dependency-cruiser judges; with a compiler it cannot use it would see none, and be content. */
async function cruisedFiles(): Promise<readonly string[]> {
  const { output } = await cruise(["src"], {
    baseDir: ROOT,
    tsPreCompilationDeps: true,
    doNotFollow: { path: ["node_modules"] },
  });
  if (typeof output === "string") throw new Error("dependency-cruiser answered with text");
  return output.modules
    .map((module) => module.source)
    .filter((source) => source.startsWith("src/"))
    .sort();
}
