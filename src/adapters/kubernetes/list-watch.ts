// The state of a list that is kept current by a watch: what is known, and what to ask for next. Time and chance are
// given; asking is up to whoever holds it.

import { type ApiFailure, isExpired } from "./api-failure.ts";
import { backOffMs } from "./back-off.ts";
import { isOlder, later } from "./resource-version.ts";

/** What to do next, after so many milliseconds. */
export type NextStep =
  | { readonly kind: "list"; readonly afterMs: number }
  | { readonly kind: "watch"; readonly afterMs: number; readonly version: string };

/** An object as it is kept: what was read off it, and its version. */
export type Kept<Item> = { readonly item: Item; readonly version: string | null };

/** One change that a watch tells of. `key` names the object; a null item is one that is not kept. */
export type WatchChange<Item> = {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly key: string;
  readonly version: string | null;
  readonly item: Item | null;
};

export type Listed<Item> = {
  readonly version: string | null;
  readonly items: readonly { readonly key: string; readonly version: string | null; readonly item: Item }[];
};

/** A watch that told of nothing and ended this soon was refused in other words. */
const SHORT_WATCH_MS = 5000;
/**
 * An older list than what is known comes from a server that lags behind, and is asked for again. A server that gives
 * nothing else for so long has been restored from a backup: then its past is the present.
 */
const OLDER_LISTS_REFUSED_MS = 300_000;
const MOST_DELETED = 1000;
/** Even after a good watch the next one is not asked for in the same instant by everyone. */
const REWATCH_SPREAD_MS = 250;

export class ListWatch<Item> {
  #items = new Map<string, Kept<Item>>();
  /** Versions at which objects were deleted, so that a late word of one does not bring it back. */
  readonly #deleted = new Map<string, string | null>();
  #version: string | null = null;
  #isSynced = false;
  #failures = 0;
  /** How often in a row a watch found its past gone. */
  #expirations = 0;
  #hasMoved = false;
  #refusedSinceMs: number | null = null;

  /** What is known now, by key. */
  get items(): ReadonlyMap<string, Kept<Item>> {
    return this.#items;
  }

  /** Whether a list has ever come in. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** The version up to which everything is known; null before the first list. */
  get version(): string | null {
    return this.#version;
  }

  /** Returns what to begin with. */
  start(): NextStep {
    return { kind: "list", afterMs: 0 };
  }

  /**
   * Takes in a whole list and returns what comes next. One that is older than what is known is not taken in: nothing
   * here goes back in time.
   */
  listed({ version, items }: Listed<Item>, { nowMs, random }: { nowMs: number; random: number }): NextStep {
    if (isOlder(version, this.#version) && !this.#isPastAccepted(nowMs)) {
      this.#failures += 1;
      return { kind: "list", afterMs: backOffMs(this.#failures, random) };
    }
    this.#refusedSinceMs = null;
    this.#deleted.clear();
    this.#items = new Map(items.map(({ key, ...kept }) => [key, kept]));
    this.#version = version;
    this.#isSynced = true;
    this.#hasMoved = false;
    this.#failures = 0;
    if (version === null || version === "") return this.#again(random, null);
    return { kind: "watch", afterMs: 0, version };
  }

  /** Takes in a change; returns whether it told anything new. Late and repeated ones do not. */
  changed({ type, key, version, item }: WatchChange<Item>): boolean {
    this.#moved(version);
    const known = this.#items.get(key);
    if (isOlder(version, known?.version ?? this.#deleted.get(key) ?? null)) return false;
    if (type === "DELETED" || item === null) {
      this.#bury(key, version);
      return this.#items.delete(key);
    }
    this.#items.set(key, { item, version });
    return known === undefined || known.version !== version;
  }

  /** Takes in that nothing has changed up to `version`. */
  bookmarked(version: string | null): void {
    this.#moved(version);
  }

  /** Returns what follows a list that failed. */
  listFailed(failure: ApiFailure, random: number): NextStep {
    return this.#again(random, failure);
  }

  /** Returns what follows a watch that ended: as it should (null), or with a failure. */
  watchEnded(
    failure: ApiFailure | null,
    { watchedMs, random }: { readonly watchedMs: number; readonly random: number },
  ): NextStep {
    const version = this.#version;
    if (version === null) return this.#again(random, failure);
    if (failure !== null && isExpired(failure)) return this.#expired(random);
    const wasUseful = this.#hasMoved || (failure === null && watchedMs >= SHORT_WATCH_MS);
    this.#hasMoved = false;
    if (wasUseful) this.#expirations = 0;
    if (wasUseful) this.#failures = 0;
    else this.#failures += 1;
    const afterMs = wasUseful ? REWATCH_SPREAD_MS * random : backOffMs(this.#failures, random, failure);
    return { kind: "watch", afterMs: Math.max(afterMs, failure?.retryAfter ?? 0), version };
  }

  /** A past that is gone is listed at once, and after a while that grows where it is gone again and again. */
  #expired(random: number): NextStep {
    const afterMs =
      this.#expirations === 0 ? REWATCH_SPREAD_MS * random : backOffMs(this.#expirations, random);
    this.#expirations += 1;
    this.#hasMoved = false;
    return { kind: "list", afterMs };
  }

  #again(random: number, failure: ApiFailure | null): NextStep {
    this.#failures += 1;
    this.#hasMoved = false;
    return { kind: "list", afterMs: backOffMs(this.#failures, random, failure) };
  }

  #bury(key: string, version: string | null): void {
    this.#deleted.delete(key);
    this.#deleted.set(key, version);
    const [oldest] = this.#deleted.keys();
    if (this.#deleted.size > MOST_DELETED && oldest !== undefined) this.#deleted.delete(oldest);
  }

  #moved(version: string | null): void {
    this.#version = later(this.#version, version);
    this.#hasMoved = true;
    this.#failures = 0;
    this.#expirations = 0;
  }

  #isPastAccepted(nowMs: number): boolean {
    this.#refusedSinceMs ??= nowMs;
    return nowMs - this.#refusedSinceMs >= OLDER_LISTS_REFUSED_MS;
  }
}
