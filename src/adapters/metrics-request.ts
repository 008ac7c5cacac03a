// One GET of a metrics page over HTTP(S): a deadline for all of it, a limit on its size, and nothing followed.

import http from "node:http";
import https from "node:https";

import { failed, ok, type Result } from "../domain/result.ts";
import type { Millis } from "../domain/units.ts";

export type MetricsRequest = {
  readonly url: string;
  readonly agents: MetricsAgents;
  /** For connecting, the headers and the body together. */
  readonly timeout: Millis;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
};

/** Connections that are kept open between requests; no proxy. */
export type MetricsAgents = { readonly http: http.Agent; readonly https: https.Agent };

/** Returns agents of our own, so that closing them closes our connections alone. */
export function metricsAgents(): MetricsAgents {
  const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, scheduling: "lifo" } as const;
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** Closes the connections of the agents. */
export function closeAgents(agents: MetricsAgents): void {
  agents.http.destroy();
  agents.https.destroy();
}

/**
 * Returns the body of a 200 answer, or in a few words why there is none. Redirects and compressed bodies are refused.
 * A kept-alive connection that the server closed at the wrong moment is tried once more, within the same deadline.
 * Never rejects.
 */
export async function requestMetrics(request: MetricsRequest): Promise<Result<string, string>> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeout);
  const abort = (): void => deadline.abort();
  request.signal.addEventListener("abort", abort);
  if (request.signal.aborted) deadline.abort();
  try {
    const first = await attempt(request, deadline.signal);
    const answer = first === "stale connection" ? await attempt(request, deadline.signal) : first;
    return answer === "stale connection" ? failed("connection reset") : answer;
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener("abort", abort);
  }
}

function attempt(
  { url, agents, timeout, maxBytes, signal: stop }: MetricsRequest,
  deadline: AbortSignal,
): Promise<Result<string, string> | "stale connection"> {
  const secure = url.startsWith("https:");
  const options = {
    agent: secure ? agents.https : agents.http,
    headers: { accept: "text/plain;version=0.0.4", "accept-encoding": "identity" },
    signal: deadline,
  };
  return new Promise((resolve) => {
    const request = (secure ? https : http).get(url, options);
    const fail = (error: Error & { readonly code?: string }): void => {
      if (deadline.aborted) resolve(failed(stop.aborted ? "stopped" : `timeout after ${timeout} ms`));
      else if (request.reusedSocket && error.code === "ECONNRESET") resolve("stale connection");
      else resolve(failed(error.code ?? error.message));
    };
    request.on("error", fail);
    request.on("response", (response) => {
      const refusal = refusalOf(response, maxBytes);
      if (refusal !== null) {
        resolve(failed(refusal));
        request.destroy();
        return;
      }
      readBody(response, maxBytes).then((body) => {
        resolve(body);
        if (!body.ok) request.destroy();
      }, fail);
    });
  });
}

function refusalOf({ statusCode = 0, headers }: http.IncomingMessage, maxBytes: number): string | null {
  if (statusCode >= 300 && statusCode < 400) return `redirect refused (status ${statusCode})`;
  if (statusCode !== 200) return `status ${statusCode}`;
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return `content encoding ${encoding} refused`;
  return Number(headers["content-length"] ?? 0) > maxBytes ? tooLarge(maxBytes) : null;
}

async function readBody(response: http.IncomingMessage, maxBytes: number): Promise<Result<string, string>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maxBytes) return failed(tooLarge(maxBytes));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString("utf8"));
}

function tooLarge(maxBytes: number): string {
  return `larger than ${maxBytes} bytes`;
}
