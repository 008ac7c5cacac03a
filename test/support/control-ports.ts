// Ports in memory for the loop: a clock that the test moves, a source that it fills, a sink, a log and counters to read.

import type { Policy } from "../../src/domain/policy.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { LogRecord } from "../../src/domain/record.ts";
import type { QuerySamples, WorkloadSamples } from "../../src/domain/samples.ts";
import type { TargetRef } from "../../src/domain/target.ts";
import type { Instant, Millis } from "../../src/domain/units.ts";
import { after, instant, seconds } from "../../src/domain/units.ts";
import type { Clock } from "../../src/ports/clock.ts";
import type { DecisionSink } from "../../src/ports/decision-sink.ts";
import type { Logger } from "../../src/ports/logger.ts";
import type { MetricsSource, SourceOutcome } from "../../src/ports/metrics-source.ts";
import type { Pacing } from "../../src/ports/pacing.ts";
import type { Telemetry, TickResult } from "../../src/ports/telemetry.ts";
import { DECLARED, usualPolicy } from "./builders.ts";

/** Time that goes where each sleep says: by default to the instant asked for, else as scripted. */
export class ScriptedClock implements Clock {
  #now: Instant;
  readonly #script: Instant[];
  readonly slept: Instant[] = [];

  constructor(start: Instant, script: readonly Instant[] = []) {
    this.#now = start;
    this.#script = [...script];
  }

  now(): Instant {
    return this.#now;
  }

  sleepUntil(at: Instant): Promise<void> {
    this.slept.push(at);
    this.#now = this.#script.shift() ?? (at > this.#now ? at : this.#now);
    return Promise.resolve();
  }
}

/** A source whose pods and outcome are set by the test; workloads named in `broken` throw. */
export class MemorySource implements MetricsSource {
  readonly kind = "memory";
  readonly scrapeInterval: Millis = seconds(1);
  readonly reads: Instant[] = [];
  outcome: SourceOutcome = { ok: true, detail: null };
  samples: WorkloadSamples;
  broken = new Set<string>();
  wantedQueries: readonly string[] = [];
  readonly queries = new Map<string, QuerySamples>();

  constructor(samples: WorkloadSamples) {
    this.samples = samples;
  }

  refresh(at: Instant): Promise<SourceOutcome> {
    this.reads.push(at);
    return Promise.resolve(this.outcome);
  }

  workload({ name }: TargetRef): WorkloadSamples {
    if (this.broken.has(name)) throw new Error(`no such thing as ${name}`);
    return this.samples;
  }

  wanted(queries: readonly string[]): void {
    this.wantedQueries = queries;
  }

  queried(query: string): QuerySamples {
    return this.queries.get(query) ?? { times: [], values: [] };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemorySink implements DecisionSink {
  readonly records: LogRecord[] = [];

  write(record: LogRecord): void {
    this.records.push(record);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemoryLogger implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];

  debug(fields: unknown, message: string): void {
    this.lines.push({ level: "debug", message, fields });
  }
  info(fields: unknown, message: string): void {
    this.lines.push({ level: "info", message, fields });
  }
  warn(fields: unknown, message: string): void {
    this.lines.push({ level: "warn", message, fields });
  }
  error(fields: unknown, message: string): void {
    this.lines.push({ level: "error", message, fields });
  }
}

export class MemoryTelemetry implements Telemetry {
  readonly ticks: TickResult[] = [];
  readonly removed: string[] = [];
  decisions = 0;

  tick(result: TickResult): void {
    this.ticks.push(result);
  }
  policyRemoved(key: string): void {
    this.removed.push(key);
  }
  decision(): void {
    this.decisions += 1;
  }
  sourceQuery(): void {}
  policiesReloaded(): void {}
  grpcRequest(): void {}
  scaledObjectRequest(): void {}
  streams(): void {}
}

/** Counts pauses; each reading of its seconds is `step` later than the one before. */
export class MemoryPacing implements Pacing {
  readonly #step: number;
  #seconds = 0;
  pauses = 0;

  constructor(step = 0) {
    this.#step = step;
  }

  seconds(): number {
    this.#seconds += this.#step;
    return this.#seconds;
  }
  pause(): Promise<void> {
    this.pauses += 1;
    return Promise.resolve();
  }
  within<Value>(work: Promise<Value>): Promise<Value | null> {
    return work;
  }
}

export const EPOCH = instant(Date.UTC(2026, 0, 5));

/** Returns the instant `count` seconds after the tests' epoch. */
export function at(count: number): Instant {
  return after(EPOCH, seconds(count));
}

/** Returns a complete policy; `changes` replace whole top-level fields. */
export function controlPolicy(changes: Partial<Policy> = {}): Policy {
  const usual = usualPolicy();
  const { pendingRequests } = DECLARED;
  return { ...usual, signals: { ...usual.signals, pendingRequests }, ...changes };
}

/** Returns a policy as a source would load it; its hash follows from its content. */
export function loadedPolicy(policy: Policy = controlPolicy()): LoadedPolicy {
  const key = `${policy.target.namespace}/${policy.name}`;
  const document = JSON.parse(JSON.stringify(policy));
  return { key, policy, document, hash: hashOf(policy), file: `${policy.name}.yaml` };
}

/** Returns a short text that differs for policies that differ. */
export function hashOf(policy: Policy): string {
  let hash = 7;
  for (const character of JSON.stringify(policy)) hash = (hash * 31 + character.charCodeAt(0)) % 2 ** 32;
  return hash.toString(16).padStart(16, "0");
}

/** Returns samples of `pods` ready pods with steady traffic and no backlog, scraped each second up to `until`. */
export function steadySamples({
  pods,
  from,
  until,
}: {
  pods: number;
  from: Instant;
  until: Instant;
}): WorkloadSamples {
  const times: Instant[] = [];
  for (let time = from; time <= until; time = after(time, seconds(1))) times.push(time);
  const labels = { model: "embedder", version: "1", gpuUuid: null, reason: null, quantile: null, le: null };
  const grows = times.map((_, index) => index * 10);
  const flat = times.map(() => 0);
  return {
    pods: Array.from({ length: pods }, (_, index) => ({
      pod: `triton-embedder-${index}`,
      appearedAt: null,
      ready: true,
      expected: true,
      scrapes: times.map((time) => ({ at: time, up: true })),
      series: [
        { family: "nv_inference_request_success", labels, times, values: grows },
        { family: "nv_inference_pending_request_count", labels, times, values: flat },
      ],
    })),
    replicas: { desired: pods, ready: pods, source: "pods" },
  };
}
