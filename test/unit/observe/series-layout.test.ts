// Where a pod's series are, and whether the next pod's are in the same places.

import { describe, expect, it } from "vitest";
import type { Series } from "../../../src/domain/samples.ts";
import { SeriesLayout } from "../../../src/observe/series-layout.ts";
import { aSeries } from "../../support/samples-builder.ts";

const series = (family: string, labels: Partial<Series["labels"]> = {}): Series =>
  aSeries(family, [[1, 1]], labels);

const POD = [
  series("success"),
  series("failure", { reason: "REJECTED" }),
  series("failure", { reason: "CANCELED" }),
  series("success", { model: "reranker" }),
  series("memory", { model: null }),
];

describe("a layout", () => {
  const layout = new SeriesLayout(POD);

  it("has a place for each family of each model, with all its series", () => {
    const placeOf = (model: string, family: string) =>
      layout.places[layout.numberOf(model, family) ?? Number.NaN];
    expect(placeOf("embedder", "success")).toEqual([0]);
    expect(placeOf("embedder", "failure")).toEqual([1, 2]);
    expect(placeOf("reranker", "success")).toEqual([3]);
    expect(placeOf("", "memory")).toEqual([4]);
    expect(placeOf("reranker", "failure")).toBeUndefined();
  });

  it.each<[string, readonly Series[], boolean]>([
    ["the same series with other samples", POD.map((one) => ({ ...one, values: [2] })), true],
    ["other versions", POD.map((one) => ({ ...one, labels: { ...one.labels, version: "2" } })), true],
    ["another order", [...POD].reverse(), false],
    ["another model", POD.map((one) => ({ ...one, labels: { ...one.labels, model: "other" } })), false],
    ["a series more", [...POD, series("success", { version: "2" })], false],
    ["a series less", POD.slice(1), false],
  ])("tells whether it fits %s", (_, others, fits) => {
    expect(layout.fits(others)).toBe(fits);
  });
});
