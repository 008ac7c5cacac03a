// The HTTP server around the API, with bounds on what one client can make it hold.

import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { type HttpApiOptions, httpApi } from "./app.ts";

export type HttpServerOptions = HttpApiOptions & {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
};

export type HttpServer = {
  /** The port that is listened on. */
  readonly port: number;
  /** Takes no new connection, and resolves when answers under way are out or a second is over. */
  close(): Promise<void>;
};

const CONNECTIONS_MAX = 256;
const CLOSE_GRACE_MS = 1000;

/** A scrape or a page takes milliseconds; whoever needs longer to ask is holding a connection, not asking. */
const SERVER_OPTIONS = {
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000,
} as const;

/** Listens and serves. Rejects where the address cannot be bound. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: httpApi(options).fetch, serverOptions: SERVER_OPTIONS });
  if (!("maxRequestsPerSocket" in server)) throw new Error("assertion failed: expected a server of HTTP/1.1");
  server.maxConnections = CONNECTIONS_MAX;
  const port = await listen(server, options.address);
  return { port, close: () => close(server) };
}

function listen(server: Server, address: string): Promise<number> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(new Error(`cannot listen on ${address} for HTTP: ${error.message}`, { cause: error }));
    });
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve(bound === null || typeof bound === "string" ? port : bound.port);
    });
  });
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"),
    port: Number(address.slice(colon + 1)),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
