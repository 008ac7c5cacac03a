// Spans of time in buckets of a 64th of an octave: small, mergeable, and close enough for any percentile.

import type { ArrivalWindow } from "../triton/batch-server.ts";

const BUCKETS_PER_OCTAVE_BITS = 6;
/** Spans below 2^-20 s (about a microsecond) count as none; from 2^20 s (twelve days) on the last bucket takes all. */
const LEAST_EXPONENT = -20;
const OCTAVES = 40;
const SHIFT = 20 - BUCKETS_PER_OCTAVE_BITS;
const FIRST = (1023 + LEAST_EXPONENT) << BUCKETS_PER_OCTAVE_BITS;
/** Bucket 0 holds what is too short to tell from nothing. */
export const HISTOGRAM_BUCKETS = (OCTAVES << BUCKETS_PER_OCTAVE_BITS) + 1;

const VALUE = new Float64Array(1);
const WORDS = new Int32Array(VALUE.buffer);
/** Which half of a double holds sign and exponent on this machine. */
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Returns a span's bucket: exponent and leading mantissa bits of the double, as they are. */
export function bucketOf(seconds: number): number {
  VALUE[0] = seconds;
  return bucketOfValue();
}

/** Returns the bucket of what `VALUE` holds: an argument would be put on the heap, request for request. */
function bucketOfValue(): number {
  const bucket = ((WORDS[HIGH_WORD] ?? 0) >> SHIFT) - FIRST + 1;
  return bucket < 0 ? 0 : bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/** Counts spans in seconds. Mean, least and largest are exact; quantiles are within 0.8 % (a microsecond at the low end). */
export class LatencyHistogram {
  /** Spans by bucket. */
  readonly buckets = new Uint32Array(HISTOGRAM_BUCKETS);
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  get count(): number {
    return this.#count;
  }

  /** Counts one span. */
  add(seconds: number): void {
    increment(this.buckets, bucketOf(seconds));
    this.#count += 1;
    this.#sum += seconds;
    if (seconds < this.#min) this.#min = seconds;
    if (seconds > this.#max) this.#max = seconds;
  }

  /** Counts the latencies of a batch that was answered `overheadSeconds` after its end, and its queue times in `queue`. */
  addBatch(batch: ArrivalWindow, overheadSeconds: number, queue: LatencyHistogram): void {
    const { times, mask, first, count, startedAt } = batch;
    const answeredAt = batch.finishesAt + overheadSeconds;
    const end = first + count;
    let latencies = 0;
    let waits = 0;
    for (let place = first; place < end; place += 1) {
      const arrivedAt = times[place & mask] ?? 0;
      latencies += answeredAt - arrivedAt;
      VALUE[0] = answeredAt - arrivedAt;
      increment(this.buckets, bucketOfValue());
      waits += startedAt - arrivedAt;
      VALUE[0] = startedAt - arrivedAt;
      increment(queue.buckets, bucketOfValue());
    }
    this.#count += count;
    this.#sum += latencies;
    queue.#count += count;
    queue.#sum += waits;
    // They arrived in order.
    const earliest = times[first & mask] ?? 0;
    const latest = times[(end - 1) & mask] ?? 0;
    if (answeredAt - latest < this.#min) this.#min = answeredAt - latest;
    if (answeredAt - earliest > this.#max) this.#max = answeredAt - earliest;
    if (startedAt - latest < queue.#min) queue.#min = startedAt - latest;
    if (startedAt - earliest > queue.#max) queue.#max = startedAt - earliest;
  }

  /** Returns the spans by bucket that were added since the buckets were as in `before`, which is brought up to date. */
  takeFresh(before: Uint32Array): Uint32Array {
    const { buckets } = this;
    const fresh = new Uint32Array(HISTOGRAM_BUCKETS);
    for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket += 1) {
      fresh[bucket] = (buckets[bucket] ?? 0) - (before[bucket] ?? 0);
    }
    before.set(buckets);
    return fresh;
  }

  /** Returns the mean in seconds, null of nothing. */
  mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** Returns the largest span in seconds, null of nothing. */
  max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** Returns the span in seconds that a share `p` of all does not exceed (nearest rank), null of nothing. */
  quantile(p: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(p * this.#count));
    // What is below the least and above the largest span is empty.
    let [bucket, below] = [bucketOf(this.#min), 0];
    for (const last = bucketOf(this.#max); bucket < last; bucket += 1) {
      below += this.buckets[bucket] ?? 0;
      if (below >= rank) break;
    }
    return Math.min(this.#max, Math.max(this.#min, middleOf(bucket)));
  }

  /** Adds what another has counted. */
  merge(other: LatencyHistogram): void {
    if (other.#count === 0) return;
    const last = bucketOf(other.#max);
    for (let bucket = bucketOf(other.#min); bucket <= last; bucket += 1) {
      this.buckets[bucket] = (this.buckets[bucket] ?? 0) + (other.buckets[bucket] ?? 0);
    }
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Forgets everything. */
  clear(): void {
    if (this.#count > 0) this.buckets.fill(0, bucketOf(this.#min), bucketOf(this.#max) + 1);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }
}

/** Returns the middle, in seconds, of the bucket in which the quantile `p` of `count` spans lies. */
export function quantileOf(buckets: Uint32Array, count: number, p: number): number {
  const rank = Math.max(1, Math.ceil(p * count));
  let below = 0;
  for (let bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket += 1) {
    below += buckets[bucket] ?? 0;
    if (below >= rank) return middleOf(bucket);
  }
  return middleOf(HISTOGRAM_BUCKETS - 1);
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const octave = (bucket - 1) >> BUCKETS_PER_OCTAVE_BITS;
  const part = (bucket - 1) & ((1 << BUCKETS_PER_OCTAVE_BITS) - 1);
  return 2 ** (LEAST_EXPONENT + octave) * (1 + (part + 0.5) / (1 << BUCKETS_PER_OCTAVE_BITS));
}

function increment(buckets: Uint32Array, bucket: number): void {
  buckets[bucket] = (buckets[bucket] ?? 0) + 1;
}
