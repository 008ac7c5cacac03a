// Hostile and broken documents: refused in words, without a throw, with work that grows no faster than the text.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { readDocument } from "../../../src/policy/read-document.ts";
import { VALID_POLICY } from "./documents.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function summary(input: Uint8Array): readonly string[] {
  const reading = readDocument(input);
  const findings = reading.readable ? reading.document.findings : reading.findings;
  return findings.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

const tooDeep = (place: string): string =>
  `${place} YAML_FORBIDDEN nested deeper than 16 levels; a valid document never is`;

describe("a hostile document", () => {
  test.each([
    {
      name: "an alias bomb",
      text: "a: &a [x, x]\nb: &b [*a, *a]\n",
      found: [
        "1:4 YAML_FORBIDDEN not allowed in a document: anchor; write the value out where it is used",
        "2:4 YAML_FORBIDDEN not allowed in a document: anchor; write the value out where it is used",
        "2:8 YAML_FORBIDDEN not allowed in a document: alias; write the value out where it is used",
        "2:12 YAML_FORBIDDEN not allowed in a document: alias; write the value out where it is used",
      ],
    },
    {
      name: "a circle",
      text: "x: &a [*a]\n",
      found: [
        "1:4 YAML_FORBIDDEN not allowed in a document: anchor; write the value out where it is used",
        "1:8 YAML_FORBIDDEN not allowed in a document: alias; write the value out where it is used",
      ],
    },
    {
      name: "prototype keys",
      text: "__proto__: { polluted: true }\na: { constructor: 1, prototype: 2 }\n",
      found: [
        '1:1 YAML_FORBIDDEN not allowed in a document: key "__proto__"; remove it',
        '2:6 YAML_FORBIDDEN not allowed in a document: key "constructor"; remove it',
        '2:22 YAML_FORBIDDEN not allowed in a document: key "prototype"; remove it',
      ],
    },
    {
      name: "a tag",
      text: "a: !!js/function 'x'\n",
      found: [
        "1:4 YAML_FORBIDDEN not allowed in a document: tag; remove it, types are known from the schema",
      ],
    },
    {
      name: "a directive",
      text: "%YAML 1.1\n---\na: yes\n",
      found: ["1:1 YAML_FORBIDDEN not allowed in a document: directive; remove the line"],
    },
    {
      name: "a merge key",
      text: "<<: { a: 1 }\n",
      found: ['1:1 YAML_FORBIDDEN not allowed in a document: merge key "<<"; write the values out'],
    },
    {
      name: "a mapping as a key",
      text: "? { a: 1 }\n: 2\n",
      found: ["1:3 YAML_FORBIDDEN not allowed in a document: mapping or list as a key; keys are plain words"],
    },
    { name: "20,000 brackets", text: "[".repeat(20_000), found: [tooDeep("1:18")] },
    { name: "20,000 lists on one line", text: `${"- ".repeat(20_000)}x`, found: [tooDeep("1:35")] },
    {
      name: "20,000 mappings, each further in",
      text: Array.from({ length: 200 }, (_, level) => `${" ".repeat(level)}a:\n`).join(""),
      found: [tooDeep("18:18")],
    },
    {
      name: "17 levels of lists that share their keys' columns",
      text: Array.from(
        { length: 9 },
        (_, level) => `${"  ".repeat(level)}a:\n${"  ".repeat(level)}- b: 1\n`,
      ).join(""),
      found: [tooDeep("16:17")],
    },
    {
      name: "1 MiB",
      text: "#".repeat(2 ** 20),
      found: [
        "1:1 FILE_TOO_LARGE document is larger than 262144 bytes (256 KiB), the most that is read; shorten or split it",
      ],
    },
    {
      name: "NUL",
      text: "a: 1\nb: \0\n",
      found: ["2:4 YAML_SYNTAX control character U+0000; remove it (UTF-16 text shows up so, too)"],
    },
    {
      name: "an escape sequence",
      text: "a: \u001b[2J\n",
      found: ["1:4 YAML_SYNTAX control character U+001B; remove it (UTF-16 text shows up so, too)"],
    },
  ])("$name", ({ text, found }) => {
    expect(summary(bytes(text))).toEqual(found);
  });

  test.each([
    {
      name: "UTF-16 with a mark",
      input: [0xff, 0xfe, 0x61, 0],
      found: "1:1 YAML_SYNTAX document is UTF-16, must be UTF-8; save it as UTF-8",
    },
    {
      name: "UTF-16, the other way",
      input: [0xfe, 0xff, 0, 0x61],
      found: "1:1 YAML_SYNTAX document is UTF-16, must be UTF-8; save it as UTF-8",
    },
    {
      name: "UTF-32",
      input: [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0],
      found: "1:1 YAML_SYNTAX document is UTF-32, must be UTF-8; save it as UTF-8",
    },
    {
      name: "UTF-16 without a mark",
      input: [0x61, 0, 0x3a, 0],
      found: "1:2 YAML_SYNTAX control character U+0000; remove it (UTF-16 text shows up so, too)",
    },
    {
      name: "Latin-1",
      input: [0x61, 0x3a, 0x20, 0x0a, 0x62, 0xe9],
      found: "2:2 YAML_SYNTAX byte that is not UTF-8; save the document as UTF-8",
    },
  ])("in another encoding: $name", ({ input, found }) => {
    expect(summary(Uint8Array.from(input))).toEqual([found]);
  });

  test("with the mark of UTF-8 is read, and columns count without it", () => {
    const marked = Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes("kind: X\n")]);
    expect(checkDocument({ file: "f", bytes: marked }, null).issues).toMatchObject([
      { line: 1, column: 7, code: "UNKNOWN_KIND" },
    ]);
  });

  test("with prototype keys pollutes nothing", () => {
    readDocument(bytes("__proto__: { polluted: true }\n"));
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("is never answered with more than a hundred remarks on its syntax", () => {
    expect(summary(bytes("&a ".repeat(80_000))).length).toBe(100);
    expect(summary(bytes("]".repeat(200_000))).length).toBe(20);
  });

  test("with 20,000 unknown keys is checked key by key", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join("");
    const text = `apiVersion: tidemark.dev/v1alpha1\nkind: ScalingPolicy\n${keys}`;
    const { issues } = checkDocument({ file: "f", bytes: bytes(text) }, null);
    expect(issues.filter(({ code }) => code === "UNKNOWN_KEY").map(({ line }) => line)).toEqual(
      Array.from({ length: 20_000 }, (_, index) => index + 3),
    );
  });

  test("has its values shown without what a terminal would obey", () => {
    const text = VALID_POLICY.replace("name: burst }\nspec", 'name: "a\\e[2J\\u202Eb\\nc" }\nspec');
    expect(
      checkDocument({ file: "f", bytes: bytes(text) }, null).issues.map(({ message }) => message),
    ).toEqual([
      'metadata.name is "a\\u001b[2J\\u202eb\\nc", must be a DNS label: at most 63 of a-z, 0-9 and -, not at either end -',
    ]);
  });
});

