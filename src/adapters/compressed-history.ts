// Records in memory at a tenth of their size: the newest as text, older ones compressed a few at a time.

import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { assert } from "../domain/assert.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Instant } from "../domain/units.ts";
import type { RecordHistory, RecordSpan } from "../ports/record-history.ts";

/** Records of a policy that stay in memory, at least. */
export const RECORDS_KEPT = 1000;
/** So many are compressed as one: a record is much like the one before it. */
const CHUNK_RECORDS = 16;

const compress = promisify(deflateRaw);
const expand = promisify(inflateRaw);

/** As text a record takes less memory than as objects. */
type Line = { readonly at: Instant; readonly text: string };

/** `lines` until they are compressed, then `bytes`. */
type Chunk = {
  readonly first: Instant;
  readonly last: Instant;
  content:
    | { readonly kind: "lines"; readonly lines: readonly Line[] }
    | { readonly kind: "bytes"; readonly bytes: Uint8Array };
};

/** `tail` holds the newest records, oldest first; a full one becomes a chunk. */
type Kept = { tail: Line[]; readonly chunks: Chunk[]; chunkAt: number };

export class CompressedHistory implements RecordHistory {
  readonly #kept = new Map<string, Kept>();

  add(record: DecisionRecord): void {
    const kept = this.#kept.get(record.policy) ?? this.#begin(record.policy);
    kept.tail.push({ at: record.at, text: JSON.stringify(record) });
    if (kept.tail.length < kept.chunkAt) return;
    kept.chunks.push(chunkOf(kept.tail));
    kept.tail = [];
    kept.chunkAt = CHUNK_RECORDS;
    // The first chunk of a policy may hold fewer, so one more than the count asks for.
    if (kept.chunks.length > Math.ceil(RECORDS_KEPT / CHUNK_RECORDS) + 1) kept.chunks.shift();
  }

  async newest(key: string, { from, to, limit }: RecordSpan): Promise<readonly DecisionRecord[]> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return [];
    const found: DecisionRecord[] = [];
    const take = (records: readonly DecisionRecord[]): void => {
      const inSpan = records.filter(({ at }) => (from === null || at >= from) && (to === null || at <= to));
      found.push(...inSpan.toReversed().slice(0, limit - found.length));
    };
    const chunks = kept.chunks.toReversed();
    take(recordsIn(kept.tail));
    for (const chunk of chunks) {
      if (found.length >= limit || (from !== null && chunk.last < from)) break;
      if (to === null || chunk.first <= to) take(await recordsOf(chunk));
    }
    return found;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }

  /** Policies begin together; were their first chunks full together, all would be compressed in one tick. */
  #begin(key: string): Kept {
    const kept: Kept = { tail: [], chunks: [], chunkAt: 1 + (this.#kept.size % CHUNK_RECORDS) };
    this.#kept.set(key, kept);
    return kept;
  }
}

function chunkOf(lines: readonly Line[]): Chunk {
  const [first, last] = [lines[0], lines.at(-1)];
  assert(first !== undefined && last !== undefined, "a chunk has records");
  const chunk: Chunk = { first: first.at, last: last.at, content: { kind: "lines", lines } };
  void compress(jsonOf(lines)).then((bytes) => {
    chunk.content = { kind: "bytes", bytes };
  });
  return chunk;
}

async function recordsOf({ content }: Chunk): Promise<readonly DecisionRecord[]> {
  if (content.kind === "lines") return recordsIn(content.lines);
  return parsed((await expand(content.bytes)).toString("utf8"));
}

function recordsIn(lines: readonly Line[]): readonly DecisionRecord[] {
  return parsed(jsonOf(lines));
}

function jsonOf(lines: readonly Line[]): string {
  return `[${lines.map(({ text }) => text).join(",")}]`;
}

function parsed(text: string): readonly DecisionRecord[] {
  return JSON.parse(text) as readonly DecisionRecord[];
}
