// Keeps a list current: lists, watches, and begins again whatever goes wrong, until it is closed.

import { failed, ok, type Result } from "../../domain/result.ts";
import type { Instant, Millis } from "../../domain/units.ts";
import { elapsed, seconds } from "../../domain/units.ts";
import type { Logger } from "../../ports/logger.ts";
import type { KubernetesApi } from "./api-client.ts";
import { type ApiFailure, failureOf, failureText, isExpired, noAnswer } from "./api-failure.ts";
import { fieldOf, itemsOf, textOf } from "./json-fields.ts";
import { type Listed, ListWatch, type NextStep } from "./list-watch.ts";
import type { Waiting } from "./waiting.ts";

export type WatchedListOptions<Item> = {
  readonly api: KubernetesApi;
  /** Of the collection, as `/api/v1/namespaces/ns/pods`. */
  readonly path: string;
  /** What is kept of an object; null = it is of no interest. */
  readonly read: (object: unknown) => Item | null;
  readonly now: () => Instant;
  readonly waiting: Waiting;
  readonly logger: Logger;
  /** How long a watch may be silent: bookmarks come about every minute. */
  readonly idle?: Millis;
};

const PAGE = 500;
const IDLE = seconds(90);
const LIST_TIMEOUT = seconds(30);
/** Each watch ends after 4 to 6 minutes, at an instant of its own. */
const WATCH_SECONDS = { least: 240, spread: 120 } as const;
/** Between two watches it may take so long before what is known counts as old. */
const CURRENT_FOR = seconds(15);

export class WatchedList<Item> {
  readonly #options: WatchedListOptions<Item>;
  readonly #core = new ListWatch<Item>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #listeners = new Set<(key: string | null) => void>();
  #markTried: () => void = () => undefined;
  #lostAt: Instant | null;
  #problem: ApiFailure | null = null;
  /** Resolves once the first list has come in or has failed. */
  readonly tried: Promise<void>;

  constructor(options: WatchedListOptions<Item>) {
    this.#options = options;
    this.#lostAt = options.now();
    this.tried = new Promise((resolve) => {
      this.#markTried = resolve;
    });
    this.#running = this.#run();
  }

