// Our own counters and gauges, as the parts that count see them.

import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { ScalerState } from "../domain/state.ts";
import type { Instant } from "../domain/units.ts";

export type TickResult = "ok" | "failed" | "skipped";

/** The true reason behind a NOT_FOUND, which the caller is not told. */
export type PolicyRefusalReason = "unknownPolicy" | "otherNamespace" | "unknownMetric";

/** Why a connection was refused or given up before its first call; `subject`: it stays, but no call is answered. */
export type ConnectionRefusal =
  | "connectionLimit"
  | "addressLimit"
  | "addressRate"
  | "openingLimit"
  | "openingTime"
  | "handshake"
  | "clientCertificate"
  | "subject"
  | "notHttp2";

/** The certificates in use, and whether the files last held good ones. */
export type CertificateReport = {
  /** The server's own certificate. */
  readonly certFile: string;
  readonly isGood: boolean;
  /** When the certificates of a file end. */
  readonly ends: readonly { readonly file: string; readonly at: Instant }[];
};

/** What is counted where calls are answered. */
export type CallTelemetry = Pick<
  Telemetry,
  | "grpcRequest"
  | "scaledObjectRequest"
  | "streams"
  | "policyRefused"
  | "connections"
  | "connectionRefused"
  | "certificates"
>;

export interface Telemetry {
  tick(result: TickResult, durationSeconds: number | null): void;
  /** One reading of the source. */
  sourceQuery(source: string, ok: boolean, durationSeconds: number): void;
  /** A new record, and the one before it (null for the first), for gauges and change counters. */
  decision(policy: Policy, record: DecisionRecord, previous: DecisionRecord | null): void;
  /** Whether, from this tick on, another process on the same source is promised to answer alike for the policy. */
  agreement?(key: string, isPromised: boolean): void;
  /** What a policy's decisions have learned, after each of them. */
  learned?(key: string, state: ScalerState): void;
  /** A policy left the service: its series go. */
  policyRemoved(key: string): void;
  policiesReloaded(ok: boolean, atEpochSeconds: number): void;
  grpcRequest(method: string, code: string, durationSeconds: number): void;
  scaledObjectRequest(namespace: string, scaledObject: string): void;
  streams(open: number): void;
  /** A caller asked for a policy or metric that it may not have. */
  policyRefused?(reason: PolicyRefusalReason): void;
  /** Open gRPC connections. */
  connections?(open: number): void;
  connectionRefused?(reason: ConnectionRefusal): void;
  /** Told at the start and whenever something about the certificates changes. */
  certificates?(report: CertificateReport): void;
}
