// Takes connections: within limits, over TLS where that is configured, and only as HTTP/2. Whatever does not get that
// far is shed before the gRPC library has seen it.

import { createServer, type Server, type Socket } from "node:net";

import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry, ConnectionRefusal } from "../ports/telemetry.ts";
import { isAllowed } from "./caller-subject.ts";
import { ConnectionCounts } from "./connection-counts.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { FairShares } from "./fair-shares.ts";
import { awaitPreface } from "./http2-preface.ts";
import { RationedLog } from "./rationed-log.ts";
import { quotable } from "./refusal.ts";
import { readingOf } from "./socket-reading.ts";
import type { Timers } from "./timers.ts";
import { type ServerTls, TlsDoor } from "./tls-door.ts";

export type ListenerOptions = {
  readonly limits: ConnectionLimits;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly telemetry: CallTelemetry;
  readonly tls: ServerTls | null;
  /** What its connections ask is counted there. */
  readonly shares: FairShares;
  /** Takes over a connection that speaks HTTP/2; all calls of one that is not allowed are to be denied. */
  readonly take: (socket: Socket, isAllowed: boolean) => void;
};

/** A connection that is not yet known to speak HTTP/2. */
type Opening = { readonly socket: Socket; readonly address: string; readonly callOff: () => void };

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #door: TlsDoor | null;
  readonly #counts: ConnectionCounts;
  readonly #log: RationedLog;
  readonly #sockets = new Set<Socket>();
  /** By address and port, the oldest first. */
  readonly #openings = new Map<string, Opening>();

  constructor(options: ListenerOptions) {
    const { limits, timers, logger, tls } = options;
    this.#options = options;
    this.#counts = new ConnectionCounts(limits, timers);
    this.#log = new RationedLog(logger, timers);
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: limits.silenceMax };
    this.#server = createServer({ ...keepAlive, noDelay: true }, (socket) => this.#accept(socket));
    this.#door = tls === null ? null : this.#doorOf(tls);
  }

  /** Listens on `host:port`; returns the port. Rejects where that is not possible. */
  listen(address: string): Promise<number> {
    const at = address.lastIndexOf(":");
    const host = address.slice(0, at).replace(/^\[(.*)\]$/, "$1");
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port: Number(address.slice(at + 1)) }, () => {
        this.#server.off("error", reject);
        // The system gives no more connections for now, as without a free file descriptor.
        this.#server.on("error", (error) =>
          this.#log.warn({ err: error }, "no connection could be accepted"),
        );
        const bound = this.#server.address();
        resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
      });
    });
  }

  /** Takes no more connections, and ends those that nobody took over yet. */
  close(): void {
    this.#server.close();
    this.#door?.close();
    for (const { socket } of this.#openings.values()) socket.destroy();
  }

  /** Ends every connection, whatever is under way on it. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #doorOf(tls: ServerTls): TlsDoor {
    return new TlsDoor(tls, {
      passed: ({ socket, names }) => {
        const mayCall = isAllowed(names, tls.allowedSubjects);
        if (!mayCall) this.#note("subject", socket.remoteAddress ?? "", namesText(names));
        this.#awaitHttp2(socket, mayCall);
      },
      refused: (socket, refusal, detail) => {
        const opening = this.#openings.get(keyOf(socket));
        if (opening === undefined) this.#note(refusal, socket.remoteAddress ?? "", detail);
        else this.#refuse(opening, refusal, detail);
      },
    });
  }

  #accept(socket: Socket): void {
    socket.on("error", () => {});
    const { limits, timers, telemetry } = this.#options;
    const address = socket.remoteAddress ?? "";
    const refusal = this.#counts.admit(address);
    if (refusal !== null) {
      this.#note(refusal, address, null);
      socket.resetAndDestroy();
      return;
    }
    const key = keyOf(socket);
    const late = timers.start(limits.openingTimeMax, () => this.#refuse(opening, "openingTime", null));
    const opening: Opening = { socket, address, callOff: late };
    this.#sockets.add(socket);
    this.#openings.set(key, opening);
    telemetry.connections?.(this.#counts.open);
    socket.once("close", () => {
      late();
      this.#sockets.delete(socket);
      if (this.#openings.get(key) === opening) this.#openings.delete(key);
      this.#counts.leave(address);
      telemetry.connections?.(this.#counts.open);
    });
    const [oldest] = this.#openings.values();
    if (this.#openings.size > limits.openingMax && oldest !== undefined)
      this.#refuse(oldest, "openingLimit", null);
    if (this.#door === null) this.#awaitHttp2(socket, true);
    else this.#door.enter(socket);
  }

  #awaitHttp2(socket: Socket, mayCall: boolean): void {
    const key = keyOf(socket);
    awaitPreface(socket, (isHttp2) => {
      const opening = this.#openings.get(key);
      if (opening === undefined) return;
      if (!isHttp2) return this.#refuse(opening, "notHttp2", null);
      opening.callOff();
      this.#openings.delete(key);
      this.#share(socket);
      this.#options.take(socket, mayCall);
    });
  }

  #share(socket: Socket): void {
    const { remoteAddress, remotePort } = socket;
    this.#options.shares.enter({ remoteAddress, remotePort }, readingOf(socket));
    socket.once("close", () => this.#options.shares.leave({ remoteAddress, remotePort }));
  }

  #refuse(opening: Opening, refusal: ConnectionRefusal, detail: string | null): void {
    this.#note(refusal, opening.address, detail);
    opening.socket.destroy();
  }

  #note(refusal: ConnectionRefusal, address: string, detail: string | null): void {
    this.#options.telemetry.connectionRefused?.(refusal);
    this.#log.warn(
      { reason: refusal, address, ...(detail === null ? {} : { detail: quotable(detail) }) },
      "a connection was refused",
    );
  }
}

function keyOf({ remoteAddress = "", remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(" ");
}
