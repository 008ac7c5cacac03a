// Stretches of time of which one knows how many arrivals each holds, but not where: the steps of a trace of counts, and
// the surroundings of single arrivals that are to become several.

import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalsTrace, CountsTrace, TraceStretch } from "./trace-data.ts";

/** A walk through cells in the order of time, seconds since the scenario's start; they touch but never overlap. */
export interface Cells {
  /** Of the present cell. */
  left: number;
  right: number;
  count: number;
  /** Its batch dimension; 0 = not known. */
  batch: number;
  /** Moves on to the next cell; false = there is none. */
  next(): boolean;
}

/** The cells' stretch, how many times their arrivals are wanted, and what rounds that. */
export type CellOptions = {
  readonly stretch: TraceStretch;
  readonly multiply: number;
  readonly random: RandomStream;
};

/** Rounds to a whole number at random, so that the mean is kept; whole numbers take nothing from the stream. */
function roundAtRandom(value: number, random: RandomStream): number {
  const whole = Math.floor(value);
  return value > whole && random.uniform() < value - whole ? whole + 1 : whole;
}

/** Each step with its count times the factor. */
export class CountCells implements Cells {
  left = 0;
  right = 0;
  count = 0;
  batch = 0;
  readonly #trace: CountsTrace;
  readonly #options: CellOptions;
  #step: number;

  constructor(trace: CountsTrace, options: CellOptions) {
    this.#trace = trace;
    this.#options = options;
    this.#step = Math.floor(options.stretch.startSeconds / trace.stepSeconds);
  }

  next(): boolean {
    const { counts, stepSeconds } = this.#trace;
    const { stretch, multiply, random } = this.#options;
    if (this.#step >= counts.length) return false;
    this.left = this.#step * stepSeconds - stretch.startSeconds;
    this.right = (this.#step + 1) * stepSeconds - stretch.startSeconds;
    this.count = roundAtRandom((counts[this.#step] ?? 0) * multiply, random);
    this.#step += 1;
    return true;
  }
}

/**
 * The gap behind each arrival, up to the next one: so many arrivals as the factor says are drawn there instead of the
 * one. So every gap, long or short, gives the same number of requests: bursts and pauses stay what they are, and rates
 * rise by the factor. Behind the last arrival there is as much room as before it. Source of the idea (raise the load
 * from what is there, never by shrinking time): TraceUpscaler, EuroSys 2024.
 */
export class ArrivalCells implements Cells {
  left = 0;
  right = 0;
  count = 0;
  batch = 0;
  readonly #trace: ArrivalsTrace;
  readonly #options: CellOptions;
  #index: number;

  constructor(trace: ArrivalsTrace, options: CellOptions) {
    this.#trace = trace;
    this.#options = options;
    // The gap behind the arrival before the stretch may reach into it.
    this.#index = Math.max(0, firstAtOrAfter(trace.times, options.stretch.startSeconds) - 1);
  }

  next(): boolean {
    const { times, batches } = this.#trace;
    const index = this.#index;
    const time = times[index];
    if (time === undefined) return false;
    const { stretch, multiply, random } = this.#options;
    const next = times[index + 1] ?? 2 * time - (times[index - 1] ?? time);
    this.left = time - stretch.startSeconds;
    this.right = next - stretch.startSeconds;
    this.count = roundAtRandom(multiply, random);
    this.batch = batches?.[index] ?? 0;
    this.#index += 1;
    return true;
  }
}

/** Returns the index of the first of ascending times that is not before `time`; their number where there is none. */
export function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
