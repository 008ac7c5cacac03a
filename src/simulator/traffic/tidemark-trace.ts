// Our own form of a trace: a JSON header that says what it is and where it comes from, then plain columns of numbers.

import { readHeader, type TraceHeader } from "./tidemark-header.ts";
import type { ArrivalsTrace, CountsTrace } from "./trace-data.ts";
import { TraceProblem } from "./trace-problem.ts";

/** Returns the digest of bytes as 64 hexadecimal digits. */
export type Sha256 = (bytes: Uint8Array) => string;

/** Where the numbers come from, in words. */
export type TraceOrigin = { readonly source: string; readonly licence: string };

export type TidemarkTrace = { readonly header: TraceHeader; readonly trace: ArrivalsTrace | CountsTrace };

const MAGIC = "TIDEMARK";
/** Magic, and the header's length. */
const PREFIX_BYTES = MAGIC.length + 4;
const COLUMN_ALIGNMENT = 8;

/**
 * Returns the bytes of a file: `TIDEMARK`, the header's length (uint32), the header, then the columns: times (float64)
 * and, where the header says so, batch dimensions (uint16) and indices of models (uint8); or counts (uint32). All
 * little-endian; blanks behind the header let the columns start at a multiple of 8.
 */
export function encodeTrace(
  trace: ArrivalsTrace | CountsTrace,
  { source, licence, sha256 }: TraceOrigin & { readonly sha256: Sha256 },
): Uint8Array {
  const payload = joined(columnsOf(trace).map(bytesOf));
  const header: TraceHeader = {
    version: 1,
    kind: trace.kind,
    unit: "seconds",
    source,
    licence,
    sha256: sha256(payload),
    count: trace.kind === "arrivals" ? trace.times.length : trace.counts.length,
    stepSeconds: trace.kind === "counts" ? trace.stepSeconds : null,
    batches: trace.kind === "arrivals" && trace.batches !== null,
    models: trace.kind === "arrivals" ? (trace.models?.names ?? null) : null,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil((PREFIX_BYTES + text.length) / COLUMN_ALIGNMENT) * COLUMN_ALIGNMENT - PREFIX_BYTES;
  const padded = new Uint8Array(length).fill(0x20);
  padded.set(text);
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set(new TextEncoder().encode(MAGIC));
  new DataView(prefix.buffer).setUint32(MAGIC.length, length, true);
  return joined([prefix, padded, payload]);
}

/** Returns what a file holds, after its digest was compared. Throws TraceProblem. */
export function decodeTrace(bytes: Uint8Array, sha256: Sha256): TidemarkTrace {
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw new TraceProblem(null, `is no tidemark trace: it does not begin with ${MAGIC}`);
  }
  if (bytes.length < PREFIX_BYTES) throw new TraceProblem(null, "is cut off in its header");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length, true);
  if (PREFIX_BYTES + length > bytes.length) throw new TraceProblem(null, "is cut off in its header");
  const header = readHeader(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + length)));
  // A copy, so that the columns begin at a multiple of 8.
  const payload = new Uint8Array(bytes.subarray(PREFIX_BYTES + length));
  const wanted = header.count * bytesPerEntry(header);
  if (payload.length !== wanted) {
    throw new TraceProblem(null, `has ${payload.length} bytes of columns, its header wants ${wanted}`);
  }
  const digest = sha256(payload);
  if (digest !== header.sha256) {
    throw new TraceProblem(
      null,
      `is damaged: the columns' sha256 is ${digest}, the header says ${header.sha256}`,
    );
  }
  return {
    header,
    trace: header.kind === "counts" ? readCounts(header, payload) : readArrivals(header, payload),
  };
}

function bytesPerEntry({ kind, batches, models }: TraceHeader): number {
  if (kind === "counts") return 4;
  return 8 + (batches ? 2 : 0) + (models === null ? 0 : 1);
}

function readCounts({ count, stepSeconds }: TraceHeader, payload: Uint8Array): CountsTrace {
  return { kind: "counts", stepSeconds: stepSeconds ?? 1, counts: new Uint32Array(payload.buffer, 0, count) };
}

function readArrivals({ count, batches, models }: TraceHeader, payload: Uint8Array): ArrivalsTrace {
  const batchesAt = 8 * count;
  const idsAt = batchesAt + (batches ? 2 * count : 0);
  const trace: ArrivalsTrace = {
    kind: "arrivals",
    times: new Float64Array(payload.buffer, 0, count),
    batches: batches ? new Uint16Array(payload.buffer, batchesAt, count) : null,
    models: models === null ? null : { names: models, ids: new Uint8Array(payload.buffer, idsAt, count) },
  };
  checkArrivals(trace);
  return trace;
}

/** The digest only proves that the writer wrote this; the columns must make sense, too. */
function checkArrivals({ times, batches, models }: ArrivalsTrace): void {
  let last = 0;
  for (let index = 0; index < times.length; index += 1) {
    const time = times[index] ?? 0;
    if (!(time >= last && time < Number.POSITIVE_INFINITY)) {
      throw new TraceProblem(null, `arrival ${index + 1} is at ${time}, must not be before ${last}`);
    }
    last = time;
  }
  if (batches?.includes(0) === true) throw new TraceProblem(null, "a batch dimension is 0");
  if (models?.ids.some((id) => id >= models.names.length) === true) {
    throw new TraceProblem(null, "an arrival is of a model that the header does not name");
  }
}

function columnsOf(trace: ArrivalsTrace | CountsTrace): readonly ArrayBufferView[] {
  if (trace.kind === "counts") return [trace.counts];
  return [trace.times, trace.batches, trace.models?.ids ?? null].filter((column) => column !== null);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