  /** Returns what is known now. */
  *items(): Generator<Item> {
    for (const { item } of this.#core.items.values()) yield item;
  }

  /** Returns what is known of one object, by its key `<namespace>/<name>`. */
  item(key: string): Item | null {
    return this.#core.items.get(key)?.item ?? null;
  }

  /** Whether a list has ever come in. */
  get isSynced(): boolean {
    return this.#core.isSynced;
  }

  /** Returns whether what is known was true at `at`, or little before. */
  isCurrentAt(at: Instant): boolean {
    if (!this.#core.isSynced) return false;
    return this.#lostAt === null || elapsed(this.#lostAt, at) <= CURRENT_FOR;
  }

  /** Why it is not being watched; null while it is. */
  get problem(): ApiFailure | null {
    return this.#problem;
  }

  /** Calls `listener` after each change with the object's key, after a list with null; returns how to stop. */
  onChange(listener: (key: string | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { waiting } = this.#options;
    const { signal } = this.#stop;
    let next = this.#core.start();
    while (!signal.aborted) {
      if (next.afterMs > 0) await waiting.pause(next.afterMs, signal);
      if (signal.aborted) break;
      next = next.kind === "list" ? await this.#list() : await this.#watch(next.version);
    }
    this.#markTried();
  }

  async #list(): Promise<NextStep> {
    const { waiting, logger, path } = this.#options;
    const listed = await this.#listAll();
    if (!listed.ok) {
      this.#note(listed.failure);
      this.#markTried();
      return this.#core.listFailed(listed.failure, waiting.random());
    }
    const known = this.#core.version;
    const next = this.#core.listed(listed.value, { nowMs: waiting.nowMs(), random: waiting.random() });
    if (next.kind === "list") {
      logger.warn(
        { path, known, listed: listed.value.version },
        "an older list than what is known is not taken",
      );
    } else {
      this.#lostAt = this.#options.now();
      this.#changed(null);
    }
    this.#markTried();
    return next;
  }

  async #listAll(): Promise<Result<Listed<Item>, ApiFailure>> {
    const { api, path, read } = this.#options;
    const items: { key: string; version: string | null; item: Item }[] = [];
    let version: string | null = null;
    for (let more: string | null = ""; more !== null; ) {
      const query = { limit: String(PAGE), ...(more === "" ? {} : { continue: more }) };
      const page = await api.request({ method: "GET", path, query, timeout: LIST_TIMEOUT });
      if (!page.ok) return page;
      if (this.#stop.signal.aborted) return failed(noAnswer("Stopped", ""));
      version = textOf(page.value, "metadata", "resourceVersion");
      for (const object of itemsOf(page.value, "items")) {
        const item = read(object);
        const key = keyOf(object);
        if (item !== null && key !== null) items.push({ key, version: versionOf(object), item });
      }
      const token = textOf(page.value, "metadata", "continue") ?? "";
      more = token === "" ? null : token;
    }
    return ok({ version, items });
  }

  async #watch(version: string): Promise<NextStep> {
    const { api, path, waiting, now, idle = IDLE } = this.#options;
    const startedMs = waiting.nowMs();
    const timeoutSeconds = WATCH_SECONDS.least + Math.floor(WATCH_SECONDS.spread * waiting.random());
    const failure = await api.watch({
      path,
      query: {
        watch: "1",
        allowWatchBookmarks: "true",
        resourceVersion: version,
        timeoutSeconds: String(timeoutSeconds),
      },
      idle,
      signal: this.#stop.signal,
      onOpen: () => {
        this.#lostAt = null;
        this.#note(null);
      },
      onEvent: (event) => this.#take(event),
    });
    this.#lostAt ??= now();
    // That its past is gone is no fault of the server: it is listed anew.
    if (!this.#stop.signal.aborted && failure !== null && !isExpired(failure)) this.#note(failure);
    const watchedMs = waiting.nowMs() - startedMs;
    return this.#core.watchEnded(failure, { watchedMs, random: waiting.random() });
  }

  #take(event: unknown): ApiFailure | null {
    const type = textOf(event, "type");
    const object = fieldOf(event, "object");
    if (type === "BOOKMARK") {
      this.#core.bookmarked(versionOf(object));
      return null;
    }
    if (type === "ERROR") return failureOf(codeOf(object), JSON.stringify(object ?? null), undefined);
    const key = keyOf(object);
    if ((type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") || key === null) {
      return noAnswer("NotAnEvent", `"${type ?? "nothing"}" is no event that is known`);
    }
    const item = type === "DELETED" ? null : this.#options.read(object);
    if (this.#core.changed({ type, key, version: versionOf(object), item })) this.#changed(key);
    return null;
  }

  #changed(key: string | null): void {
    for (const listener of this.#listeners) listener(key);
  }

  /** Says once that it is lost and why, and once that it is back. */
  #note(failure: ApiFailure | null): void {
    const { logger, path } = this.#options;
    const text = failure === null ? null : failureText(failure);
    const before = this.#problem === null ? null : failureText(this.#problem);
    this.#problem = failure;
    if (text === before) return;
    if (text === null) logger.info({ path }, "the API server is watched again");
    else logger.warn({ path, problem: text }, "the API server cannot be watched; what is known ages");
  }
}

function keyOf(object: unknown): string | null {
  const name = textOf(object, "metadata", "name");
  return name === null ? null : `${textOf(object, "metadata", "namespace") ?? ""}/${name}`;
}

function versionOf(object: unknown): string | null {
  return textOf(object, "metadata", "resourceVersion");
}

function codeOf(object: unknown): number {
  const code = fieldOf(object, "code");
  return typeof code === "number" ? code : 500;
}
