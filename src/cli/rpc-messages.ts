// What the thread that ticks and the thread that answers calls tell each other. Plain data, delivered in order.

import type { PublishedEntry, PublishedRecord } from "../control/published.ts";
import type { Configuration, GrpcTls } from "../domain/configuration.ts";
import type { Millis } from "../domain/units.ts";
import type { LogFields } from "../ports/logger.ts";
import type { CertificateReport, ConnectionRefusal, PolicyRefusalReason } from "../ports/telemetry.ts";

/** With what the answering thread begins. */
export type RpcSettings = Pick<
  Configuration["grpc"],
  "address" | "deadline" | "maxMessageBytes" | "reflection"
> & {
  readonly tickInterval: Millis;
  /** With absolute paths. */
  readonly tls: GrpcTls | null;
};

/** To the thread that answers. */
export type ToRpc =
  | { readonly kind: "policies"; readonly entries: readonly PublishedEntry[] }
  | { readonly kind: "records"; readonly records: readonly PublishedRecord[] }
  | { readonly kind: "serving"; readonly serving: boolean }
  | { readonly kind: "drain"; readonly timeout: Millis }
  /** Asks for `synced`, once all that was sent before has been taken in. */
  | { readonly kind: "sync" };

/** From the thread that answers. */
export type FromRpc =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "counts"; readonly counts: CallCounts }
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly fields: LogFields;
      readonly message: string;
    }
  | { readonly kind: "synced" }
  | { readonly kind: "drained" };

/** What was counted since the last time. */
export type CallCounts = {
  /** Durations in seconds of the calls that ended, by method and code. */
  readonly calls: readonly {
    readonly method: string;
    readonly code: string;
    readonly durations: readonly number[];
  }[];
  readonly scaledObjects: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly calls: number;
  }[];
  readonly refusals: readonly PolicyRefusalReason[];
  readonly refusedConnections: readonly ConnectionRefusal[];
  /** The newest report, if there is one since the last time. */
  readonly certificates: CertificateReport | null;
  /** Open streams and connections now. */
  readonly streams: number;
  readonly connections: number;
  /** The longest delay of the thread's event loop since the last time. */
  readonly lagSeconds: number;
};

/** One end of the line between the two threads. */
export type Line<Sent, Received> = {
  send(message: Sent): void;
  onMessage(listener: (message: Received) => void): void;
};
