// Several sources as one, in the order of time.

import type { ArrivalSource } from "./arrival-source.ts";

const BUFFER_LENGTH = 256;

/** One source with what was read ahead of it. */
class ReadAhead {
  readonly #source: ArrivalSource;
  readonly #times = new Float64Array(BUFFER_LENGTH);
  readonly #batches = new Uint16Array(BUFFER_LENGTH);
  #length = 0;
  #at = 0;
  /** The time of its first arrival that was not taken; infinity = it has none left. */
  head = 0;
  batch = 0;

  constructor(source: ArrivalSource) {
    this.#source = source;
    this.take();
  }

  /** Takes the first arrival away. */
  take(): void {
    if (this.#at >= this.#length) {
      this.#length = this.#source.fill(Number.POSITIVE_INFINITY, this.#times, this.#batches);
      this.#at = 0;
    }
    const none = this.#length === 0;
    this.head = none ? Number.POSITIVE_INFINITY : (this.#times[this.#at] ?? 0);
    this.batch = this.#batches[this.#at] ?? 0;
    this.#at += 1;
  }
}

/** Superposes sources by a heap of their next arrivals; at equal times the source that was named first comes first. */
export class MergedSource implements ArrivalSource {
  readonly #sources: readonly ReadAhead[];
  /** Indices of sources; each parent's arrival is before those of its children. */
  readonly #heap: Uint32Array;

  constructor(sources: readonly ArrivalSource[]) {
    this.#sources = sources.map((source) => new ReadAhead(source));
    this.#heap = Uint32Array.from(sources.keys());
    for (let slot = (sources.length >>> 1) - 1; slot >= 0; slot -= 1) this.#sift(slot);
  }

  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    let count = 0;
    while (count < times.length) {
      const first = this.#sources[this.#heap[0] ?? 0];
      if (first === undefined || first.head >= until) break;
      times[count] = first.head;
      batches[count] = first.batch;
      count += 1;
      first.take();
      this.#sift(0);
    }
    return count;
  }

  /** Lets the source in a slot sink until none below it comes before it. */
  #sift(from: number): void {
    const heap = this.#heap;
    let slot = from;
    const sinking = heap[slot] ?? 0;
    for (;;) {
      let child = 2 * slot + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#before(heap[child + 1] ?? 0, heap[child] ?? 0)) child += 1;
      if (!this.#before(heap[child] ?? 0, sinking)) break;
      heap[slot] = heap[child] ?? 0;
      slot = child;
    }
    heap[slot] = sinking;
  }

  #before(one: number, other: number): boolean {
    const oneHead = this.#sources[one]?.head ?? Number.POSITIVE_INFINITY;
    const otherHead = this.#sources[other]?.head ?? Number.POSITIVE_INFINITY;
    return oneHead < otherHead || (oneHead === otherHead && one < other);
  }
}
