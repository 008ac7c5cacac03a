// Sends each request to a ready server: by a way of choosing, or along connections that stay where they are.

import type { Balancer as BalancerSettings } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { drawSpan } from "../random/span-draw.ts";
import type { Candidate, ServerChoice } from "./candidate.ts";
import { serverChoice } from "./server-choice.ts";

/** The ready servers and the choice among them; times are seconds since the scenario's start. */
export class Balancer<Server extends Candidate> {
  readonly #settings: BalancerSettings;
  readonly #random: RandomStream;
  readonly #choice: ServerChoice;
  readonly #connections: Connection<Server>[];
  #ready: readonly Server[] = [];

  constructor(settings: BalancerSettings, random: RandomStream) {
    this.#settings = settings;
    this.#random = random;
    this.#choice = serverChoice(settings.kind, { random, choosesAll: settings.pinned === null });
    const connections = settings.pinned?.connections ?? 0;
    this.#connections = Array.from({ length: connections }, () => ({ server: null, endsAt: 0 }));
  }

  /** Sends requests to this server too, whose id is larger than all before. */
  add(server: Server): void {
    this.#ready = [...this.#ready, server];
  }

  /** Sends nothing there any more; connections to it are broken. */
  remove(server: Server): void {
    this.#ready = this.#ready.filter((ready) => ready !== server);
    for (const connection of this.#connections) if (connection.server === server) connection.server = null;
  }

  /** Returns whether any server is ready. */
  hasServer(): boolean {
    return this.#ready.length > 0;
  }

  /** Returns where a request of `now` goes, undefined where no server is ready. */
  route(now: number): Server | undefined {
    if (this.#ready.length === 0) return undefined;
    const { pinned } = this.#settings;
    if (pinned === null) return this.#choice.choose(this.#ready, now);
    const connection = this.#connections[this.#random.below(pinned.connections)];
    if (connection === undefined) return undefined;
    if (connection.server === null || now >= connection.endsAt) {
      connection.server = this.#choice.choose(this.#ready, now) ?? null;
      connection.endsAt = now + drawSpan(pinned.lifetime, this.#random);
    }
    return connection.server ?? undefined;
  }
}

type Connection<Server> = { server: Server | null; endsAt: number };
