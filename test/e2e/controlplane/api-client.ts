// The API server as the tests speak to it: objects as JSON, and watches that come back by themselves.

import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";

const COMES_BACK_AFTER_MS = 200;
const ANSWERS_WITHIN_MS = 30_000;

/** What every object has; the rest is for whoever asked to know. */
export type KubernetesObject = {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
};

export type Answer = { readonly status: number; readonly body: string; readonly warnings: readonly string[] };

export type Question = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` unless said otherwise; a text as body is sent as it is. */
  readonly type?: string;
};

/** An answer that was not 2xx. */
export class ApiError extends Error {
  readonly status: number;

  constructor({ method, path }: Question, { status, body }: Answer) {
    super(`${method} ${path}: ${status} ${messageOf(body)}`);
    this.status = status;
  }
}

/** Told of every object of a list: as it is now, or that it is gone. */
export type Watcher<T> = { set(object: T): void; gone(object: T): void };
export type Watch = { stop(): void };

export type ApiAddress = { readonly port: number; readonly caFile: string; readonly token: string };

/** The API server, spoken to as whom the token stands for. */
export class ApiClient {
  readonly #address: ApiAddress;
  readonly #agent: Agent;

  constructor(address: ApiAddress) {
    this.#address = address;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(address.caFile) });
  }

  /** Gives any answer, whatever its status; rejects where there is none. */
  async ask(question: Question): Promise<Answer> {
    const response = await this.#send(question, AbortSignal.timeout(ANSWERS_WITHIN_MS));
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk;
    const { warning = [] } = response.headersDistinct;
    return { status: response.statusCode ?? 0, body, warnings: warning };
  }

  async get<T>(path: string): Promise<T> {
    return this.#done<T>({ method: "GET", path });
  }

  /** Returns the object, or null where there is none. */
  async find<T>(path: string): Promise<T | null> {
    const answer = await this.ask({ method: "GET", path });
    return answer.status === 404 ? null : parsed<T>({ method: "GET", path }, answer);
  }

  async create<T>(path: string, body: unknown): Promise<T> {
    return this.#done<T>({ method: "POST", path, body });
  }

  /** Changes what the patch names (RFC 7386). */
  async merge<T>(path: string, body: unknown): Promise<T> {
    return this.#done<T>({ method: "PATCH", path, body, type: "application/merge-patch+json" });
  }

  /** Deletes the object; one that is gone already is no error. */
  async delete(path: string, body: unknown = {}): Promise<void> {
    const question = { method: "DELETE", path, body };
    const answer = await this.ask(question);
    if (answer.status !== 404) parsed(question, answer);
  }

  /** Lists and then watches; after any end it lists again, so that nothing is missed for long. */
  watch<T extends KubernetesObject>(path: string, watcher: Watcher<T>): Watch {
    const over = new AbortController();
    void this.#follow(path, watcher, over.signal);
    return { stop: () => over.abort() };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #follow<T extends KubernetesObject>(
    path: string,
    watcher: Watcher<T>,
    over: AbortSignal,
  ): Promise<void> {
    const known = new Map<string, T>();
    while (!over.aborted) {
      try {
        const { items, metadata } = await this.get<List<T>>(path);
        takeAll(items, known, watcher);
        const from = `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`;
        const events = await this.#send({ method: "GET", path: from }, over);
        for await (const line of createInterface({ input: events })) takeEvent(line, known, watcher);
      } catch {
        // No API server, or a watch that broke off: it is listed again.
      }
      await wait(COMES_BACK_AFTER_MS);
    }
  }

  async #done<T>(question: Question): Promise<T> {
    return parsed<T>(question, await this.ask(question));
  }

  #send({ method, path, body, type = "application/json" }: Question, signal: AbortSignal) {
    const { port, token } = this.#address;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    // Said each time: with a DELETE Node would send the body without its length.
    const about =
      text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) };
    const headers = { ...about, authorization: `Bearer ${token}` };
    return new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port, method, path, headers, agent: this.#agent, signal },
        resolve,
      );
      asked.once("error", reject);
      asked.end(text);
    });
  }
}

type List<T> = { readonly items: readonly T[]; readonly metadata: { readonly resourceVersion: string } };

function parsed<T>(question: Question, answer: Answer): T {
  if (answer.status < 200 || answer.status > 299) throw new ApiError(question, answer);
  return JSON.parse(answer.body) as T;
}

function messageOf(body: string): string {
  try {
    return String((JSON.parse(body) as { readonly message?: string }).message);
  } catch {
    return body;
  }
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}/${metadata.uid ?? ""}`;
}

function takeAll<T extends KubernetesObject>(
  items: readonly T[],
  known: Map<string, T>,
  watcher: Watcher<T>,
): void {
  const now = new Set(items.map(keyOf));
  for (const [key, object] of known) {
    if (now.has(key)) continue;
    known.delete(key);
    watcher.gone(object);
  }
  for (const object of items) {
    known.set(keyOf(object), object);
    watcher.set(object);
  }
}

/** Any other event, such as that the version is too old, ends this watch. */
function takeEvent<T extends KubernetesObject>(
  line: string,
  known: Map<string, T>,
  watcher: Watcher<T>,
): void {
  const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: T };
  if (type === "ADDED" || type === "MODIFIED") {
    known.set(keyOf(object), object);
    watcher.set(object);
  } else if (type === "DELETED") {
    known.delete(keyOf(object));
    watcher.gone(object);
  } else throw new Error(line);
}
