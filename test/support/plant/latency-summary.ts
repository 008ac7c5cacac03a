// A sliding quantile as Triton's summaries publish it: over the last minute, in five slices that age out.

const SLICES = 5;
const SLICE_SECONDS = 12;
/** Bins grow by 2 %: 10 ms to half an hour. */
const [FIRST_BIN_SECONDS, BIN_GROWTH, BINS] = [0.01, Math.log(1.02), 620];

/** Latencies of one server's last minute, in bins. */
export class LatencySummary {
  readonly #slices = Array.from({ length: SLICES }, () => new Uint32Array(BINS));
  #slice = 0;

  /** Counts an answered request; times never decrease. */
  record(at: number, latencySeconds: number): void {
    this.#rotate(at);
    const bin = Math.ceil(Math.log(latencySeconds / FIRST_BIN_SECONDS) / BIN_GROWTH);
    const slice = this.#slices[this.#slice % SLICES];
    if (slice === undefined) return;
    const index = Math.min(BINS - 1, Math.max(0, bin));
    slice[index] = (slice[index] ?? 0) + 1;
  }

  /** Returns the quantile in seconds at a time, NaN where nothing was answered in the last minute. */
  quantile(share: number, at: number): number {
    this.#rotate(at);
    const total = this.#slices.reduce((sum, slice) => sum + slice.reduce((all, count) => all + count, 0), 0);
    let below = 0;
    for (let bin = 0; bin < BINS && total > 0; bin += 1) {
      for (const slice of this.#slices) below += slice[bin] ?? 0;
      if (below >= share * total) return FIRST_BIN_SECONDS * Math.exp(bin * BIN_GROWTH);
    }
    return Number.NaN;
  }

  #rotate(at: number): void {
    const current = Math.floor(at / SLICE_SECONDS);
    for (let passed = 0; this.#slice < current; passed += 1) {
      this.#slice = passed < SLICES ? this.#slice + 1 : current;
      this.#slices[this.#slice % SLICES]?.fill(0);
    }
  }
}
