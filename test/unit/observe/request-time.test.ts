// Where a request's time goes, by model.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelPolicy, SignalPolicies } from "../../../src/domain/policy.ts";
import type { PodSamples, Series } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { DECLARED } from "../../support/builders.ts";
import { NOW, observe, server, withTwins } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

/** Milliseconds of the mean request. */
type Split = {
  readonly rate?: number;
  readonly request?: number;
  readonly queue?: number;
  readonly input?: number;
  readonly infer?: number;
  readonly output?: number;
  readonly batch?: number;
  /** Inferences of a request. */
  readonly rows?: number;
  readonly model?: string;
  readonly from?: number;
};

function split(options: Split = {}): readonly Series[] {
  const { rate = 10, queue = 30, input = 1, infer = 40, output = 4, batch = 2, rows = 1 } = options;
  const { request = 80, model = "embedder", from = 0 } = options;
  const counter = (name: string, perSecond: number): Series =>
    aSeries(
      `nv_inference_${name}`,
      every(1, { from, to: NOW }, (t) => perSecond * (t - from)),
      { model },
    );
  const micros = (name: string, ms: number): Series => counter(`${name}_duration_us`, rate * ms * 1000);
  return [
    counter("request_success", rate),
    counter("count", rate * rows),
    counter("exec_count", (rate * rows) / batch),
    micros("request", request),
    micros("queue", queue),
    micros("compute_input", input),
    micros("compute_infer", infer),
    micros("compute_output", output),
  ];
}

function requestTime(
  pods: readonly PodSamples[],
  {
    maxQueueDelayMs = 0,
    signals = { latency: DECLARED.latency },
    models = [{ name: "embedder", maxQueueDelay: seconds(maxQueueDelayMs / 1000), weight: 1 }],
  }: {
    readonly maxQueueDelayMs?: number;
    readonly signals?: Partial<SignalPolicies>;
    readonly models?: readonly ModelPolicy[];
  } = {},
) {
  return observe(samplesOf(...pods), { signals, policy: { models } }).requestTime;
}

const USUAL = {
  batchingDelaySeconds: 0,
  queueSeconds: 0.03,
  inputSeconds: 0.001,
  inferSeconds: 0.04,
  outputSeconds: 0.004,
  outsideSeconds: 0.005,
  meanBatch: 2,
  inferencesPerRequest: 1,
  requests: 1200,
};

/** The same with its numbers rounded to a microsecond: what is left over is a difference. */
function rounded(times: ReturnType<typeof requestTime>) {
  return JSON.parse(
    JSON.stringify(times, (_, value) => (typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value)),
  );
}

