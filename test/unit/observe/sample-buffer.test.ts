// The recent past of pods: windows, twins, limits.

import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/domain/units.ts";
import { SampleBuffer } from "../../../src/observe/sample-buffer.ts";
import { at } from "../../support/builders.ts";

function sample(value: number, labels: Record<string, string> = { model: "m", version: "1" }) {
  return { name: "f", labels, value };
}

describe("SampleBuffer", () => {
  it("returns the window's samples and the last one before it", () => {
    const buffer = new SampleBuffer({ keep: seconds(100) });
    for (const t of [0, 10, 20, 30, 40]) buffer.scraped("p", at(t), [sample(t)]);
    expect(buffer.series("p", at(30), seconds(15))).toEqual([
      {
        family: "f",
        labels: { model: "m", version: "1", gpuUuid: null, reason: null, quantile: null, le: null },
        times: [at(10), at(20), at(30)],
        values: [10, 20, 30],
      },
    ]);
    expect(buffer.series("p", at(-1), seconds(15))).toEqual([]);
    expect(buffer.series("unknown", at(30), seconds(15))).toEqual([]);
  });

  it("tells attempts that failed", () => {
    const buffer = new SampleBuffer({ keep: seconds(100) });
    buffer.scraped("p", at(0), []);
    buffer.failed("p", at(1));
    expect(buffer.scrapes("p", at(5), seconds(10))).toEqual([
      { at: at(0), up: true },
      { at: at(1), up: false },
    ]);
  });

  it.each([
    ["bounds that are equal as numbers", { le: "200" }, { le: "200.0" }, 1],
    ["quantiles that are equal as numbers", { quantile: "0.5" }, { quantile: "0.50" }, 1],
    ["labels that are left out", { tag: "a" }, { tag: "b" }, 1],
    ["versions", { version: "1" }, { version: "2" }, 2],
    ["open and closed buckets", { le: "+Inf" }, { le: "200" }, 2],
  ])("counts series that differ in %s", (_, one, other, count) => {
    const buffer = new SampleBuffer({ keep: seconds(100) });
    buffer.scraped("p", at(0), [sample(1, one), sample(2, other)]);
    expect(buffer.series("p", at(0), seconds(10))).toHaveLength(count);
  });

  it("takes the larger of two samples of one series and time, in either order", () => {
    const read = (...values: readonly number[]): readonly number[] | undefined => {
      const buffer = new SampleBuffer({ keep: seconds(100) });
      buffer.scraped(
        "p",
        at(0),
        values.map((value) => sample(value)),
      );
      return buffer.series("p", at(0), seconds(10))[0]?.values;
    };
    expect([read(1, 2), read(2, 1), read(NaN, 1), read(1, NaN)]).toEqual([[2], [2], [1], [1]]);
  });

  it("ignores what is older than the pod's newest attempt", () => {
    const buffer = new SampleBuffer({ keep: seconds(100) });
    buffer.scraped("p", at(10), [sample(1)]);
    buffer.scraped("p", at(5), [sample(2)]);
    expect(buffer.series("p", at(20), seconds(60))[0]?.values).toEqual([1]);
  });

  it("forgets samples, series and pods older than it keeps, but one sample before", () => {
    const buffer = new SampleBuffer({ keep: seconds(10) });
    buffer.scraped("gone", at(0), [sample(1)]);
    buffer.scraped("p", at(0), [sample(1), sample(1, { model: "unloaded" })]);
    for (let t = 1; t <= 40; t++) buffer.scraped("p", at(t), [sample(t)]);
    expect(buffer.pods()).toEqual(["p"]);
    const series = buffer.series("p", at(40), seconds(1000));
    expect(series.map(({ labels }) => labels.model)).toEqual(["m"]);
    expect(series[0]?.times.length).toBeLessThan(14);
    expect(series[0]?.times.length).toBeGreaterThanOrEqual(11);
  });

  it("takes no new series beyond its limit, and goes on with those it has", () => {
    const buffer = new SampleBuffer({ keep: seconds(100), maxSeriesPerPod: 2 });
    const models = ["a", "b", "c"].map((model) => sample(1, { model }));
    buffer.scraped("p", at(0), models);
    buffer.scraped("p", at(1), models);
    const series = buffer.series("p", at(1), seconds(10));
    expect(series.map(({ labels, values }) => [labels.model, values.length])).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
  });
});
