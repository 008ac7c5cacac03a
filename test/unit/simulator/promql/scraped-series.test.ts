// Selectors over scraped samples: labels, staleness, and what vectors do with each other.

import { describe, expect, it, test } from "vitest";
import {
  instantVector,
  isSilent,
  rates,
  type ScrapedSeries,
} from "../../../../src/simulator/promql/scraped-series.ts";
import { above, matched, or, quotient, sum } from "../../../../src/simulator/promql/vector.ts";
import { at } from "../../../support/builders.ts";
import { aPod, aSeries, every, samplesOf } from "../../../support/samples-builder.ts";

const PENDING = "nv_inference_pending_request_count";
const SUCCESS = "nv_inference_request_success";

function scraped(seconds: number, ...pods: readonly ReturnType<typeof aPod>[]): ScrapedSeries {
  return { samples: samplesOf(...pods), at: at(seconds), scrapeIntervalSeconds: 15 };
}

const upTo60 = every(15, { from: 0, to: 60 }, (t) => t);
const A = aPod("a", [aSeries(PENDING, upTo60)]);
const B = aPod("b", [aSeries(PENDING, upTo60, { model: "other" })]);

describe("instantVector", () => {
  it("is the newest sample of each series whose labels match", () => {
    expect(instantVector(scraped(70, A, B), PENDING, { model: "embedder" })).toEqual([
      { labels: { pod: "a", model: "embedder", version: "1" }, value: 60 },
    ]);
    expect(instantVector(scraped(70, A, B), PENDING, { model: ["embedder", "other"] })).toHaveLength(2);
    expect(instantVector(scraped(44, A), PENDING, {})).toEqual([
      { labels: { pod: "a", model: "embedder", version: "1" }, value: 30 },
    ]);
  });

  it("is empty where a label does not exist, as it is for a family that does not", () => {
    expect(instantVector(scraped(70, A), PENDING, { model_name: "embedder" })).toEqual([]);
    expect(instantVector(scraped(70, A), `${PENDING}_total`, {})).toEqual([]);
  });

  const failed = aPod("a", [aSeries(PENDING, upTo60)], {
    scrapes: [
      { at: at(60), up: true },
      { at: at(75), up: false },
    ],
  });
  test.each([
    { name: "a failed scrape ends a series at once", pod: failed, seconds: 75, found: 0 },
    { name: "before that scrape the series is there", pod: failed, seconds: 74, found: 1 },
    { name: "a target that is gone ends after 2.1 intervals", pod: A, seconds: 92, found: 0 },
    { name: "until then its last sample stands", pod: A, seconds: 91, found: 1 },
  ])("$name", ({ pod, seconds, found }) => {
    expect(instantVector(scraped(seconds, pod), PENDING, {})).toHaveLength(found);
  });
});

describe("rates", () => {
  it("still uses the samples of a series that ended", () => {
    const gone = aPod("a", [
      aSeries(
        SUCCESS,
        every(15, { from: 0, to: 60 }, (t) => 2 * t),
      ),
    ]);
    const found = rates(scraped(100, gone), { family: SUCCESS, matchers: { model: "embedder" } }, 120);
    expect(found).toHaveLength(1);
    expect(found[0]?.value).toBeCloseTo((120 * ((60 + 7.5) / 60)) / 120);
  });
});

describe("isSilent", () => {
  test.each([
    { name: "scrapes go on", seconds: 75, silent: false },
    { name: "no pod was tried for three intervals", seconds: 110, silent: true },
  ])("$name", ({ seconds, silent }) => {
    expect(isSilent(scraped(seconds, A))).toBe(silent);
  });

  it("is not said before the first scrape", () => {
    expect(isSilent(scraped(100))).toBe(false);
  });
});

describe("vectors", () => {
  const left = [
    { labels: { pod: "a" }, value: 6 },
    { labels: { pod: "b" }, value: 0 },
  ];
  const right = [
    { labels: { pod: "b" }, value: 0 },
    { labels: { pod: "a" }, value: 3 },
    { labels: { pod: "c" }, value: 9 },
  ];

  it("divides what has equal labels", () => {
    expect(quotient(left, right)).toEqual([
      { labels: { pod: "a" }, value: 2 },
      { labels: { pod: "b" }, value: Number.NaN },
    ]);
    expect(matched(left, [], (a, b) => a + b)).toEqual([]);
  });

  it("sums nothing to nothing", () => {
    expect(sum(left)).toEqual([{ labels: {}, value: 6 }]);
    expect(sum([])).toEqual([]);
  });

  it("filters and falls back", () => {
    expect(above(left, 0)).toEqual([{ labels: { pod: "a" }, value: 6 }]);
    expect(or(above(left, 0), right)).toEqual([
      { labels: { pod: "a" }, value: 6 },
      { labels: { pod: "b" }, value: 0 },
      { labels: { pod: "c" }, value: 9 },
    ]);
  });
});
