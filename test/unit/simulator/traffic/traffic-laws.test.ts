// What holds for all traffic: order, repeatability, buffers that do not show, streams that do not touch.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TrafficStream } from "../../../../src/domain/scenario.ts";
import { arrivalSource, type TrafficContext } from "../../../../src/simulator/traffic/arrival-streams.ts";
import type { TraceData } from "../../../../src/simulator/traffic/trace-data.ts";
import {
  type Arrivals,
  counts,
  drain,
  explicit,
  generated,
  phase,
  traced,
  trafficContext,
} from "../../../support/arrivals.ts";

const DURATION = 40;

const TRACES = new Map<string, TraceData>([
  ["counts", counts([5, 0, 40, 1, 3], 7)],
  ["explicit", explicit([0, 0, 1.5, 3, 17, 17.5, 30], [1, 2, 3, 4, 5, 6, 7])],
  [
    "clients",
    {
      kind: "clients",
      windowSeconds: 20,
      clients: [
        [{ startSeconds: 0, rate: 1, cv: 2, law: "gamma" }],
        [
          { startSeconds: 0, rate: 0.5, cv: 0.7, law: "weibull" },
          { startSeconds: 20, rate: 2, cv: 1, law: "exponential" },
        ],
      ],
    },
  ],
]);

const rate = fc.double({ min: 0, max: 8, noNaN: true });
const phases = fc.array(
  fc.record({ forSeconds: fc.integer({ min: 0, max: 15 }), fromRate: rate, toRate: rate }),
  { maxLength: 3 },
);
const coefficient = fc.double({ min: 0.2, max: 4, noNaN: true });
const generator = fc.oneof(
  fc.constant({ kind: "constant" as const }),
  fc.constant({ kind: "poisson" as const }),
  fc.record({ kind: fc.constant("gamma" as const), cv: coefficient }),
  fc.record({ kind: fc.constant("weibull" as const), cv: coefficient }),
  fc.constant({ kind: "onoff" as const, onRate: 20, onMeanSeconds: 0.5, offMeanSeconds: 3 }),
);
const stream: fc.Arbitrary<TrafficStream> = fc.oneof(
  fc.tuple(generator, phases).map(([kind, list]) => generated(kind, list)),
  fc
    .record({
      path: fc.constantFrom(...TRACES.keys()),
      fromSeconds: fc.integer({ min: 0, max: 20 }),
      forSeconds: fc.option(fc.integer({ min: 1, max: 30 })),
      multiply: fc.constantFrom(0.5, 1, 2.5, 20),
      thin: fc.constantFrom(1, 0.4),
    })
    .map(traced),
);
const streams = fc.array(stream, { maxLength: 4 });
const steps = fc.array(
  fc.record({ length: fc.integer({ min: 1, max: 9 }), until: fc.integer({ min: 0, max: DURATION }) }),
  { maxLength: 60 },
);

function context(seed = 7): TrafficContext {
  const requestBatch = [
    { batch: 1, share: 0.5 },
    { batch: 4, share: 0.5 },
  ];
  return trafficContext({ seed, durationSeconds: DURATION, traces: TRACES, requestBatch });
}

function all(list: readonly TrafficStream[], seed?: number): Arrivals {
  return drain(arrivalSource(list, context(seed)), DURATION);
}

describe("all traffic", () => {
  test("is in the order of time, from the start to the end, and has batch dimensions", () => {
    fc.assert(
      fc.property(streams, (list) => {
        const { times, batches } = all(list);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        expect(times.every((time) => time >= 0 && time < DURATION)).toBe(true);
        expect(batches.every((batch) => batch >= 1)).toBe(true);
      }),
    );
  });

  test("is the same whatever the buffers and the ends of reading", () => {
    fc.assert(
      fc.property(streams, steps, (list, reads) => {
        const source = arrivalSource(list, context());
        const read: { times: number[]; batches: number[] } = { times: [], batches: [] };
        for (const { length, until } of reads.toSorted((one, other) => one.until - other.until)) {
          const [times, batches] = [new Float64Array(length), new Uint16Array(length)];
          const count = source.fill(until, times, batches);
          expect(times.subarray(0, count).every((time) => time < until)).toBe(true);
          read.times.push(...times.subarray(0, count));
          read.batches.push(...batches.subarray(0, count));
        }
        const rest = drain(source, DURATION, 13);
        const whole = { times: [...read.times, ...rest.times], batches: [...read.batches, ...rest.batches] };
        expect(whole).toEqual(all(list));
      }),
    );
  });

  test("does not change where a stream is added: it only gets more", () => {
    fc.assert(
      fc.property(streams, stream, (list, more) => {
        const before = all(list);
        const after = all([...list, more]);
        const left = after.times.map((time, index) => `${time}/${after.batches[index]}`);
        for (const [index, time] of before.times.entries()) {
          const place = left.indexOf(`${time}/${before.batches[index]}`);
          expect(place).toBeGreaterThanOrEqual(0);
          left.splice(place, 1);
        }
      }),
    );
  });

  test("differs by seed and by key", () => {
    const list = [generated({ kind: "poisson" }, [phase(30, 5)])];
    expect(all(list, 1)).toEqual(all(list, 1));
    expect(all(list, 1)).not.toEqual(all(list, 2));
    const other = drain(arrivalSource(list, { ...context(1), key: "ai/triton/other" }), DURATION);
    expect(all(list, 1)).not.toEqual(other);
    const twins = all([...list, ...list], 1).times;
    expect(new Set(twins).size).toBe(twins.length);
  });
});
