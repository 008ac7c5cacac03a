// The published traces, where they are there: their counts, lengths and burstiness are those that are known of them.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { TraceFormat } from "../../../../src/domain/scenario.ts";
import { parseTrace } from "../../../../src/simulator/traffic/parse-trace.ts";
import type { TraceData } from "../../../../src/simulator/traffic/trace-data.ts";
import { traceStatistics } from "../../../../src/simulator/traffic/trace-statistics.ts";
import { binned, counts, played } from "../../../support/arrivals.ts";

const SHARED = fileURLToPath(new URL("../../../../../shared/", import.meta.url));

function read(path: string, format: TraceFormat): TraceData {
  const bytes = gunzipSync(readFileSync(SHARED + path));
  const parsed = parseTrace(bytes, { format, sha256: () => "" });
  if (!parsed.ok) throw parsed.failure;
  return parsed.value.trace;
}

const missing = existsSync(`${SHARED}traces`) ? null : `no traces at ${SHARED}`;

describe.skipIf(missing !== null)(`the published traces${missing === null ? "" : `: ${missing}`}`, () => {
  test.each<{ path: string; format: TraceFormat; want: Readonly<Record<string, unknown>> }>([
    {
      path: "traces/azure-llm-2023/AzureLLMInferenceTrace_code.csv.gz",
      format: "azure-llm",
      want: { requests: 8819, lengthSeconds: near(3435.948), peakRate: 67, interarrivalCv: near(13.151) },
    },
    {
      path: "traces/azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz",
      format: "azure-llm",
      want: { requests: 19_366, lengthSeconds: near(3501.722), interarrivalCv: near(1.094) },
    },
    {
      path: "traces/mooncake/conversation_trace.jsonl.gz",
      format: "mooncake",
      want: { requests: 12_031, lengthSeconds: near(3536.999) },
    },
    {
      path: "traces/mooncake/synthetic_trace.jsonl.gz",
      format: "mooncake",
      want: {
        requests: 3993,
        lengthSeconds: near(1022.025),
        interarrivalCv: near(1.011),
        fanoFactor: near(1.089),
      },
    },
    {
      path: "traces/servegen/m-large_client_windows.csv.gz",
      format: "servegen",
      want: { lengthSeconds: 14 * 86_400, meanRate: near(195.844), peakRate: near(582.991) },
    },
    {
      path: "traces/servegen/m-mid_client_windows.csv.gz",
      format: "servegen",
      want: { lengthSeconds: 14 * 86_400, meanRate: near(1790.058), peakRate: near(3444.76) },
    },
    {
      path: "traces/servegen/mm-image_client_windows.csv.gz",
      format: "servegen",
      want: { lengthSeconds: 86_400, meanRate: near(9.475), peakRate: near(13.287) },
    },
    {
      path: "traces/web-persecond/twitter-2021-08_requests_per_second.txt.gz",
      format: "counts-per-second",
      want: { requests: 82_328_082, lengthSeconds: 1_296_000, peakRate: 388 },
    },
    {
      path: "traces/web-persecond/nasa-1995_requests_per_second.txt.gz",
      format: "counts-per-second",
      want: { requests: 3_461_610, lengthSeconds: 5_059_950, peakRate: 20 },
    },
    {
      path: "recordings/H-two-models/requests.csv.gz",
      format: "recording",
      want: { requests: 26_612, meanRate: near(133.061) },
    },
    {
      path: "recordings/N-bursty/requests.csv.gz",
      format: "recording",
      want: { requests: 22_208, interarrivalCv: expect.closeTo(4, 0) },
    },
  ])("$path", ({ path, format, want }) => {
    expect(traceStatistics(read(path, format))).toMatchObject(want);
  });

  test("a window of ServeGen gives the requests of its clients", () => {
    const path = "traces/servegen/m-large_client_windows.csv.gz";
    const trace = read(path, "servegen");
    const { times } = played(trace, { fromSeconds: 86_400, forSeconds: 1200 });
    const expected = (from: number): number =>
      (trace.kind === "clients" ? trace.clients.flat() : [])
        .filter(({ startSeconds }) => startSeconds === from)
        .reduce((sum, { rate }) => sum + 600 * rate, 0);
    const [first = 0, second = 0] = binned(times, 2, 600);
    expect(Math.abs(first / expected(86_400) - 1)).toBeLessThan(0.03);
    expect(Math.abs(second / expected(87_000) - 1)).toBeLessThan(0.03);
  });

  test("a minute of Twitter at twenty times its load has its shape, second by second", () => {
    const path = "traces/web-persecond/twitter-2021-08_requests_per_second.txt.gz";
    const trace = read(path, "counts-per-second");
    const minute = trace.kind === "counts" ? [...trace.counts.subarray(3600, 3660)] : [];
    const { times } = played(trace, { fromSeconds: 3600, forSeconds: 60, multiply: 20 });
    expect(binned(times, 60)).toEqual(minute.map((count) => 20 * count));
    expect(binned(played(counts(minute)).times, 60)).toEqual(minute);
  });
});

/** To the three digits that are known. */
function near(value: number): unknown {
  return expect.closeTo(value, 2);
}
