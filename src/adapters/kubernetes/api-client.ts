// Requests to the API server: one at a time with a deadline, or a watch that is given up when it falls silent.

import http from "node:http";
import https from "node:https";

import { failed, ok, type Result } from "../../domain/result.ts";
import { type Millis, millis, seconds } from "../../domain/units.ts";
import type { ClusterAccess } from "./access.ts";
import { type ApiFailure, failureOf, noAnswer } from "./api-failure.ts";
import { LineSplitter } from "./line-splitter.ts";

export type ApiRequest = {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the server's URL, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** For all of it; by default 10 s. */
  readonly timeout?: Millis;
};

export type WatchRequest = Pick<ApiRequest, "path" | "query"> & {
  readonly signal: AbortSignal;
  /** A watch that says nothing for so long has been lost. */
  readonly idle: Millis;
  /** The server has begun to answer. */
  onOpen(): void;
  /** One event, parsed; returns a failure to end the watch with it. */
  onEvent(event: unknown): ApiFailure | null;
};

/** What requests came to, for our own metrics: `code` is the status, or 0 where there was no answer. */
export type RequestCount = (verb: string, code: number) => void;

const TIMEOUT = seconds(10);
const MOST_BODY_BYTES = 64 * 1024 * 1024;
const MOST_LINE_BYTES = 8 * 1024 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;
const HALF_OPEN_PROBE_MS = 15_000;

export class KubernetesApi {
  readonly #access: ClusterAccess;
  readonly #count: RequestCount;

  constructor(access: ClusterAccess, count: RequestCount = () => undefined) {
    this.#access = access;
    this.#count = count;
  }

  /**
   * Returns the parsed body of a 2xx answer, or why there is none; never rejects. Where the server does not know us,
   * credentials are read again and it is asked once more: tokens are exchanged under us.
   */
  async request(request: ApiRequest): Promise<Result<unknown, ApiFailure>> {
    const first = await this.#attempt(request);
    if (first.ok || first.failure.status !== 401) return first;
    const trouble = await this.#reload();
    return trouble === null ? await this.#attempt(request) : failed(trouble);
  }

  /**
   * Resolves when the watch is over: null as the server ends it, or has said nothing more for so long that nobody can
   * tell whether it is still there (a server sends no bookmarks of what has not changed since it started); else why.
   * Never rejects.
   */
  async watch(request: WatchRequest): Promise<ApiFailure | null> {
    const first = await this.#watchOnce(request);
    if (first?.status === 401) await this.#reload();
    return first;
  }

