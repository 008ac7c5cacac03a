// Which of the ready servers a request or a new connection goes to.

import type { BalancerKind } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { Candidate, ServerChoice } from "./candidate.ts";
import { LeastOutstanding } from "./least-outstanding.ts";

/**
 * Returns the way of choosing of a kind; what is left to chance is drawn from `random`. `choosesAll`: every request
 * goes where the choice says, and does so before the next is chosen for.
 */
export function serverChoice(
  kind: BalancerKind,
  { random, choosesAll }: { readonly random: RandomStream; readonly choosesAll: boolean },
): ServerChoice {
  switch (kind) {
    case "roundRobin":
      return new RoundRobin();
    case "leastOutstanding":
      return new LeastOutstanding(random, choosesAll);
    case "powerOfTwo":
      return new PowerOfTwo(random);
    case "random":
      return new AnyServer(random);
  }
}

/** The one after the last one chosen, by id and around. */
class RoundRobin implements ServerChoice {
  #servers: readonly Candidate[] = [];
  #last = -1;
  #place = -1;

  choose<Server extends Candidate>(servers: readonly Server[]): Server | undefined {
    if (servers === this.#servers) this.#place += 1;
    else this.#find(servers);
    if (this.#place >= servers.length) this.#place = 0;
    return servers[this.#place];
  }

  /** Goes on in another set of servers. */
  #find(servers: readonly Candidate[]): void {
    this.#last = this.#servers[this.#place]?.id ?? this.#last;
    const next = servers.findIndex(({ id }) => id > this.#last);
    this.#place = next === -1 ? 0 : next;
    this.#servers = servers;
  }
}

/** Of two different ones, drawn at once, the one with fewer requests; of equals the first. */
class PowerOfTwo implements ServerChoice {
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined {
    const others = servers.length - 1;
    if (others < 1) return servers[0];
    const drawn = this.#random.below(servers.length * others);
    const first = Math.floor(drawn / others);
    const rest = drawn - first * others;
    const one = servers[first];
    const other = servers[rest >= first ? rest + 1 : rest];
    if (one === undefined || other === undefined) return one;
    if (one.nextEventAt <= now) one.advance(now);
    if (other.nextEventAt <= now) other.advance(now);
    return other.outstanding < one.outstanding ? other : one;
  }
}

/** Any. */
class AnyServer implements ServerChoice {
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  choose<Server extends Candidate>(servers: readonly Server[]): Server | undefined {
    return servers[this.#random.below(servers.length)];
  }
}
