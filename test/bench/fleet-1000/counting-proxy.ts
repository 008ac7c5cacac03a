// Passes requests on to Prometheus and counts them by the tick in which they came.

import { createServer, request, type Server } from "node:http";

export class CountingProxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #tickMs: number;
  readonly #counts = new Map<number, number>();
  #bytes = 0;
  /** Whether requests are cut off, as if Prometheus were gone. */
  isAway = false;

  constructor(target: string, tickMs: number) {
    this.#target = new URL(target);
    this.#tickMs = tickMs;
    this.#server = createServer((incoming, response) => {
      const tick = Math.floor(Date.now() / this.#tickMs);
      this.#counts.set(tick, (this.#counts.get(tick) ?? 0) + 1);
      if (this.isAway) return void incoming.destroy();
      const { method, url: path, headers } = incoming;
      const { hostname, port } = this.#target;
      const outgoing = request({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on("data", (chunk: Buffer) => {
          this.#bytes += chunk.length;
        });
        answer.pipe(response);
      });
      outgoing.on("error", () => response.destroy());
      response.on("close", () => outgoing.destroy());
      incoming.pipe(outgoing);
    });
  }

  /** Listens; resolves with its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  }

  /** Returns what came since the last call: requests of each tick that had any, and megabytes of answers. */
  take(): { readonly queries: readonly number[]; readonly megabytes: number } {
    const taken = { queries: [...this.#counts.values()], megabytes: this.#bytes / 1e6 };
    this.#counts.clear();
    this.#bytes = 0;
    return taken;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
