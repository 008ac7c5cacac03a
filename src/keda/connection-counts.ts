// How many connections there are, in all and from each address, and how fast new ones come.

import { type Millis, seconds } from "../domain/units.ts";
import type { ConnectionRefusal } from "../ports/telemetry.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { Timers } from "./timers.ts";
import { TokenBucket } from "./token-bucket.ts";

type Address = { open: number; readonly connects: TokenBucket };

export class ConnectionCounts {
  readonly #limits: ConnectionLimits;
  readonly #timers: Timers;
  readonly #addresses = new Map<string, Address>();
  /** By then an address that has gone has its whole burst again, so that forgetting it forgives nothing. */
  readonly #forgetAfter: Millis;
  #open = 0;

  constructor(limits: ConnectionLimits, timers: Timers) {
    this.#limits = limits;
    this.#timers = timers;
    this.#forgetAfter = seconds(limits.connectionsPerAddressMax / limits.connectsPerSecondMax);
  }

  /** Connections that were admitted and have not left. */
  get open(): number {
    return this.#open;
  }

  /** Admits a connection from `address` and returns null, or returns why not. Each one admitted must leave. */
  admit(address: string): ConnectionRefusal | null {
    const of = this.#addresses.get(address) ?? this.#add(address);
    if (!of.connects.take()) return "addressRate";
    if (of.open >= this.#limits.connectionsPerAddressMax) return "addressLimit";
    if (this.#open >= this.#limits.connectionsMax) return "connectionLimit";
    of.open += 1;
    this.#open += 1;
    return null;
  }

  /** A connection from `address` is over. */
  leave(address: string): void {
    const of = this.#addresses.get(address);
    if (of === undefined) return;
    of.open -= 1;
    this.#open -= 1;
    if (of.open === 0) this.#forgetLater(address);
  }

  #add(address: string): Address {
    const { connectsPerSecondMax: perSecond, connectionsPerAddressMax: burst } = this.#limits;
    const added = { open: 0, connects: new TokenBucket({ perSecond, burst, timers: this.#timers }) };
    this.#addresses.set(address, added);
    this.#forgetLater(address);
    return added;
  }

  #forgetLater(address: string): void {
    this.#timers.start(this.#forgetAfter, () => {
      if (this.#addresses.get(address)?.open === 0) this.#addresses.delete(address);
    });
  }
}
