// What a request to the API server needs: where it is, and who asks.

import type { Agent } from "node:http";

export type Credentials = {
  /** `Authorization` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Connections that trust the server and show our certificate. */
  readonly agent: Agent;
};

export interface ClusterAccess {
  /** The server's URL without a final slash. */
  readonly server: string;
  /** The namespace that we are at home in; null = unknown. */
  readonly namespace: string | null;
  /** Returns what to ask with now; rejects where a file of it cannot be read. */
  credentials(): Promise<Credentials>;
  /** Reads everything again: tokens and certificates are exchanged under us. */
  reload(): Promise<void>;
  close(): void;
}
