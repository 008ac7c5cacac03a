// The pages of the rules are their cases: each has a file in which the rule finds something, every line that `lint` prints
// for it, and a close one in which nothing is found.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { RULES } from "../../../src/lint/rules.ts";
import { filesBelow, ROOT } from "../../architecture/source-files.ts";
import { lintLines, type Texts } from "./linted.ts";

type Page = {
  readonly code: string;
  readonly text: string;
  readonly wrong: Texts;
  readonly lines: readonly string[];
  readonly right: Texts;
};

/** Fenced blocks that name a file after their language. */
function files(text: string): Texts {
  return Object.fromEntries(
    [...text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = "", body = ""]) => [name, body]),
  );
}

function pageOf(code: string): Page {
  const text = readFileSync(`${ROOT}docs/lint/${code}.md`, "utf8");
  const [first = "", second = ""] = text.split("\n## Right\n");
  const printed = /^```text\n([\s\S]*?)^```$/m.exec(first)?.[1] ?? "";
  const lines = printed.split("\n").filter((line) => line !== "");
  return { code, text, wrong: files(first), lines, right: files(second) };
}

const PAGES = RULES.map(({ code }) => pageOf(code));
const SHOWN = PAGES.filter((_, index) => RULES[index]?.visible === true);

describe("the rules", () => {
  test("have the codes TM001 to TM042, in order, and a page each", () => {
    const codes = Array.from({ length: 42 }, (_, index) => `TM${String(index + 1).padStart(3, "0")}`);
    expect(RULES.map(({ code }) => code)).toEqual(codes);
    expect(filesBelow("docs/lint", ".md")).toEqual([
      "docs/lint/README.md",
      ...codes.map((code) => `docs/lint/${code}.md`),
    ]);
  });

  test("are listed with title and severity, and marked where no file can show them", () => {
    const rows = readFileSync(`${ROOT}docs/lint/README.md`, "utf8").match(/^\| \[TM.*$/gm);
    expect(rows).toEqual(
      RULES.map(
        ({ code, title, severity, visible }) =>
          `| [${code}](${code}.md) | ${title} | ${severity}${visible ? "" : "; no file can show it"} |`,
      ),
    );
    expect(RULES.filter(({ visible }) => !visible).map(({ code }) => code)).toEqual(["TM039"]);
  });

  test.each(RULES)("$code has its title and severity on its page", ({ code, title, severity, visible }) => {
    const kind = severity === "error" ? "Error." : "Warning.";
    const head = `# ${code}: ${title}\n\n${kind}${visible ? "" : " No file can show it."}\n`;
    expect(pageOf(code).text.startsWith(head)).toBe(true);
    expect(pageOf(code).text).toMatch(/\nSource: .+\.\n$/s);
  });

  test.each(SHOWN)("$code finds what its page shows, at its place", ({ code, wrong, lines }) => {
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.endsWith(`[${code}]`))).toEqual([]);
    expect(lintLines(wrong)).toEqual(lines);
  });

  test.each(SHOWN)("$code leaves the right form alone", ({ right }) => {
    expect(Object.keys(right).length).toBeGreaterThan(0);
    expect(lintLines(right)).toEqual([]);
  });
});
