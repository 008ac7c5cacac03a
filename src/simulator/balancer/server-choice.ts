// Which of the ready servers a request or a new connection goes to.

import type { BalancerKind } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { PlaneServer } from "../triton/plane-server.ts";

/** A server as balancers see it. */
export type Candidate = Pick<PlaneServer, "id" | "outstanding" | "nextEventAt" | "advance">;

/** Returns one of the servers, which are in order of their ids and at least one; `now` is the time of the choice. */
export interface ServerChoice {
  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined;
}

/** Returns the way of choosing of a kind; what is left to chance is drawn from `random`. */
export function serverChoice(kind: BalancerKind, random: RandomStream): ServerChoice {
  switch (kind) {
    case "roundRobin":
      return new RoundRobin();
    case "leastOutstanding":
      return new LeastOutstanding(random);
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

/** The one with the fewest requests; of several any. */
class LeastOutstanding implements ServerChoice {
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined {
    let least = Number.POSITIVE_INFINITY;
    let equals = 0;
    for (const server of servers) {
      if (server.nextEventAt <= now) server.advance(now);
      if (server.outstanding < least) {
        least = server.outstanding;
        equals = 1;
      } else if (server.outstanding === least) equals += 1;
    }
    let skip = equals > 1 ? this.#random.below(equals) : 0;
    for (const server of servers) {
      if (server.outstanding !== least) continue;
      if (skip === 0) return server;
      skip -= 1;
    }
    return undefined;
  }
}

/** Of two different ones, drawn, the one with fewer requests; of equals the first drawn. */
class PowerOfTwo implements ServerChoice {
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  choose<Server extends Candidate>(servers: readonly Server[], now: number): Server | undefined {
    if (servers.length < 2) return servers[0];
    const first = this.#random.below(servers.length);
    const drawn = this.#random.below(servers.length - 1);
    const one = servers[first];
    const other = servers[drawn >= first ? drawn + 1 : drawn];
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
