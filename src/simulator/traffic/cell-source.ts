// Arrivals drawn inside cells whose counts are known.

import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";
import type { Cells } from "./cells.ts";

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
  /** Arrivals of the present cell that are still to come, and the seconds up to its end that they lie in. */
  #open = 0;
  #room = 0;
  #next: number;

  /** `endSeconds` after the scenario's start nothing comes any more. */
  constructor(cells: Cells, options: { readonly endSeconds: number; readonly random: RandomStream }) {
    this.#cells = cells;
    this.#random = options.random;
    this.#endSeconds = options.endSeconds;
    this.#next = this.#draw();
    while (this.#next < 0) this.#next = this.#draw();
  }

  /** Writes batch dimensions where the cells know them; leaves the others alone. */
  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    const end = Math.min(until, this.#endSeconds);
    let count = 0;
    while (count < times.length && this.#next < end) {
      times[count] = this.#next;
      if (this.#cells.batch > 0) batches[count] = this.#cells.batch;
      count += 1;
      this.#next = this.#draw();
    }
    return count;
  }

  #draw(): number {
    if (this.#open === 0 && !this.#enter()) return Number.POSITIVE_INFINITY;
    const share = this.#random.exponential() / this.#open;
    this.#room *= share < SERIES_LIMIT ? smallExponential(share) : Math.exp(-share);
    this.#open -= 1;
    return this.#cells.right - this.#room;
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
  return 1 - x * (1 - (x / 2) * (1 - (x / 3) * (1 - (x / 4) * (1 - (x / 5) * (1 - x / 6)))));
}
