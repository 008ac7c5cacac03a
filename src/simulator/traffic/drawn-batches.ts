// Gives arrivals that have none their batch dimensions.

import type { ModelScenario } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { ArrivalSource } from "./arrival-source.ts";

/** Draws each arrival's batch dimension from a mixture; a single size takes nothing from the stream. */
export class DrawnBatches implements ArrivalSource {
  readonly #source: ArrivalSource;
  readonly #random: RandomStream;
  readonly #sizes: Uint16Array;
  /** The shares up to and with each size. */
  readonly #upTo: Float64Array;

  constructor(source: ArrivalSource, mixture: ModelScenario["requestBatch"], random: RandomStream) {
    this.#source = source;
    this.#random = random;
    this.#sizes = Uint16Array.from(mixture, ({ batch }) => batch);
    let sum = 0;
    this.#upTo = Float64Array.from(mixture, ({ share }) => {
      sum += share;
      return sum;
    });
  }

  fill(until: number, times: Float64Array, batches: Uint16Array): number {
    const count = this.#source.fill(until, times, batches);
    if (this.#sizes.length === 1) batches.fill(this.#sizes[0] ?? 1, 0, count);
    else for (let index = 0; index < count; index += 1) batches[index] = this.#draw();
    return count;
  }

  #draw(): number {
    const drawn = this.#random.uniform();
    const last = this.#sizes.length - 1;
    let index = 0;
    while (index < last && drawn >= (this.#upTo[index] ?? 1)) index += 1;
    return this.#sizes[index] ?? 1;
  }
}
