// prometheus-query's driver made safe: a deadline, a size limit, no proxy and no redirect, own trust, raw samples.

import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";

import { PrometheusDriver } from "prometheus-query";

import type { PrometheusAuthorization } from "../../domain/configuration.ts";
import { type Instant, type Millis, toSeconds } from "../../domain/units.ts";
import { slices } from "./breathe.ts";
import { type DecodedAnswer, decodeAnswer, readErrorText, type TakeSeries } from "./decode-response.ts";
import { asPrometheusError, PrometheusError } from "./prometheus-error.ts";

export type PrometheusClientOptions = {
  readonly url: string;
  /** For one query with all its body. */
  readonly timeout: Millis;
  readonly maxResponseBytes: number;
  readonly authorization: PrometheusAuthorization | null;
  readonly caFile: string | null;
};

/** A range of instants `step` apart, both ends included. */
export type Steps = { readonly start: Instant; readonly end: Instant; readonly step: Millis };

/** One query under way; how its answer gets past the library, which would spoil values and lose warnings. */
type Call = {
  readonly signal: AbortSignal;
  readonly take: TakeSeries | null;
  answer: DecodedAnswer | null;
};

/** When to give up, and who takes the series of a large answer as they are decoded (null: the answer has them). */
export type QueryOptions = { readonly stop: AbortSignal; readonly take: TakeSeries | null };

type Options = ConstructorParameters<typeof PrometheusDriver>[0];
type Request = Parameters<NonNullable<Options["requestInterceptor"]>["onFulfilled"]>[0];
type Response = Parameters<NonNullable<Options["responseInterceptor"]>["onFulfilled"]>[0];

const NO_DATA = { status: "success", data: { resultType: "matrix", result: [] } };
const TOO_MANY_REQUESTS = 429;
const REQUEST_TIMEOUT = 408;

export class PrometheusClient {
  readonly #options: PrometheusClientOptions;
  readonly #driver: PrometheusDriver;
  readonly #calls = new AsyncLocalStorage<Call>();
  readonly #agent = new http.Agent({ keepAlive: true });
  #secureAgent: { readonly ca: string | null; readonly agent: https.Agent } | null = null;

  constructor(options: PrometheusClientOptions) {
    this.#options = options;
    this.#driver = new PrometheusDriver({
      endpoint: options.url,
      timeout: options.timeout,
      requestInterceptor: { onFulfilled: (request) => this.#prepare(request) },
      responseInterceptor: { onFulfilled: (response) => this.#read(response) },
    });
  }

  /** Returns what an expression gives at an instant. Throws a PrometheusError. */
  query(expression: string, at: Instant, stop: AbortSignal | QueryOptions): Promise<DecodedAnswer> {
    const options = "take" in stop ? stop : { stop, take: null };
    return this.#ask(options, () => this.#driver.instantQuery(expression, new Date(at)));
  }

  /** Returns what an expression gives at each step. Throws a PrometheusError. */
  queryRange(expression: string, { start, end, step }: Steps, stop: AbortSignal): Promise<DecodedAnswer> {
    return this.#ask({ stop, take: null }, () =>
      this.#driver.rangeQuery(expression, new Date(start), new Date(end), toSeconds(step)),
    );
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
    this.#secureAgent?.agent.destroy();
  }

  async #ask({ stop, take }: QueryOptions, ask: () => Promise<unknown>): Promise<DecodedAnswer> {
    const { timeout } = this.#options;
    const deadline = AbortSignal.timeout(timeout);
    const call: Call = { signal: AbortSignal.any([deadline, stop]), take, answer: null };
    try {
      await this.#calls.run(call, ask);
    } catch (error) {
      if (stop.aborted) throw new PrometheusError("stopped", "given up");
      if (deadline.aborted) throw new PrometheusError("timeout", `no answer within ${timeout} ms`);
      throw ownError(error);
    }
    if (call.answer === null) throw new PrometheusError("malformed", "the answer was not read");
    return call.answer;
  }

  async #prepare(request: Request): Promise<Request> {
    const call = this.#calls.getStore();
    if (call !== undefined) request.signal = call.signal;
    const authorization = await readAuthorization(this.#options.authorization);
    if (authorization !== null) request.headers.set("Authorization", authorization);
    request.proxy = false;
    request.maxRedirects = 0;
    request.maxContentLength = this.#options.maxResponseBytes;
    request.responseType = "arraybuffer";
    request.transformResponse = [];
    request.validateStatus = () => true;
    if (this.#options.url.startsWith("https:")) request.httpsAgent = await this.#secure();
    else request.httpAgent = this.#agent;
    return request;
  }

  /** A rotated CA is noticed: the file is read for each query. */
  async #secure(): Promise<https.Agent> {
    const { caFile } = this.#options;
    const ca = caFile === null ? null : await readSecret(caFile, "the CA file");
    if (this.#secureAgent !== null && this.#secureAgent.ca === ca) return this.#secureAgent.agent;
    const agent = new https.Agent({ keepAlive: true, ...(ca === null ? {} : { ca }) });
    this.#secureAgent?.agent.destroy();
    this.#secureAgent = { ca, agent };
    return agent;
  }

  async #read(response: Response): Promise<Response> {
    const { status } = response;
    const body: unknown = response.data;
    if (!Buffer.isBuffer(body)) throw new PrometheusError("malformed", "the answer has no body", status);
    if (status !== 200) throw refusal(status, body);
    const call = this.#calls.getStore();
    const answer = await decodeAnswer(body, slices(), call?.take ?? null);
    if (call !== undefined) call.answer = answer;
    return { ...response, data: NO_DATA };
  }
}

function refusal(status: number, body: Buffer): PrometheusError {
  const text = readErrorText(body);
  const message = text === null ? `status ${status}` : `status ${status}, ${text}`;
  const isTemporary = status >= 500 || status === TOO_MANY_REQUESTS || status === REQUEST_TIMEOUT;
  if (isTemporary) return new PrometheusError("unavailable", message, status);
  if (status >= 300 && status < 400)
    return new PrometheusError("refused", "redirects are not followed", status);
  return new PrometheusError("refused", message, status);
}

/** The library throws plain objects that hold what was thrown inside it. */
function ownError(error: unknown): PrometheusError {
  if (error === null || typeof error !== "object" || error instanceof Error) return asPrometheusError(error);
  const original = "original" in error ? error.original : null;
  if (original instanceof PrometheusError) return original;
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  const text = "error" in error && typeof error.error === "string" ? error.error : "no connection";
  if (text.startsWith("maxContentLength")) return new PrometheusError("tooLarge", "the answer is too large");
  return new PrometheusError("network", code ?? text);
}

async function readAuthorization(authorization: PrometheusAuthorization | null): Promise<string | null> {
  if (authorization === null) return null;
  if (authorization.kind === "bearer") {
    return `Bearer ${(await readSecret(authorization.tokenFile, "the token file")).trim()}`;
  }
  const password = (await readSecret(authorization.passwordFile, "the password file")).replace(/\r?\n$/, "");
  return `Basic ${Buffer.from(`${authorization.username}:${password}`).toString("base64")}`;
}

async function readSecret(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new PrometheusError("refused", `${what} cannot be read`);
  }
}
