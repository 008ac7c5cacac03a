// Control events of a run in the order in which they happen: a binary heap in typed arrays.

import { twice } from "../triton/columns.ts";

/** What happens; at equal times in this order. The subject of an event is an index that its kind gives a meaning. */
export const EVENT = {
  /** Counting begins. */
  warmupOver: 0,
  faultBegins: 1,
  faultEnds: 2,
  /** A node is there, or has been idle for long enough to leave. */
  node: 3,
  /** A pod's phase is over, if it is not an outdated event. */
  pod: 4,
  scrape: 5,
  tick: 6,
  timelineRow: 7,
  /** The hand between scaler and replicas: KEDA's polls, the HPA's syncs. */
  hand: 8,
} as const;

export type EventKind = (typeof EVENT)[keyof typeof EVENT];

const FIRST_CAPACITY = 256;

/** Ordered by time, kind, and the order in which events were added. */
export class EventQueue {
  #times = new Float64Array(FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #sequences = new Float64Array(FIRST_CAPACITY);
  #subjects = new Int32Array(FIRST_CAPACITY);
  #size = 0;
  #added = 0;
  #time = 0;
  #kind = 0;
  #subject = 0;

  /** Adds an event, to happen at `time` (seconds since the scenario's start). */
  add(time: number, kind: EventKind, subject: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const last = this.#size;
    this.#times[last] = time;
    this.#kinds[last] = kind;
    this.#sequences[last] = this.#added;
    this.#subjects[last] = subject;
    this.#size += 1;
    this.#added += 1;
    this.#rise(last);
  }

  /**
   * Takes out the next event if it happens by `until`, at `until` itself only what comes before events of kind `before`;
   * returns whether there was one, and `time`, `kind`, `subject` tell of it.
   */
  take(until: number, before: number = Number.POSITIVE_INFINITY): boolean {
    const time = this.#times[0] ?? 0;
    if (this.#size === 0 || time > until) return false;
    if (time === until && (this.#kinds[0] ?? 0) >= before) return false;
    this.#time = time;
    this.#kind = this.#kinds[0] ?? 0;
    this.#subject = this.#subjects[0] ?? 0;
    this.#size -= 1;
    this.#swap(0, this.#size);
    this.#sink();
    return true;
  }

  get time(): number {
    return this.#time;
  }

  get kind(): number {
    return this.#kind;
  }

  get subject(): number {
    return this.#subject;
  }

  /** Moves the event at `index` up to its place. */
  #rise(index: number): void {
    let child = index;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#precedes(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Moves the event at the top down to its place. */
  #sink(): void {
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#precedes(child + 1, child)) child += 1;
      if (!this.#precedes(child, parent)) return;
      this.#swap(child, parent);
      parent = child;
    }
  }

  #precedes(one: number, other: number): boolean {
    const earlier = (this.#times[one] ?? 0) - (this.#times[other] ?? 0);
    if (earlier !== 0) return earlier < 0;
    const before = (this.#kinds[one] ?? 0) - (this.#kinds[other] ?? 0);
    if (before !== 0) return before < 0;
    return (this.#sequences[one] ?? 0) < (this.#sequences[other] ?? 0);
  }

  #swap(one: number, other: number): void {
    swap(this.#times, one, other);
    swap(this.#kinds, one, other);
    swap(this.#sequences, one, other);
    swap(this.#subjects, one, other);
  }

  #grow(): void {
    this.#times = twice(this.#times, Float64Array);
    this.#kinds = twice(this.#kinds, Uint8Array);
    this.#sequences = twice(this.#sequences, Float64Array);
    this.#subjects = twice(this.#subjects, Int32Array);
  }
}

function swap(column: Float64Array | Uint8Array | Int32Array, one: number, other: number): void {
  const kept = column[one] ?? 0;
  column[one] = column[other] ?? 0;
  column[other] = kept;
}
