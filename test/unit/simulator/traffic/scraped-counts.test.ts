// Traffic from servers' counters: what was completed, what failed, and what waits.

import { describe, expect, test } from "vitest";
import { countsFromScrapes, type Scrape } from "../../../../src/simulator/traffic/scraped-counts.ts";
import { countsOfModel, modelsOf, traceSeconds } from "../../../../src/simulator/traffic/trace-data.ts";
import { binned, played } from "../../../support/arrivals.ts";

/** What a server shows of a model: successes, failures and pending requests. */
function scrape(
  atSeconds: number,
  success: number,
  { failure = 0, pending = 0, model = "m" }: { failure?: number; pending?: number; model?: string } = {},
): Scrape {
  const labels = { model, version: "1" };
  return {
    atSeconds,
    samples: [
      { name: "nv_inference_request_success", labels, value: success },
      { name: "nv_inference_request_failure", labels: { ...labels, reason: "REJECTED" }, value: failure },
      { name: "nv_inference_pending_request_count", labels, value: pending },
      { name: "nv_cpu_utilization", labels: {}, value: 0.5 },
    ],
  };
}

function countsOf(scrapes: readonly Scrape[], { initial = true, endSeconds = 6, model = "m" } = {}) {
  const trace = countsFromScrapes([{ initial, scrapes }], { stepSeconds: 1, endSeconds });
  return [...countsOfModel(trace, model).counts];
}

describe("arrivals from scrapes", () => {
  test.each([
    {
      name: "are what was completed between two scrapes",
      scrapes: [scrape(0, 100), scrape(1, 107), scrape(2, 107), scrape(3, 110)],
      want: [7, 0, 3, 0, 0, 0],
    },
    {
      name: "are also what failed and what waits, and are not counted again when that is done",
      scrapes: [scrape(0, 0), scrape(1, 5, { pending: 20 }), scrape(2, 15, { pending: 10, failure: 2 })],
      want: [25, 2, 0, 0, 0, 0],
    },
    {
      name: "make up for more leaving the queue than was completed",
      scrapes: [scrape(0, 0), scrape(1, 0, { pending: 8 }), scrape(2, 0, { pending: 4 }), scrape(3, 9)],
      want: [8, 0, 1, 0, 0, 0],
    },
    {
      name: "are spread over the steps of a longer interval",
      scrapes: [scrape(0.5, 0), scrape(4.5, 40)],
      want: [5, 10, 10, 10, 5, 0],
    },
    {
      name: "keep their total where they are rounded",
      scrapes: [scrape(0.25, 0), scrape(3.25, 4)],
      want: [1, 1, 2, 0, 0, 0],
    },
    {
      name: "count a reset counter in full",
      scrapes: [scrape(0, 50), scrape(1, 60), scrape(2, 4), scrape(3, 5)],
      want: [10, 4, 1, 0, 0, 0],
    },
    {
      name: "of a replica that came later begin with its first scrape",
      initial: false,
      scrapes: [scrape(3, 6), scrape(4, 8)],
      want: [0, 0, 6, 2, 0, 0],
    },
  ])("$name", ({ scrapes, initial, want }) => {
    expect(countsOf(scrapes, { initial: initial ?? true })).toEqual(want);
  });

  test("are told apart by model, and added up over replicas and versions", () => {
    const two = (at: number, one: number, other: number): Scrape => ({
      atSeconds: at,
      samples: [...scrape(at, one).samples, ...scrape(at, other, { model: "n" }).samples],
    });
    const twin = (at: number, value: number): Scrape => ({
      atSeconds: at,
      samples: [
        ...scrape(at, value).samples,
        { name: "nv_inference_request_success", labels: { model: "m", version: "2" }, value },
      ],
    });
    const trace = countsFromScrapes(
      [
        { initial: true, scrapes: [two(0, 0, 0), two(1, 3, 5)] },
        { initial: true, scrapes: [twin(0, 10), twin(1, 20)] },
      ],
      { stepSeconds: 1, endSeconds: 2 },
    );
    expect(modelsOf(trace)).toEqual(["m", "n"]);
    expect(traceSeconds(trace)).toBe(2);
    expect([...countsOfModel(trace, "m").counts]).toEqual([23, 0]);
    expect(binned(played(trace, {}, { model: "n" }).times, 2)).toEqual([5, 0]);
  });

  test("a model that is loaded later counts from zero", () => {
    const scrapes = [scrape(0, 7), { atSeconds: 1, samples: scrape(1, 3, { model: "new" }).samples }];
    expect(countsOf(scrapes, { model: "new" })).toEqual([3, 0, 0, 0, 0, 0]);
  });
});
