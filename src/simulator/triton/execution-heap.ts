// Executions under way on one server, the one that ends first at the top; of equals the one that began first.

import type { Payload } from "./payload.ts";

/** A binary heap of payloads by (finishesAt, sequence). */
export class ExecutionHeap {
  readonly #items: Payload[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** When the first of them ends; infinity of none. */
  get firstFinish(): number {
    return this.#items[0]?.finishesAt ?? Number.POSITIVE_INFINITY;
  }

  push(payload: Payload): void {
    const items = this.#items;
    let place = items.length;
    items.push(payload);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || !isBefore(payload, parent)) break;
      items[place] = parent;
      place = above;
    }
    items[place] = payload;
  }

  /** Takes out the one that ends first. */
  pop(): Payload | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      let child = items[below];
      if (child === undefined) break;
      const other = items[below + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        below += 1;
      }
      if (!isBefore(child, last)) break;
      items[place] = child;
      place = below;
    }
    items[place] = last;
    return first;
  }
}

function isBefore(one: Payload, other: Payload): boolean {
  return one.finishesAt === other.finishesAt
    ? one.sequence < other.sequence
    : one.finishesAt < other.finishesAt;
}
