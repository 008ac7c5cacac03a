// A Kubernetes API server on loopback, as far as our adapters use one: lists, watches, writes with versions, scales.
// Faults are scripted: the next requests that match are answered by the fault instead.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import {
  type Asked,
  bodyOf,
  type FakeObject,
  type Fault,
  fail,
  type Json,
  kubeconfigText,
  scaleOf,
  verbOf,
  type WatchEvent,
  type Watcher,
} from "./fake-api-requests.ts";

const COLLECTION = /^(\/(?:api|apis\/[^/]+)\/[^/]+\/namespaces\/[^/]+\/[^/]+)(?:\/([^/]+))?(?:\/(scale))?$/;

export class FakeApiServer {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #objects = new Map<string, Map<string, FakeObject>>();
  readonly #events: WatchEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  #faults: { fault: Fault; left: number }[] = [];
  #version = 100;
  #compactedAt = 0;
  #tokens: ReadonlySet<string> | null = null;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FakeApiServer> {
    const fake = new FakeApiServer();
    await new Promise<void>((done) => fake.#server.listen(0, "127.0.0.1", done));
    fake.#port = (fake.#server.address() as AddressInfo).port;
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get version(): number {
    return this.#version;
  }

  /** How many watches are open. */
  get watching(): number {
    return this.#watchers.size;
  }

  /** A kubeconfig for this server; `user` is the YAML of its user. */
  kubeconfig(user = "token: secret", namespace = "tidemark"): string {
    return kubeconfigText(this.url, user, namespace);
  }

  /** From now on only these bearer tokens are known. */
  acceptTokens(...tokens: readonly string[]): void {
    this.#tokens = new Set(tokens);
  }

  script(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** Creates or replaces an object, as somebody else would. */
  put(collection: string, object: FakeObject): FakeObject {
    const name = String(object.metadata["name"]);
    const known = this.#of(collection).get(name);
    return this.#store(collection, object, known === undefined ? "ADDED" : "MODIFIED");
  }

  remove(collection: string, name: string): void {
    const known = this.#of(collection).get(name);
    if (known === undefined) throw new Error(`there is no ${name} in ${collection}`);
    this.#of(collection).delete(name);
    this.#version += 1;
    const metadata = { ...known.metadata, resourceVersion: String(this.#version) };
    this.#tell({ collection, version: this.#version, type: "DELETED", object: { ...known, metadata } });
  }

  get(collection: string, name: string): FakeObject | null {
    return this.#of(collection).get(name) ?? null;
  }

  all(collection: string): readonly FakeObject[] {
    return [...this.#of(collection).values()];
  }

  /** The list as it is told now. */
  list(collection: string): string {
    const items = [...this.#of(collection).values()];
    return JSON.stringify({ kind: "List", metadata: { resourceVersion: String(this.#version) }, items });
  }

  /** Forgets the past: watches from before now must list again. */
  compact(): void {
    this.#compactedAt = this.#version;
  }

  /** Tells all watches how far they are, without anything new. */
  bookmark(): void {
    this.#version += 1;
    const object = { metadata: { resourceVersion: String(this.#version) } };
    for (const { response, bookmarks } of this.#watchers) {
      if (bookmarks) response.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
    }
  }

  /** Sends an event to all watches of a collection, whatever is true. */
  say(collection: string, event: Json): void {
    for (const watcher of this.#watchers) {
      if (watcher.collection === collection) watcher.response.write(`${JSON.stringify(event)}\n`);
    }
  }

  /** Ends all watches: as they should end, or by cutting the connection. */
  endWatches({ cut = false }: { readonly cut?: boolean } = {}): void {
    for (const { response } of this.#watchers) {
      if (cut) response.destroy();
      else response.end();
    }
    this.#watchers.clear();
  }

  async close(): Promise<void> {
    this.endWatches({ cut: true });
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    const match = COLLECTION.exec(url.pathname);
    const text = await bodyOf(request);
    const body: unknown = text === "" ? null : JSON.parse(text);
    const verb = verbOf(request, url, match);
    const { authorization } = request.headers;
    this.asked.push({ verb, path: url.pathname, query: url.searchParams, authorization, body });
    const token = authorization?.replace(/^Bearer /, "") ?? "";
    if (this.#tokens !== null && !this.#tokens.has(token)) return fail(response, 401, "Unauthorized");
    const fault = this.#takeFault(verb, url.pathname);
    if (fault !== null && fault.kind !== "after") return this.#misbehave(fault, response);
    if (match === null) return fail(response, 404, "NotFound");
    const [, collection = "", name, subresource] = match;
    if (verb === "watch") this.#watch(collection, url.searchParams, response);
    else if (name === undefined)
      this.#collection(collection, verb, { body, response, query: url.searchParams });
    else if (subresource === "scale") this.#scale(collection, name, { body, response });
    else this.#object(collection, name, { body, response });
    if (fault?.kind === "after") fault.done();
  }

  #takeFault(verb: Asked["verb"], path: string): Fault["answer"] | null {
    const found = this.#faults.find(
      ({ fault, left }) =>
        left > 0 && (fault.verb ?? verb) === verb && (fault.path === undefined || fault.path.test(path)),
    );
    if (found === undefined) return null;
    found.left -= 1;
    return found.fault.answer;
  }

  #misbehave(answer: Exclude<Fault["answer"], { kind: "after" }>, response: ServerResponse): void {
    if (answer.kind === "hang") return;
    if (answer.kind === "cut") response.destroy();
    else if (answer.kind === "body") response.end(answer.body);
    else if (answer.kind === "stale") response.end(answer.list);
    else {
      if (answer.retryAfter !== undefined) response.setHeader("retry-after", String(answer.retryAfter));
      fail(response, answer.status, answer.reason ?? "Scripted");
    }
  }

  #collection(
    collection: string,
    verb: Asked["verb"],
    { body, response, query }: { body: unknown; response: ServerResponse; query: URLSearchParams },
  ): void {
    if (verb === "list") {
      response.end(this.#page(collection, query));
      return;
    }
    const object = body as FakeObject;
    const name = String(object.metadata["name"]);
    if (this.#of(collection).has(name)) fail(response, 409, "AlreadyExists");
    else response.writeHead(201).end(JSON.stringify(this.#store(collection, object, "ADDED")));
  }

  /** Pages are as long as asked for, and what is asked for is at most 500. */
  #page(collection: string, query: URLSearchParams): string {
    const all = [...this.#of(collection).values()];
    const limit = Number(query.get("limit") ?? all.length);
    const from = Number(query.get("continue") ?? 0);
    const next = from + limit < all.length ? { continue: String(from + limit) } : {};
    const metadata = { resourceVersion: String(this.#version), ...next };
    return JSON.stringify({ kind: "List", metadata, items: all.slice(from, from + limit) });
  }

  #object(
    collection: string,
    name: string,
    { body, response }: { body: unknown; response: ServerResponse },
  ): void {
    const known = this.#of(collection).get(name);
    if (known === undefined) return fail(response, 404, "NotFound");
    if (body === null) {
      response.end(JSON.stringify(known));
      return;
    }
    const object = body as FakeObject;
    const expected = object.metadata["resourceVersion"];
    if (expected !== undefined && expected !== known.metadata["resourceVersion"]) {
      return fail(response, 409, "Conflict");
    }
    response.end(JSON.stringify(this.#store(collection, object, "MODIFIED")));
  }

  #scale(
    collection: string,
    name: string,
    { body, response }: { body: unknown; response: ServerResponse },
  ): void {
    const known = this.#of(collection).get(name);
    if (known === undefined) return fail(response, 404, "NotFound");
    const scale = body as { metadata?: Json; spec?: { replicas?: number } } | null;
    if (scale === null) {
      response.end(JSON.stringify(scaleOf(known)));
      return;
    }
    const expected = scale.metadata?.["resourceVersion"];
    if (expected !== undefined && expected !== known.metadata["resourceVersion"]) {
      return fail(response, 409, "Conflict");
    }
    const replicas = scale.spec?.replicas ?? 0;
    if (replicas < 0) return fail(response, 422, "Invalid");
    const stored = this.#store(
      collection,
      { ...known, spec: { ...(known["spec"] as Json), replicas } },
      "MODIFIED",
    );
    response.end(JSON.stringify(scaleOf(stored)));
  }

  #watch(collection: string, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get("resourceVersion") ?? 0);
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (from < this.#compactedAt) {
      const object = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
      response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
      return;
    }
    const watcher = { collection, response, bookmarks: query.get("allowWatchBookmarks") === "true" };
    this.#watchers.add(watcher);
    response.on("close", () => this.#watchers.delete(watcher));
    for (const { type, object, ...event } of this.#events) {
      if (event.collection === collection && event.version > from) {
        response.write(`${JSON.stringify({ type, object })}\n`);
      }
    }
  }

  #store(collection: string, object: FakeObject, type: string): FakeObject {
    this.#version += 1;
    const namespace = /namespaces\/([^/]+)\//.exec(collection)?.[1];
    const metadata = {
      namespace,
      uid: `uid-${this.#version}`,
      ...object.metadata,
      resourceVersion: String(this.#version),
    };
    const stored = { ...object, metadata };
    this.#of(collection).set(String(object.metadata["name"]), stored);
    this.#tell({ collection, version: this.#version, type, object: stored });
    return stored;
  }

  #tell(event: WatchEvent): void {
    this.#events.push(event);
    this.say(event.collection, { type: event.type, object: event.object });
  }

  #of(collection: string): Map<string, FakeObject> {
    const known = this.#objects.get(collection) ?? new Map<string, FakeObject>();
    this.#objects.set(collection, known);
    return known;
  }
}
