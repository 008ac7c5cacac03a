// Our own form of a trace: it comes back as it went in, or not at all.

import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeTrace, encodeTrace } from "../../../../src/simulator/traffic/tidemark-trace.ts";
import type { ArrivalsTrace, CountsTrace } from "../../../../src/simulator/traffic/trace-data.ts";
import { counts, explicit } from "../../../support/arrivals.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const ORIGIN = { source: "made up", licence: "CC0-1.0" };

function encoded(trace: ArrivalsTrace | CountsTrace): Uint8Array {
  return encodeTrace(trace, { ...ORIGIN, sha256 });
}

function decoded(bytes: Uint8Array): ArrivalsTrace | CountsTrace {
  return decodeTrace(bytes, sha256).trace;
}

/** A file with another header, its columns as they were. */
function withHeader(bytes: Uint8Array, changes: Readonly<Record<string, unknown>>): Uint8Array {
  const end = 12 + new DataView(bytes.buffer).getUint32(8, true);
  const header: Record<string, unknown> = JSON.parse(new TextDecoder().decode(bytes.subarray(12, end)));
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...changes }));
  const prefix = bytes.slice(0, 12);
  new DataView(prefix.buffer).setUint32(8, text.length, true);
  return Uint8Array.from([...prefix, ...text, ...bytes.subarray(end)]);
}

const TRACE: ArrivalsTrace = {
  ...explicit([0.5, 1, 2], [1, 2, 3]),
  models: { names: ["a", "b"], ids: Uint8Array.of(0, 1, 0) },
};

describe("a tidemark trace", () => {
  test("says what it is and where it comes from", () => {
    expect(decodeTrace(encoded(TRACE), sha256).header).toEqual({
      version: 1,
      kind: "arrivals",
      unit: "seconds",
      source: "made up",
      licence: "CC0-1.0",
      sha256: "951c1ebf910575ddcb9fe22e631362edf6015284fbf1ce1e17dd76225573a569",
      count: 3,
      stepSeconds: null,
      batches: true,
      models: ["a", "b"],
    });
  });

  test("comes back as it was, wherever its bytes lie", () => {
    const arrival = fc.record({
      gap: fc.double({ min: 0, max: 1e6, noNaN: true }),
      batch: fc.integer({ min: 1, max: 65_535 }),
      id: fc.integer({ min: 0, max: 2 }),
    });
    const shape = fc.record({ hasBatches: fc.boolean(), hasModels: fc.boolean(), offset: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(arrival), shape, (arrivals, { hasBatches, hasModels, offset }) => {
        let time = 0;
        const times = Float64Array.from(arrivals, ({ gap }) => (time += gap));
        const trace: ArrivalsTrace = {
          kind: "arrivals",
          times,
          batches: hasBatches ? Uint16Array.from(arrivals, ({ batch }) => batch) : null,
          models: hasModels
            ? { names: ["a", "ü", "c"], ids: Uint8Array.from(arrivals, ({ id }) => id) }
            : null,
        };
        const bytes = encoded(trace);
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        expect(decoded(shifted.subarray(offset))).toEqual(trace);
      }),
    );
    expect(decoded(encoded(counts([3, 0, 4_294_967_295], 60)))).toEqual(counts([3, 0, 4_294_967_295], 60));
  });

  test("is refused where a byte of its columns differs", () => {
    const bytes = encoded(TRACE);
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    expect(() => decoded(bytes)).toThrow(
      /^is damaged: the columns' sha256 is [0-9a-f]{64}, the header says /,
    );
  });

  const good = encoded(TRACE);
  test.each([
    { name: "nothing", bytes: new Uint8Array(), says: "does not begin with TIDEMARK" },
    {
      name: "another file",
      bytes: new TextEncoder().encode("send_s,model"),
      says: "does not begin with TIDEMARK",
    },
    { name: "no more than the magic", bytes: good.subarray(0, 9), says: "is cut off in its header" },
    { name: "half a header", bytes: good.subarray(0, 60), says: "is cut off in its header" },
    {
      name: "too few columns",
      bytes: good.subarray(0, -1),
      says: "has 32 bytes of columns, its header wants 33",
    },
    {
      name: "another version",
      bytes: withHeader(good, { version: 2 }),
      says: "version is 2, this program reads 1",
    },
    {
      name: "another kind",
      bytes: withHeader(good, { kind: "x" }),
      says: 'kind is "x", must be arrivals or counts',
    },
    { name: "another unit", bytes: withHeader(good, { unit: "ms" }), says: 'unit is "ms", must be seconds' },
    { name: "no source", bytes: withHeader(good, { source: 1 }), says: "source is 1, must be a text" },
    {
      name: "half a request",
      bytes: withHeader(good, { count: 2.5 }),
      says: "count is 2.5, must be a whole number",
    },
    {
      name: "nameless models",
      bytes: withHeader(good, { models: [1, 2] }),
      says: "models is [1,2], must be a list",
    },
    {
      name: "a step of nothing",
      bytes: withHeader(encoded(counts([1])), { stepSeconds: 0 }),
      says: "stepSeconds is 0, must be a number above 0",
    },
    {
      name: "an unknown model",
      bytes: withHeader(good, { models: ["a"] }),
      says: "the header does not name",
    },
    {
      name: "times that go back",
      bytes: encoded(explicit([2, 1])),
      says: "arrival 2 is at 1, must not be before 2",
    },
    { name: "no time", bytes: encoded(explicit([Number.NaN])), says: "arrival 1 is at NaN" },
    { name: "an empty batch", bytes: encoded(explicit([1], [0])), says: "a batch dimension is 0" },
  ])("with $name is refused", ({ bytes, says }) => {
    expect(() => decoded(bytes)).toThrow(says);
  });
});
