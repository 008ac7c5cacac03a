// The page parser: what it reads, what it refuses, and that it never throws.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExpositionSample, parseExposition } from "../../../src/observe/exposition.ts";

/** The number that a one-line page carries, or the message that refuses it. */
function valueOf(text: string): number | string {
  const parsed = parseExposition(`a ${text}\n`);
  return parsed.ok ? (parsed.value[0]?.value ?? "nothing") : parsed.failure.message;
}

function print(samples: readonly ExpositionSample[]): string {
  const escaped = (text: string): string =>
    text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  const lines = samples.map(({ name, labels, value }) => {
    const inner = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const number = Number.isFinite(value) || Number.isNaN(value) ? `${value}` : value > 0 ? "+Inf" : "-Inf";
    return `${name}{${inner.join(",")}} ${number}\n`;
  });
  return `# TYPE x counter\n${lines.join("")}`;
}

describe("a page of Triton", () => {
  it("gives names, labels and values in the order of its lines", () => {
    const text = [
      "# HELP nv_inference_request_success Number of successful inference requests, all batch sizes",
      "# TYPE nv_inference_request_success counter",
      'nv_inference_request_success{model="ranker",version="1"} 7979',
      "nv_cpu_utilization 0.1029411764705882",
      'nv_inference_request_summary_us{model="ranker",version="1",quantile="0.99"} Nan',
      'h_bucket{le="+Inf"} 3 1395066363000',
      "",
    ].join("\n");
    expect(parseExposition(text)).toEqual({
      ok: true,
      value: [
        { name: "nv_inference_request_success", labels: { model: "ranker", version: "1" }, value: 7979 },
        { name: "nv_cpu_utilization", labels: {}, value: 0.1029411764705882 },
        {
          name: "nv_inference_request_summary_us",
          labels: { model: "ranker", version: "1", quantile: "0.99" },
          value: NaN,
        },
        { name: "h_bucket", labels: { le: "+Inf" }, value: 3 },
      ],
    });
  });

  it.each([
    ["42", 42],
    ["-0.5", -0.5],
    ["+7", 7],
    [".5", 0.5],
    ["5.", 5],
    ["1.5e+09", 1.5e9],
    ["2E-3", 0.002],
    ["9007199254740993", 9007199254740992],
    ["0.1", 0.1],
    ["+Inf", Infinity],
    ["-Inf", -Infinity],
    ["Nan", NaN],
    ["NaN", NaN],
    ["0x10", "not a number"],
    ["1_000", "not a number"],
    ["1.2.3", "not a number"],
    ["--1", "not a number"],
    ["e5", "not a number"],
    [".", "not a number"],
    ["1".repeat(65), "not a number"],
    ["", "expected a value"],
    ["1 x", "not a timestamp"],
    ["1 2 3", "text after the timestamp"],
  ])("reads the value %s as %s", (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
  });

  it("resolves escapes and keeps braces, commas and equals signs inside label values", () => {
    const parsed = parseExposition('a{ b = "x\\\\y\\n\\"z\\"" , c="}=,{ #" , } 1\r\n');
    expect(parsed).toEqual({
      ok: true,
      value: [{ name: "a", labels: { b: 'x\\y\n"z"', c: "}=,{ #" }, value: 1 }],
    });
  });

  it("keeps labels whose names mean something to the language", () => {
    const parsed = parseExposition('a{__proto__="1",constructor="2"} 1\n');
    const labels = parsed.ok ? parsed.value[0]?.labels : undefined;
    expect(Object.entries(labels ?? {})).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it("checks what it is not asked to keep", () => {
    const keep = (name: string): boolean => name === "a";
    expect(parseExposition('b{x="1"} 1\na 2\nb 3\na 4\n', { keep })).toEqual({
      ok: true,
      value: [
        { name: "a", labels: {}, value: 2 },
        { name: "a", labels: {}, value: 4 },
      ],
    });
    expect(parseExposition("a 1\nb{ 1\n", { keep })).toEqual({
      ok: false,
      failure: { line: 2, message: "expected a label name" },
    });
  });
});

describe("a page that is refused", () => {
  it.each([
    ["an empty text", "", 1, "empty text"],
    ["HTML", "<!DOCTYPE html>\n<html></html>\n", 1, "expected a metric name"],
    ["a truncated last line", "a 1\nb 12", 2, "truncated: the last line does not end with a newline"],
    ["a duplicate label", 'a 1\n\na{b="1",b="2"} 1\n', 3, "label b given twice"],
    ["an open label value", 'a{b="1} 1\n', 1, "label value without a closing quote"],
    ["a label value that ends in a backslash", 'a{b="1\\\n', 1, "unknown escape"],
    ["an unknown escape", 'a{b="\\t"} 1\n', 1, "unknown escape"],
    ["an unquoted label", "a{b=1} 1\n", 1, "expected a quoted label value"],
    ["a label without a value", "a{b} 1\n", 1, "expected = after a label name"],
    ["labels without a comma", 'a{b="1"c="2"} 1\n', 1, "expected , or } after a label"],
    ["an open brace", 'a{b="1"\n', 1, "expected , or } after a label"],
    ["an unknown type", "# TYPE a thing\n", 1, "unknown metric type"],
    ["a help line without a name", "# HELP 1\n", 1, "HELP needs a metric name"],
    ["a control character", "a\u0000 1\n", 1, "not a number"],
    ["a name that is not ASCII", "é 1\n", 1, "expected a metric name"],
  ])("%s", (_, text, line, message) => {
    expect(parseExposition(text)).toEqual({ ok: false, failure: { line, message } });
  });

  it("has an endless line", () => {
    expect(parseExposition(`a 1\n${"a".repeat(2_000_000)}\n`)).toEqual({
      ok: false,
      failure: { line: 2, message: "line longer than 16384 characters" },
    });
  });

  it("has a million series", () => {
    const text = Array.from({ length: 1_000_000 }, (_, index) => `a{i="${index}"} 1\n`).join("");
    expect(parseExposition(text)).toEqual({
      ok: false,
      failure: { line: 100_001, message: "more than 100000 series" },
    });
  });

  it("has more labels than anything needs", () => {
    const labels = Array.from({ length: 65 }, (_, index) => `l${index}="1"`).join(",");
    expect(parseExposition(`a{${labels}} 1\n`)).toMatchObject({
      failure: { message: "more than 64 labels" },
    });
  });
});

describe("laws of the parser", () => {
  const fragments = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom("a", "{", "}", '"', "\\", "=", ",", "\n", " 1", "# TYPE ", "Nan", "\r"),
    ),
  );

  it("never throws, and always names a line of the text", () => {
    fc.assert(
      fc.property(fragments, (parts) => {
        const text = parts.join("");
        const parsed = parseExposition(text);
        if (!parsed.ok) expect(parsed.failure.line).toBeLessThanOrEqual(text.split("\n").length);
      }),
    );
  });

  it("reads back what was printed", () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,20}$/);
    const samples = fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/),
        labels: fc.dictionary(name, fc.string({ unit: "grapheme" }), { maxKeys: 5, noNullPrototype: true }),
        value: fc.double(),
      }),
    );
    fc.assert(
      fc.property(samples, (printed) => {
        expect(parseExposition(print(printed))).toEqual({
          ok: true,
          value: printed.map((sample) => ({ ...sample, value: sample.value === 0 ? 0 : sample.value })),
        });
      }),
    );
  });

  it("refuses every proper beginning of a page that ends inside a line", () => {
    const page = 'a{b="1"} 1\nc 22\n';
    for (let length = 1; length < page.length; length++) {
      const beginning = page.slice(0, length);
      expect([beginning, parseExposition(beginning).ok]).toEqual([beginning, beginning.endsWith("\n")]);
    }
  });
});
