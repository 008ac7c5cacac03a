// Places in texts, and the two languages inside them: protobuf text and PromQL, also when they are neither.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { allNodes, selectorsOf } from "../../../src/lint/promql.ts";
import { readPbtxt } from "../../../src/lint/read-pbtxt.ts";
import { readPromql } from "../../../src/lint/read-promql.ts";
import { readYaml } from "../../../src/lint/read-yaml.ts";
import { indexText } from "../../../src/policy/source-text.ts";

const pbtxt = (text: string) => readPbtxt(indexText(text), "config.pbtxt");

describe("a place in a text", () => {
  const visible = fc.string({
    unit: fc.constantFrom("a", "b", " ", "\n", "\t", "'", '"', "\\", "#", ":", "{", "}", "-", "ü", "€"),
    minLength: 1,
    maxLength: 40,
  });
  const styles = fc.constantFrom("PLAIN", "QUOTE_SINGLE", "QUOTE_DOUBLE", "BLOCK_LITERAL", "BLOCK_FOLDED");

  test("is where that character stands in the file, in every style of YAML", () => {
    fc.assert(
      fc.property(visible, styles, (text, style) => {
        const source = indexText(
          stringify({ outer: [{ query: text }] }, { defaultStringType: style as "PLAIN", lineWidth: 20 }),
        );
        const [document] = readYaml(source, "a.yaml").documents;
        const lines = source.text.split("\n");
        for (const [offset, character] of text.split("").entries()) {
          if (/[\s"'\\]/.test(character)) continue;
          const { line, column } = document?.origin.within(["outer", 0, "query"], offset) ?? {
            line: 0,
            column: 0,
          };
          expect(lines[line - 1]?.[column - 1]).toBe(character);
        }
      }),
    );
  });
});

describe("protobuf text", () => {
  test("takes lists, repeated fields, both brackets, separators, comments, joined texts and numbers of all kinds", () => {
    const { documents, findings } = pbtxt(`# a model
name: 'a' "b"
input [ { dims: [ -1, 0x10 ] }, { dims: 3 dims: 4; } ] input < dims: 5 >
parameters: { key: "k\\n" value: { string_value: "v" } },
rate: 1.5e3f flag: true [ext.name/x]: 1
`);
    expect(findings).toEqual([]);
    expect(documents[0]?.value).toEqual({
      name: ["ab"],
      input: [{ dims: ["-1", "0x10"] }, { dims: ["3", "4"] }, { dims: ["5"] }],
      parameters: [{ key: ["k\n"], value: [{ string_value: ["v"] }] }],
      rate: ["1.5e3f"],
      flag: ["true"],
      "[ext.name/x]": ["1"],
    });
  });

  const word = fc.constantFrom(
    "name",
    ":",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    '"a"',
    "'b",
    "-",
    "1",
    ",",
    "#c\n",
    "\n",
    "dims",
    "x.y/z",
    "%",
  );

  test("never throws, and either gives a document or says where the mistake is", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join(" ");
        const { documents, findings } = pbtxt(text);
        expect(documents.length + findings.length).toBe(1);
        for (const { line, column } of findings) {
          const lines = text.split("\n");
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        }
      }),
    );
  });
});

describe("PromQL", () => {
  const word = fc.constantFrom(
    "sum",
    "by",
    "(",
    ")",
    "nv_a",
    "{",
    "}",
    "model",
    "=",
    "=~",
    '"x"',
    "[5m]",
    "[$__rate_interval]",
    "/",
    "and",
    "on",
    "rate",
    "1",
    "-",
    "clamp_min",
    ",",
    "$x",
    "<<.Series>>",
    "offset",
    "5m",
    "@",
    "`",
    "é",
    "histogram_quantile",
  );

  test("never throws, and every part that it finds stands inside the text", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const text = words.join(" ");
        for (const { from } of allNodes(readPromql(text))) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  test("is read through nesting of any depth", () => {
    const deep = `${"(".repeat(5000)}nv_a${")".repeat(5000)}`;
    expect(selectorsOf(readPromql(deep))).toEqual([]);
    expect(selectorsOf(readPromql("((nv_a))")).map(({ name }) => name)).toEqual(["nv_a"]);
  });

  test("keeps a variable's place, and takes it for what it becomes", () => {
    const [selector] = selectorsOf(readPromql('rate(nv_a{model=~"$model"}[$__rate_interval])'));
    expect(selector).toEqual({
      kind: "selector",
      from: 5,
      name: "nv_a",
      matchers: [{ name: "model", from: 10, op: "=~", value: "$model" }],
      range: { text: "$__rate_interval", from: 27 },
    });
  });
});
