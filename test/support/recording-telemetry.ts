// A logger and a telemetry that keep what they are told.

import type { LogFields, Logger } from "../../src/ports/logger.ts";
import type { CertificateReport, ConnectionRefusal, Telemetry } from "../../src/ports/telemetry.ts";

export type LogLine = { readonly level: keyof Logger; readonly fields: LogFields; readonly message: string };

/** Keeps every log line. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(fields: LogFields, message: string): void {
    this.lines.push({ level: "debug", fields, message });
  }

  info(fields: LogFields, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }

  warn(fields: LogFields, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }

  error(fields: LogFields, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }
}

/** Keeps what the gRPC server reports; the rest is dropped. */
export class RecordingTelemetry implements Telemetry {
  /** `method code`, in order. */
  readonly requests: string[] = [];
  readonly scaledObjects = new Set<string>();
  readonly refusals: string[] = [];
  openStreams = 0;
  readonly refusedConnections: ConnectionRefusal[] = [];
  readonly certificateReports: CertificateReport[] = [];
  openConnections = 0;

  tick(): void {}
  sourceQuery(): void {}
  decision(): void {}
  policyRemoved(): void {}
  policiesReloaded(): void {}

  grpcRequest(method: string, code: string): void {
    this.requests.push(`${method} ${code}`);
  }

  scaledObjectRequest(namespace: string, scaledObject: string): void {
    this.scaledObjects.add(`${namespace}/${scaledObject}`);
  }

  streams(open: number): void {
    this.openStreams = open;
  }

  policyRefused(reason: string): void {
    this.refusals.push(reason);
  }

  connections(open: number): void {
    this.openConnections = open;
  }

  connectionRefused(reason: ConnectionRefusal): void {
    this.refusedConnections.push(reason);
  }

  certificates(report: CertificateReport): void {
    this.certificateReports.push(report);
  }
}
