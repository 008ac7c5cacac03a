// Answers of Prometheus, whole and spoilt, small and large, as numbers with their own times.

import { describe, expect, test } from "vitest";

import { decodeAnswer } from "../../../../src/adapters/prometheus/decode-response.ts";
import { PrometheusError } from "../../../../src/adapters/prometheus/prometheus-error.ts";

type Series = { readonly metric: Readonly<Record<string, string>>; readonly values: readonly unknown[] };

function matrix(result: readonly Series[], more: object = {}): string {
  return JSON.stringify({ status: "success", data: { resultType: "matrix", result }, ...more });
}

/** As many series as make the answer be read element by element. */
function large(count = 2000): readonly Series[] {
  return Array.from({ length: count }, (_, index) => ({
    metric: { __name__: "m", text: `\\"}]${index}` },
    values: [
      [1000.5, String(index)],
      [1001, "+Inf"],
    ],
  }));
}

async function decoded(text: string) {
  return await decodeAnswer(Buffer.from(text), () => null);
}

async function failure(text: string): Promise<string> {
  return await decoded(text).then(
    () => "none",
    (error: unknown) => (error instanceof PrometheusError ? error.kind : String(error)),
  );
}

describe("a decoded answer", () => {
  test("keeps infinities, and NaN, with times in milliseconds", async () => {
    const values = [
      [1.001, "+Inf"],
      [2, "-Inf"],
      [3, "NaN"],
      [4, "1e3"],
    ];
    expect(await decoded(matrix([{ metric: { a: "b" }, values }]))).toEqual({
      isPartial: false,
      series: [
        {
          labels: { a: "b" },
          times: [1001, 2000, 3000, 4000],
          values: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1000],
        },
      ],
    });
  });

  test("is the same however large, with brackets and quotes in labels", async () => {
    const { series } = await decoded(matrix(large()));
    expect(series).toHaveLength(2000);
    expect(series[7]).toEqual({
      labels: { __name__: "m", text: '\\"}]7' },
      times: [1_000_500, 1_001_000],
      values: [7, Number.POSITIVE_INFINITY],
    });
  });

  test.each([
    { name: "warnings", more: { warnings: ["a store is missing"] }, isPartial: true },
    { name: "no warnings", more: { warnings: [] }, isPartial: false },
    { name: "what VictoriaMetrics says", more: { isPartial: true }, isPartial: true },
  ])("is partial by $name, small or large", async ({ more, isPartial }) => {
    expect((await decoded(matrix([], more))).isPartial).toBe(isPartial);
    expect((await decoded(matrix(large(), more))).isPartial).toBe(isPartial);
  });

  test.each([
    { name: "a vector", data: { resultType: "vector", result: [{ metric: { a: "b" }, value: [5, "2"] }] } },
    { name: "a scalar", data: { resultType: "scalar", result: [5, "2"] } },
  ])("has the one sample of $name", async ({ data }) => {
    const { series } = await decoded(JSON.stringify({ status: "success", data }));
    expect(series.map(({ times, values }) => [times, values])).toEqual([[[5000], [2]]]);
  });

  test("leaves native histograms without samples", async () => {
    const data = { resultType: "matrix", result: [{ metric: {}, histograms: [[1, { count: "1" }]] }] };
    expect((await decoded(JSON.stringify({ status: "success", data }))).series[0]?.values).toEqual([]);
  });

  test.each([
    { name: "HTML", text: "<html>", kind: "malformed" },
    { name: "something else in JSON", text: '{"ok":true}', kind: "malformed" },
    { name: "no result", text: '{"status":"success"}', kind: "malformed" },
    { name: "a small answer cut off", text: matrix([]).slice(0, -9), kind: "malformed" },
    { name: "a large answer cut off", text: matrix(large()).slice(0, 70_000), kind: "malformed" },
    { name: "an error with status 200", text: '{"status":"error","error":"x"}', kind: "unavailable" },
  ])("is none of $name", async ({ text, kind }) => {
    expect(await failure(text)).toBe(kind);
  });
});