  async #reload(): Promise<ApiFailure | null> {
    try {
      await this.#access.reload();
      return null;
    } catch (error) {
      return noAnswer("NoCredentials", messageOf(error));
    }
  }

  async #attempt(request: ApiRequest): Promise<Result<unknown, ApiFailure>> {
    const signal = AbortSignal.timeout(request.timeout ?? TIMEOUT);
    const opened = await this.#open(request, signal);
    if (!opened.ok) {
      this.#count(request.method, 0);
      return opened;
    }
    const { statusCode = 0, headers } = opened.value;
    this.#count(request.method, statusCode);
    const isGood = statusCode >= 200 && statusCode < 300;
    const body = await readBody(opened.value, isGood ? MOST_BODY_BYTES : MOST_ERROR_BYTES).catch(
      (error: unknown) =>
        failed(noAnswer("CutOff", signal.aborted ? timeoutText(request) : messageOf(error))),
    );
    if (!body.ok) return body;
    return isGood ? parsed(body.value) : failed(failureOf(statusCode, body.value, headers["retry-after"]));
  }

  async #watchOnce(request: WatchRequest): Promise<ApiFailure | null> {
    const silence = new Silence(request.idle);
    let isOpen = false;
    const signal = AbortSignal.any([request.signal, silence.signal]);
    try {
      const opened = await this.#open({ ...request, method: "GET" }, signal);
      this.#count("WATCH", opened.ok ? (opened.value.statusCode ?? 0) : 0);
      if (!opened.ok) return silence.isOver ? silent(request.idle) : opened.failure;
      const response = opened.value;
      if (response.statusCode !== 200) {
        const body = await readBody(response, MOST_ERROR_BYTES);
        return failureOf(
          response.statusCode ?? 0,
          body.ok ? body.value : "",
          response.headers["retry-after"],
        );
      }
      response.socket.setKeepAlive(true, HALF_OPEN_PROBE_MS);
      isOpen = true;
      request.onOpen();
      return await followLines(response, request, () => silence.heard());
    } catch (error) {
      if (silence.isOver) return isOpen ? null : silent(request.idle);
      return noAnswer("CutOff", messageOf(error));
    } finally {
      silence.stop();
    }
  }

  /** Resolves with the head of the answer. */
  async #open(
    { method, path, query = {}, body }: ApiRequest,
    signal: AbortSignal,
  ): Promise<Result<http.IncomingMessage, ApiFailure>> {
    try {
      const { headers, agent } = await this.#access.credentials();
      const url = new URL(`${this.#access.server}${path}`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const text = body === undefined ? null : JSON.stringify(body);
      const options = {
        method,
        agent,
        signal,
        headers: {
          ...headers,
          accept: "application/json",
          "accept-encoding": "identity",
          ...(text === null
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        },
      };
      return await send(url, options, text);
    } catch (error) {
      const message = signal.aborted ? "the deadline is over, or it was given up" : messageOf(error);
      return failed(noAnswer(signal.aborted ? "Timeout" : "NoConnection", message));
    }
  }
}

function send(
  url: URL,
  options: http.RequestOptions,
  text: string | null,
): Promise<Result<http.IncomingMessage, ApiFailure>> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, options);
    request.on("error", reject);
    request.on("response", (response) => resolve(ok(response)));
    request.end(text ?? undefined);
  });
}

/** Gives up a watch that has not been heard of for a while: a connection can be lost without a word. */
class Silence {
  readonly #controller = new AbortController();
  readonly #limit: Millis;
  #timer: NodeJS.Timeout;

  constructor(limit: Millis) {
    this.#limit = limit;
    this.#timer = this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): NodeJS.Timeout {
    return setTimeout(() => this.#controller.abort(), this.#limit);
  }
}

async function followLines(
  response: http.IncomingMessage,
  { onEvent }: WatchRequest,
  heard: () => void,
): Promise<ApiFailure | null> {
  const splitter = new LineSplitter(MOST_LINE_BYTES);
  for await (const chunk of bytesOf(response)) {
    heard();
    const lines = splitter.take(chunk);
    if (lines === null) return noAnswer("TooLarge", `an event is larger than ${MOST_LINE_BYTES} bytes`);
    for (const line of lines) {
      const event = parsed(line);
      const failure = event.ok ? onEvent(event.value) : event.failure;
      if (failure !== null) return failure;
    }
  }
  return null;
}

async function readBody(
  response: http.IncomingMessage,
  maxBytes: number,
): Promise<Result<string, ApiFailure>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytesOf(response)) {
    size += chunk.byteLength;
    if (size > maxBytes) return failed(noAnswer("TooLarge", `the answer is larger than ${maxBytes} bytes`));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString("utf8"));
}

function parsed(text: string): Result<unknown, ApiFailure> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return failed(noAnswer("NotJson", "the answer is not JSON"));
  }
}

async function* bytesOf(response: http.IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of response) {
    const bytes: unknown = chunk;
    if (bytes instanceof Uint8Array) yield bytes;
  }
}

function silent(idle: Millis): ApiFailure {
  return noAnswer("Silent", `nothing was heard for ${millis(idle) / 1000} s`);
}

function timeoutText({ timeout = TIMEOUT }: ApiRequest): string {
  return `not over within ${timeout} ms`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