describe("any bytes", () => {
  test("are read or refused, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (input) => {
        expect(checkDocument({ file: "f", bytes: input }, null).issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test("made of YAML's own signs likewise", () => {
    const signs = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "? ",
      "\n",
      "\n  ",
      "{",
      "}",
      "[",
      "]",
      ",",
      "'",
      '"',
      "|",
      ">",
      "#",
      "&a",
      "*a",
      "!",
      "%",
      "---",
      "...",
      "\t",
      "<<",
      "~",
      "1e999",
      "\r",
    );
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
        expect(
          checkDocument({ file: "f", bytes: bytes(parts.join("")) }, null).issues.length,
        ).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  test("of a policy that is still being written give a policy or a reason, never half of one", () => {
    for (let length = 0; length < VALID_POLICY.length - 4; length += 1) {
      const { policy, issues } = checkDocument(
        { file: "f", bytes: bytes(VALID_POLICY.slice(0, length)) },
        null,
      );
      expect({ length, policy, silent: issues.length === 0 }).toEqual({
        length,
        policy: null,
        silent: false,
      });
    }
  });

  test("of a policy with a piece replaced likewise", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 30 }), fc.string({ maxLength: 10 }), (start, length, piece) => {
        const at = start % VALID_POLICY.length;
        const text = VALID_POLICY.slice(0, at) + piece + VALID_POLICY.slice(at + length);
        const { policy, issues } = checkDocument({ file: "f", bytes: bytes(text) }, null);
        const errors = issues.filter(({ severity }) => severity === "error");
        expect(policy === null).toBe(errors.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});
