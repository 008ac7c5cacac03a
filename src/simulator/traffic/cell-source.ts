// Arrivals drawn inside cells whose counts are known.

import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";
import type { Cells } from "./cells.ts";

/** So many arrivals are drawn at once. */
const BLOCK_LENGTH = 256;
/** Below this the series of the exponential function is as exact as the function, and several times as fast. */
const SERIES_LIMIT = 0.03;

/**
 * Each cell's arrivals lie uniformly in it. They are drawn in order, without keeping a cell in memory: of r arrivals
 * still to come in the w seconds up to a cell's end, the first leaves w · U^(1/r) seconds behind it.
 */
export class CellSource implements ArrivalSource {
  readonly #cells: Cells;
  readonly #random: RandomStream;
  readonly #endSeconds: number;
  readonly #exponentials = new Float64Array(BLOCK_LENGTH);
  /** Arrivals that are drawn; those from `place` on are not taken yet. */
  readonly #times = new Float64Array(BLOCK_LENGTH);
  readonly #batches = new Uint16Array(BLOCK_LENGTH);
  #length = 0;
  #place = 0;
  /** Arrivals of the present cell that are not drawn yet, and the seconds up to its end that they lie in. */
  #open = 0;
  #room = 0;

  /** Takes all numbers of `random`. `endSeconds` after the scenario's start nothing comes any more. */
  constructor(cells: Cells, options: { readonly endSeconds: number; readonly random: RandomStream }) {
    this.#cells = cells;
    this.#random = options.random;
    this.#endSeconds = options.endSeconds;
    while (this.#hasMore() && (this.#times[this.#place] ?? 0) < 0) this.#place += 1;
  }

  /** Writes batch dimensions where the cells know them; leaves the others alone. */
  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    const end = Math.min(until, this.#endSeconds);
    let count = 0;
    while (this.#hasMore()) {
      const taken = this.#countBefore(end, times.length - count);
      if (taken === 0) break;
      for (let index = 0; index < taken; index += 1) {
        times[count + index] = this.#times[this.#place + index] ?? 0;
        const batch = this.#batches[this.#place + index] ?? 0;
        if (batch > 0) batches[count + index] = batch;
      }
      count += taken;
      this.#place += taken;
    }
    return count;
  }

  /** Returns how many of the drawn arrivals are before `end`, at most `limit`. */
  #countBefore(end: number, limit: number): number {
    const most = Math.min(limit, this.#length - this.#place);
    if ((this.#times[this.#place + most - 1] ?? end) < end) return most;
    let count = 0;
    while (count < most && (this.#times[this.#place + count] ?? 0) < end) count += 1;
    return count;
  }

  /** Returns whether an arrival is drawn that is not taken yet, or can be. */
  #hasMore(): boolean {
    if (this.#place === this.#length) this.#drawBlock();
    return this.#place < this.#length;
  }

  #drawBlock(): void {
    this.#random.fillExponential(this.#exponentials);
    let length = 0;
    while (length < BLOCK_LENGTH && (this.#open > 0 || this.#enter())) length = this.#drawInCell(length);
    this.#place = 0;
    this.#length = length;
  }

  /** Draws arrivals of the present cell into the block from `begin` on; returns where they end. */
  #drawInCell(begin: number): number {
    const { right, batch } = this.#cells;
    const end = Math.min(BLOCK_LENGTH, begin + this.#open);
    const times = this.#times;
    const exponentials = this.#exponentials;
    let open = this.#open;
    let room = this.#room;
    for (let place = begin; place < end; place += 1) {
      const share = (exponentials[place] ?? 0) / open;
      room *= share < SERIES_LIMIT ? smallExponential(share) : Math.exp(-share);
      open -= 1;
      times[place] = right - room;
    }
    this.#batches.fill(batch, begin, end);
    this.#open = open;
    this.#room = room;
    return end;
  }

  #enter(): boolean {
    const cells = this.#cells;
    do {
      if (!cells.next()) return false;
    } while (cells.count === 0);
    this.#open = cells.count;
    this.#room = cells.right - cells.left;
    return true;
  }
}

/** Returns e^-x for small x ≥ 0: the Taylor series, exact to 10⁻¹⁴ below the limit. */
function smallExponential(x: number): number {
  return (
    1 - x * (1 - x * (1 / 2) * (1 - x * (1 / 3) * (1 - x * (1 / 4) * (1 - x * (1 / 5) * (1 - x * (1 / 6))))))
  );
}
