// The policies' own queries: their past at first, one result a tick after that, and what counts as none.

import { describe, expect, test } from "vitest";

import type { DecodedAnswer, DecodedSeries } from "../../../../src/adapters/prometheus/decode-response.ts";
import type { Steps } from "../../../../src/adapters/prometheus/driver.ts";
import { OwnQueries } from "../../../../src/adapters/prometheus/own-queries.ts";
import { PrometheusError } from "../../../../src/adapters/prometheus/prometheus-error.ts";
import { instant, minutes, seconds } from "../../../../src/domain/units.ts";

const BUDGET = new AbortController().signal;
const QUERY = "sum(gateway_queued)";

function one(...samples: readonly (readonly [at: number, value: number])[]): DecodedSeries {
  return {
    labels: {},
    times: samples.map(([at]) => instant(at * 1000)),
    values: samples.map(([, value]) => value),
  };
}

function answer(...series: readonly DecodedSeries[]): DecodedAnswer {
  return { series, isPartial: false };
}

/** Runs the query at 60 s, 75 s, … with these answers; the first is to the question for the past. */
async function asked(answers: readonly (DecodedAnswer | PrometheusError)[]) {
  const ranges: Steps[] = [];
  const problems: (string | null)[] = [];
  const left = [...answers];
  const next = (): Promise<DecodedAnswer> => {
    const given = left.shift() ?? answer();
    return given instanceof PrometheusError ? Promise.reject(given) : Promise.resolve(given);
  };
  const queries = new OwnQueries({
    interval: seconds(15),
    keep: seconds(60),
    ask: next,
    askRange: (_, steps) => {
      ranges.push(steps);
      return next();
    },
    onProblem: (_, problem) => problems.push(problem),
  });
  queries.wanted([QUERY]);
  for (const index of answers.keys()) await queries.read(instant((60 + 15 * index) * 1000), BUDGET);
  return { queries, ranges, problems };
}

async function results(answers: readonly (DecodedAnswer | PrometheusError)[]) {
  const { queries, problems } = await asked(answers);
  const { times, values } = queries.queried(QUERY, instant(600_000), minutes(20));
  return { samples: times.map((time, index) => [time / 1000, values[index]]), problems };
}

describe("a query of a policy's own", () => {
  test("is asked for its past once, on the grid of ticks, and then at each tick", async () => {
    const { ranges } = await asked([answer(one([45, 1], [60, 2])), answer(one([75, 3]))]);
    expect(ranges).toEqual([{ start: instant(0), end: instant(60_000), step: seconds(15) }]);
  });

  test("is asked again for the instants that an outage hid, once it is over", async () => {
    const gone = new PrometheusError("timeout", "no answer");
    const { queries, ranges } = await asked([
      answer(one([60, 2])),
      gone,
      { series: [], isPartial: true },
      answer(one([75, 3], [90, 4], [105, 5])),
      answer(one([120, 6])),
    ]);
    const step = seconds(15);
    expect(ranges).toEqual([
      { start: instant(0), end: instant(60_000), step },
      { start: instant(75_000), end: instant(90_000), step },
      { start: instant(75_000), end: instant(105_000), step },
    ]);
    expect(queries.queried(QUERY, instant(120_000), minutes(1)).values).toEqual([3, 4, 5, 6]);
  });

  test("is asked no further back than its results are kept", async () => {
    const { ranges } = await asked([
      answer(one([60, 1])),
      ...Array.from({ length: 9 }, () => new PrometheusError("timeout", "no answer")),
      answer(),
    ]);
    expect(ranges.at(-1)).toEqual({ start: instant(150_000), end: instant(210_000), step: seconds(15) });
  });

  test.each([
    {
      name: "has its results in the order of time",
      answers: [answer(one([45, 1], [60, 2])), answer(one([75, 3]))],
      expected: {
        samples: [
          [45, 1],
          [60, 2],
          [75, 3],
        ],
        problems: [],
      },
    },
    {
      name: "has none where there is no series, and that is no fault",
      answers: [answer(), answer()],
      expected: { samples: [], problems: [] },
    },
    {
      name: "has none where there are several series, which is said once",
      answers: [answer(one([60, 1]), one([60, 2])), answer(one([75, 1]), one([75, 2]))],
      expected: { samples: [], problems: ["the query gives 2 series, it must give one; sum them up"] },
    },
    {
      name: "leaves out what is no finite number",
      answers: [answer(one([45, 1], [60, Number.NaN])), answer(one([75, 3]))],
      expected: {
        samples: [
          [45, 1],
          [75, 3],
        ],
        problems: ["the result is no finite number", null],
      },
    },
    {
      name: "does not trust a partial answer",
      answers: [{ series: [one([60, 1])], isPartial: true }],
      expected: { samples: [], problems: ["the result is partial"] },
    },
    {
      name: "keeps what it has while it fails",
      answers: [answer(one([60, 1])), new PrometheusError("refused", "parse error"), answer(one([90, 2]))],
      expected: {
        samples: [
          [60, 1],
          [90, 2],
        ],
        problems: ["parse error", null],
      },
    },
  ])("$name", async ({ answers, expected }) => {
    expect(await results(answers)).toEqual(expected);
  });

  test("is forgotten when no policy names it any more", async () => {
    const { queries } = await asked([answer(one([60, 1]))]);
    queries.wanted([]);
    expect(queries.queried(QUERY, instant(60_000), minutes(1))).toEqual({ times: [], values: [] });
  });

  test("gives what lies in the span that is asked for", async () => {
    const { queries } = await asked([answer(one([15, 1], [30, 2], [45, 3], [60, 4]))]);
    expect(queries.queried(QUERY, instant(50_000), seconds(20)).values).toEqual([3]);
    expect(queries.queried(QUERY, instant(45_000), seconds(30)).values).toEqual([2, 3]);
  });
});
