// Chooses the server with the fewest requests, without looking at all of them each time.

import type { RandomStream } from "../random/random-stream.ts";
import type { Candidate, ServerChoice } from "./candidate.ts";

/**
 * The one with the fewest requests; of several any. A server changes by itself only when something of it is due, and
 * otherwise by what it was chosen for: so the least, and how many have it, are carried along.
 */
export class LeastOutstanding implements ServerChoice {
  readonly #random: RandomStream;
  readonly #choosesAll: boolean;
  #servers: readonly Candidate[] = [];
  /** By place, as last read. */
  #outstanding = new Int32Array(0);
  #nextEventAt = new Float64Array(0);
  #firstEventAt = Number.POSITIVE_INFINITY;
  #least = 0;
  #equals = 0;
  #chosen = -1;

  /** `choosesAll`: every request goes where the choice says, before the next one is chosen for. */
  constructor(random: RandomStream, choosesAll: boolean) {
    this.#random = random;
    this.#choosesAll = choosesAll;
  }

  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined {
    if (servers !== this.#servers || !this.#choosesAll) this.#readAll(servers);
    else this.#read(this.#chosen);
    if (this.#firstEventAt <= now) this.#advanceDue(now);
    if (this.#equals === 0) this.#findLeast();
    this.#chosen = this.#placeOfLeast(this.#equals > 1 ? this.#random.below(this.#equals) : 0);
    return servers[this.#chosen];
  }

  #readAll(servers: readonly Candidate[]): void {
    this.#servers = servers;
    this.#outstanding = Int32Array.from(servers, ({ outstanding }) => outstanding);
    this.#nextEventAt = Float64Array.from(servers, ({ nextEventAt }) => nextEventAt);
    this.#firstEventAt = this.#nextEventAt.reduce(
      (first, at) => Math.min(first, at),
      Number.POSITIVE_INFINITY,
    );
    this.#findLeast();
  }

  /** Reads one server again, which may have more or fewer requests than before. */
  #read(place: number): void {
    const server = this.#servers[place];
    if (server === undefined) return;
    const { outstanding, nextEventAt } = server;
    if (this.#outstanding[place] === this.#least) this.#equals -= 1;
    if (outstanding === this.#least) this.#equals += 1;
    else if (outstanding < this.#least) {
      this.#least = outstanding;
      this.#equals = 1;
    }
    this.#outstanding[place] = outstanding;
    this.#nextEventAt[place] = nextEventAt;
    if (nextEventAt < this.#firstEventAt) this.#firstEventAt = nextEventAt;
  }

  #advanceDue(now: number): void {
    const times = this.#nextEventAt;
    this.#firstEventAt = Number.POSITIVE_INFINITY;
    for (let place = 0; place < times.length; place += 1) {
      if ((times[place] ?? 0) <= now) {
        this.#servers[place]?.advance(now);
        this.#read(place);
      } else if ((times[place] ?? 0) < this.#firstEventAt) this.#firstEventAt = times[place] ?? 0;
    }
  }

  #findLeast(): void {
    let least = 0x7fffffff;
    let equals = 0;
    for (const count of this.#outstanding) {
      if (count < least) {
        least = count;
        equals = 1;
      } else if (count === least) equals += 1;
    }
    this.#least = least;
    this.#equals = equals;
  }

  /** Returns the place of the one that has the fewest after `after` others that have as few. */
  #placeOfLeast(after: number): number {
    const outstanding = this.#outstanding;
    const least = this.#least;
    let left = after;
    for (let place = 0; place < outstanding.length; place += 1) {
      if (outstanding[place] !== least) continue;
      if (left === 0) return place;
      left -= 1;
    }
    return -1;
  }
}
