// Rule 13: the percentile by the best source there is.

import { describe, expect, it } from "vitest";
import type { PodSamples, Series } from "../../../src/domain/samples.ts";
import { DECLARED } from "../../support/builders.ts";
import { ALL, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

describe("latency (rule 13)", () => {
  /** Bucket increments of 100/s at most `share` of which are below each edge. */
  const buckets = (shares: Readonly<Record<string, number>>): readonly Series[] =>
    Object.entries(shares).map(([le, share]) =>
      aSeries(
        "nv_inference_first_response_histogram_ms_bucket",
        every(1, ALL, (t) => 100 * share * t),
        { le },
      ),
    );
  const quantile = (value: number, which = "0.99") =>
    aSeries(
      "nv_inference_request_summary_us",
      every(1, ALL, () => value),
      { quantile: which },
    );
  const loaded = server({ rate: 100 });
  const read = (...pods: readonly PodSamples[]) =>
    observe(samplesOf(...pods), { signals: { latency: DECLARED.latency } }).signals.latency;

  it("interpolates a histogram whose bucket is narrow", () => {
    const pod = aPod("p", [
      ...loaded,
      ...buckets({ "100": 0.5, "200": 0.98, "300": 1, "+Inf": 1 }),
      quantile(9e6),
    ]);
    const found = read(pod);
    expect([found?.value, found?.quality, found?.overTarget]).toEqual([
      expect.closeTo(0.25, 9),
      "histogram",
      null,
    ]);
  });

  it("merges histograms on the edges that all pods have", () => {
    const one = aPod("p-0", [...loaded, ...buckets({ "100": 1, "150": 1, "200": 1, "300": 1, "+Inf": 1 })]);
    const other = aPod("p-1", [...loaded, ...buckets({ "100": 0, "200": 0.96, "300": 1, "+Inf": 1 })]);
    const found = read(one, other);
    expect([found?.value, found?.valueWithoutWorst]).toEqual([
      expect.closeTo(0.25, 9),
      expect.closeTo(0.099, 9),
    ]);
  });

  it("leaves out an edge that one of the pods does not have", () => {
    const one = aPod("p-0", [...loaded, ...buckets({ "200": 0, "250": 0.5, "300": 1, "+Inf": 1 })]);
    const other = aPod("p-1", [...loaded, ...buckets({ "200": 0, "300": 1, "+Inf": 1 })]);
    expect(read(one, other)?.value).toBeCloseTo(0.299, 9);
  });

  it("interpolates a wide bucket if the target is an edge, and tells the share over it", () => {
    const pod = aPod("p", [
      ...loaded,
      ...buckets({ "100": 0.5, "400": 0.97, "2000": 1, "+Inf": 1 }),
      quantile(9e6),
    ]);
    const found = read(pod);
    expect([found?.value, found?.quality]).toEqual([expect.closeTo(0.4 + (1.6 * 2) / 3, 9), "histogram"]);
    const share = expect.closeTo(0.03, 9);
    expect(found?.overTarget).toEqual({ ratio: share, ratioFirstHalf: share, ratioSecondHalf: share });
  });

  it.each<[string, readonly Series[]]>([
    ["too wide a bucket", buckets({ "100": 0.5, "500": 1, "+Inf": 1 })],
    ["the first bucket", buckets({ "500": 1, "+Inf": 1 })],
    ["the open last bucket", buckets({ "300": 0.5, "350": 0.6, "+Inf": 1 })],
    ["a histogram of few of the requests", buckets({ "200": 0.2, "300": 0.5, "+Inf": 0.5 })],
    ["no histogram", []],
  ])("asks the summaries where there is %s", (_, histogram) => {
    const found = read(aPod("p", [...loaded, ...histogram, quantile(300_000), quantile(1e6, "0.999")]));
    expect([found?.value, found?.quality]).toEqual([0.3, "summary"]);
  });

  it("takes the largest of the pods' mean quantiles, without those of empty windows", () => {
    const halfNaN = {
      ...quantile(0),
      values: quantile(0).values.map((_, t) => (t % 2 === 0 ? NaN : 500_000)),
    };
    const found = read(aPod("p-0", [...loaded, quantile(300_000)]), aPod("p-1", [...loaded, halfNaN]));
    expect([found?.value, found?.valueWithoutWorst]).toEqual([0.5, 0.3]);
  });

  it("falls back to counters: mean compute + 3 × mean queue time", () => {
    const found = read(aPod("p", [...loaded, quantile(300_000, "0.95"), quantile(NaN)]));
    expect([found?.value, found?.quality]).toEqual([expect.closeTo(0.05 + 3 * 0.03, 9), "counters"]);
  });
});
