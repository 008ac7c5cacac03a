// Counts calls where they are answered, until the counts are taken away to where our metrics are.

import type {
  CallTelemetry,
  CertificateReport,
  ConnectionRefusal,
  PolicyRefusalReason,
} from "../ports/telemetry.ts";
import type { CallCounts } from "./rpc-messages.ts";

export class CallTally implements CallTelemetry {
  readonly #calls = new Map<string, Map<string, number[]>>();
  readonly #scaledObjects = new Map<string, Map<string, number>>();
  #refusals: PolicyRefusalReason[] = [];
  #refusedConnections: ConnectionRefusal[] = [];
  #certificates: CertificateReport | null = null;
  #streams = 0;
  #connections = 0;

  grpcRequest(method: string, code: string, durationSeconds: number): void {
    const ofMethod = within(this.#calls, method);
    const durations = ofMethod.get(code);
    if (durations === undefined) ofMethod.set(code, [durationSeconds]);
    else durations.push(durationSeconds);
  }

  scaledObjectRequest(namespace: string, scaledObject: string): void {
    const ofNamespace = within(this.#scaledObjects, namespace);
    ofNamespace.set(scaledObject, (ofNamespace.get(scaledObject) ?? 0) + 1);
  }

  streams(open: number): void {
    this.#streams = open;
  }

  policyRefused(reason: PolicyRefusalReason): void {
    this.#refusals.push(reason);
  }

  connections(open: number): void {
    this.#connections = open;
  }

  connectionRefused(reason: ConnectionRefusal): void {
    this.#refusedConnections.push(reason);
  }

  certificates(report: CertificateReport): void {
    this.#certificates = report;
  }

  /** Returns what was counted since the last call; `lagSeconds` is the event loop's. */
  take(lagSeconds: number): CallCounts {
    const calls = [...this.#calls].flatMap(([method, byCode]) =>
      [...byCode].map(([code, durations]) => ({ method, code, durations })),
    );
    const scaledObjects = [...this.#scaledObjects].flatMap(([namespace, byName]) =>
      [...byName].map(([name, count]) => ({ namespace, name, calls: count })),
    );
    const counts = {
      calls,
      scaledObjects,
      refusals: this.#refusals,
      refusedConnections: this.#refusedConnections,
      certificates: this.#certificates,
      streams: this.#streams,
      connections: this.#connections,
      lagSeconds,
    };
    this.#calls.clear();
    this.#scaledObjects.clear();
    this.#refusals = [];
    this.#refusedConnections = [];
    this.#certificates = null;
    return counts;
  }
}

/** Adds what was counted elsewhere to our metrics. */
export function addCounts(telemetry: CallTelemetry, counts: CallCounts): void {
  for (const { method, code, durations } of counts.calls) {
    for (const seconds of durations) telemetry.grpcRequest(method, code, seconds);
  }
  for (const { namespace, name, calls } of counts.scaledObjects) {
    for (let call = 0; call < calls; call += 1) telemetry.scaledObjectRequest(namespace, name);
  }
  for (const reason of counts.refusals) telemetry.policyRefused?.(reason);
  for (const reason of counts.refusedConnections) telemetry.connectionRefused?.(reason);
  if (counts.certificates !== null) telemetry.certificates?.(counts.certificates);
  telemetry.streams(counts.streams);
  telemetry.connections?.(counts.connections);
}

function within<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const inner = new Map<string, Value>();
  outer.set(key, inner);
  return inner;
}