describe("a request's time", () => {
  it.each<[string, Split, number, Partial<typeof USUAL> | null]>([
    ["every part of it", {}, 0, {}],
    ["waiting that is all deliberate", { queue: 30 }, 50, { batchingDelaySeconds: 0.03, queueSeconds: 0 }],
    ["waiting beyond the deliberate", { queue: 30 }, 20, { batchingDelaySeconds: 0.02, queueSeconds: 0.01 }],
    ["parts that add up to more than the request", { request: 70 }, 0, { outsideSeconds: 0 }],
    ["no queue at all", { queue: 0, request: 45 }, 20, { queueSeconds: 0, outsideSeconds: 0 }],
    [
      "a backend that charges its time to the output",
      { infer: 4, output: 40 },
      0,
      { inferSeconds: 0.004, outputSeconds: 0.04 },
    ],
    ["requests of several inferences", { rows: 3, batch: 6 }, 0, { meanBatch: 6, inferencesPerRequest: 3 }],
    ["a window that was not all watched", { from: NOW - 60 }, 0, { requests: 600 }],
    ["no completions", { rate: 0 }, 0, null],
  ])("%s", (_, options, maxQueueDelayMs, expected) => {
    expect(rounded(requestTime([aPod("p-0", split(options))], { maxQueueDelayMs }))).toEqual(
      expected === null ? {} : { embedder: { ...USUAL, ...expected } },
    );
  });

  it("is the mean over all requests, not over pods", () => {
    const pods = [
      aPod("busy", split({ rate: 30, queue: 40, request: 90 })),
      aPod("idle", split({ rate: 10, queue: 0, request: 50 })),
    ];
    expect(rounded(requestTime(pods))).toEqual({ embedder: { ...USUAL, requests: 4800 } });
  });

  it("is over a minute where latency is not declared", () => {
    const signals = { requestRate: DECLARED.requestRate };
    expect(requestTime([aPod("p-0", split())], { signals })["embedder"]?.requests).toBe(600);
  });

  it("is told by model, and not of one that completed nothing", () => {
    const models = ["embedder", "ranker", "resting", "unknown"].map((name) => ({
      name,
      maxQueueDelay: seconds(name === "ranker" ? 0.01 : 0),
      weight: 1,
    }));
    const pod = aPod("p-0", [
      ...split(),
      ...split({ model: "ranker", rate: 20, queue: 15, request: 60 }),
      ...split({ model: "resting", rate: 0 }),
    ]);
    expect(rounded(requestTime([pod], { models }))).toEqual({
      embedder: USUAL,
      ranker: {
        ...USUAL,
        batchingDelaySeconds: 0.01,
        queueSeconds: 0.005,
        outsideSeconds: 0,
        requests: 2400,
      },
    });
  });

  it("has no batch where executions are not counted", () => {
    const series = split().filter(({ family }) => family !== "nv_inference_exec_count");
    expect(requestTime([aPod("p-0", series)])["embedder"]?.meanBatch).toBeNull();
  });

  it("is not told of counters that stand still while summaries count", () => {
    const observed = aSeries(
      "nv_inference_request_summary_us_count",
      every(1, { from: 0, to: NOW }, (t) => t),
    );
    const frozen = split().map((one) => ({ ...one, values: one.values.map(() => 0) }));
    expect(requestTime([aPod("p-0", [...frozen, observed])])).toEqual({});
  });
});

describe("laws of a request's time", () => {
  const ms = fc.integer({ min: 0, max: 500 });
  const pods = fc
    .array(
      fc.record({
        rate: fc.integer({ min: 1, max: 50 }),
        queue: ms,
        input: ms,
        infer: ms,
        output: ms,
        extra: ms,
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) =>
      all.map(({ extra, ...one }, index) =>
        aPod(
          `p-${index}`,
          split({ ...one, request: one.queue + one.input + one.infer + one.output + extra }),
        ),
      ),
    );

  it("its parts add up to the request", () => {
    fc.assert(
      fc.property(pods, fc.integer({ min: 0, max: 400 }), (all, maxQueueDelayMs) => {
        const { requestTime: times, traffic } = observe(samplesOf(...all), {
          policy: {
            models: [{ name: "embedder", maxQueueDelay: seconds(maxQueueDelayMs / 1000), weight: 1 }],
          },
        });
        const { meanBatch: _, inferencesPerRequest: __, requests: ___, ...parts } = times["embedder"] ?? {};
        const total = Object.values(parts).reduce((sum, part) => sum + (part ?? 0), 0);
        expect(total).toBeCloseTo(traffic.meanRequestSeconds ?? NaN, 9);
      }),
      { numRuns: 40 },
    );
  });

  it("order, repeats and zero twins change nothing", () => {
    fc.assert(
      fc.property(pods, (all) => {
        const twinned = all.map((pod) => ({ ...pod, series: withTwins(pod.series) })).reverse();
        expect(requestTime([...twinned, ...twinned])).toEqual(requestTime(all));
      }),
      { numRuns: 40 },
    );
  });
});

it("says of a usual server what its counters say", () => {
  expect(rounded(requestTime([aPod("p-0", server({ queueMs: 30, computeMs: 50 }))]))).toEqual({
    embedder: { ...USUAL, inputSeconds: 0, inferSeconds: 0.05, outputSeconds: 0, outsideSeconds: 0 },
  });
});
