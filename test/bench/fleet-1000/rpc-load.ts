// An open-loop client in a process of its own: GetMetrics and IsActive of all policies in turn at a steady rate over
// two connections. Told `{ port, policies, ratePerSecond, seconds }` over IPC, it answers with latencies.

import type { IncomingHttpHeaders } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { setTimeout as wait } from "node:timers/promises";
import { loadExternalScalerProto } from "../../../src/keda/proto.ts";
import { nameOf, namespaceOf } from "./names.ts";

export type LoadOrder = {
  readonly port: number;
  readonly policies: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly tickMs: number;
  /** Only GetMetrics, for a server that knows nothing else. */
  readonly onlyGetMetrics: boolean;
  /** PEM texts of a caller over mTLS; null = plain. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | null;
  /** A new connection takes the place of each after so many seconds, while calls go on. */
  readonly renewSeconds?: number;
};

export type LoadOutcome = {
  readonly calls: number;
  readonly errors: number;
  /** How calls failed, each way once. */
  readonly failures: readonly string[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of calls sent within a second of a tick. */
  readonly p99NearTicksMs: number;
  /** Answers of GetMetrics below an earlier one for the same policy. */
  readonly fallen: number;
  /** Connections that were made. */
  readonly connections: number;
};

type Call = { readonly path: string; readonly body: Buffer; readonly policy: number };
type Log = {
  latencies: number[];
  nearTicks: number[];
  errors: number;
  failures: Set<string>;
  fallen: number;
  connections: number;
  /** The highest answer of each policy. */
  readonly highest: Map<number, number>;
};

const SERVICE = "/externalscaler.ExternalScaler";
const GET_METRICS = `${SERVICE}/GetMetrics`;
const SERVICE_DEFINITION = loadExternalScalerProto().service;
const CONNECTIONS = 2;
const NEAR_MS = 1000;
const CLOSE_AFTER_MS = 2000;

async function run(order: LoadOrder): Promise<LoadOutcome> {
  const calls = buildCalls(order);
  const log: Log = {
    latencies: [],
    nearTicks: [],
    errors: 0,
    failures: new Set(),
    fallen: 0,
    connections: 0,
    highest: new Map(),
  };
  const lines = Array.from({ length: CONNECTIONS }, () => connected(order, log));
  const open = new Set<Promise<void>>();
  const total = order.ratePerSecond * order.seconds;
  const begin = performance.now();
  for (let sent = 0; sent < total; sent += 1) {
    const early = begin + (sent * 1000) / order.ratePerSecond - performance.now();
    if (early >= 1) await wait(early);
    const [known, call] = [lines[sent % CONNECTIONS], calls[sent % calls.length]];
    if (known === undefined || call === undefined) throw new Error("nothing to call");
    const line = isOver(known, order) ? renewed(known, order, log) : known;
    lines[sent % CONNECTIONS] = line;
    const done = one(line.session, call, { log, tickMs: order.tickMs }).finally(() => open.delete(done));
    open.add(done);
  }
  await Promise.all(open);
  for (const { session } of lines) session.close();
  return outcomeOf(log);
}

type Line = { readonly session: ClientHttp2Session; readonly sinceMs: number };

function isOver({ session, sinceMs }: Line, { renewSeconds = Number.POSITIVE_INFINITY }: LoadOrder): boolean {
  return session.closed || session.destroyed || performance.now() - sinceMs > renewSeconds * 1000;
}

/** The old connection ends once its calls have: a GOAWAY of ours would overtake those that are not sent yet. */
function renewed({ session }: Line, order: LoadOrder, log: Log): Line {
  setTimeout(() => session.close(), CLOSE_AFTER_MS);
  return connected(order, log);
}

/** What becomes of a connection shows in its calls; the next one is made anew. */
function connected({ port, tls }: LoadOrder, log: Log): Line {
  log.connections += 1;
  const session =
    tls === null ? connect(`http://127.0.0.1:${port}`) : connect(`https://127.0.0.1:${port}`, { ...tls });
  return { session: session.on("error", () => undefined), sinceMs: performance.now() };
}

function buildCalls({ policies, onlyGetMetrics }: LoadOrder): readonly Call[] {
  return Array.from({ length: policies }, (_, index) => {
    const scalerMetadata = { policy: nameOf(index), scalerAddress: "tidemark.keda:6000" };
    const ref = { name: nameOf(index), namespace: namespaceOf(index), scalerMetadata };
    const isActive = {
      policy: index,
      path: `${SERVICE}/IsActive`,
      body: framed(SERVICE_DEFINITION["IsActive"]?.requestSerialize(ref)),
    };
    const message = { scaledObjectRef: ref, metricName: "desired-replicas" };
    const getMetrics = {
      policy: index,
      path: GET_METRICS,
      body: framed(SERVICE_DEFINITION["GetMetrics"]?.requestSerialize(message)),
    };
    return onlyGetMetrics ? [getMetrics, getMetrics] : [getMetrics, isActive];
  }).flat();
}

function framed(message: Buffer | undefined): Buffer {
  if (message === undefined) throw new Error("the service lacks a method");
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Latency counts from the moment of sending, which waits for no answer. */
function one(
  session: ClientHttp2Session,
  { path, body, policy }: Call,
  { log, tickMs }: { readonly log: Log; readonly tickMs: number },
): Promise<void> {
  const phase = Date.now() % tickMs;
  const sentAt = performance.now();
  return new Promise((resolve) => {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let outcome = "no trailers";
    const readStatus = (headers: IncomingHttpHeaders): void => {
      const status = headers["grpc-status"];
      if (status === undefined) return;
      outcome = String(status) === "0" ? "" : `${path}: ${String(headers["grpc-message"])}`;
    };
    stream.on("response", readStatus).on("trailers", readStatus);
    stream.on("error", (error: Error) => {
      outcome = error.message;
    });
    stream.on("close", () => {
      const took = performance.now() - sentAt;
      log.latencies.push(took);
      if (phase < NEAR_MS || phase > tickMs - NEAR_MS) log.nearTicks.push(took);
      if (outcome !== "") {
        log.errors += 1;
        log.failures.add(outcome);
      }
      resolve();
    });
    const parts: Buffer[] = [];
    stream.on("data", (data: Buffer) => parts.push(data));
    if (path === GET_METRICS) stream.once("end", () => noteAnswer(log, policy, Buffer.concat(parts)));
    stream.end(body);
  });
}

/** A call that failed has no message. */
function noteAnswer(log: Log, policy: number, data: Buffer): void {
  if (data.length === 0) return;
  const answer: { readonly metricValues?: readonly { readonly metricValue: number }[] } | undefined =
    SERVICE_DEFINITION["GetMetrics"]?.responseDeserialize(data.subarray(5));
  const value = answer?.metricValues?.[0]?.metricValue;
  if (value === undefined) return;
  const highest = log.highest.get(policy) ?? 0;
  if (value < highest) log.fallen += 1;
  else log.highest.set(policy, value);
}

function outcomeOf({ latencies, nearTicks, errors, failures, fallen, connections }: Log): LoadOutcome {
  const sorted = Float64Array.from(latencies).sort();
  const near = Float64Array.from(nearTicks).sort();
  return {
    calls: sorted.length,
    errors,
    failures: [...failures].slice(0, 5),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    p99NearTicksMs: quantile(near, 0.99),
    fallen,
    connections,
  };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

process.on("message", (order: LoadOrder) => {
  void run(order).then((outcome) => process.send?.(outcome));
});
process.on("disconnect", () => process.exit(0));
