// One leader of several processes, by a Lease: tries, renews, and lets go at the end.

import { failed, ok, type Result } from "../../domain/result.ts";
import { millis } from "../../domain/units.ts";
import type { Leadership } from "../../ports/leadership.ts";
import type { Logger } from "../../ports/logger.ts";
import type { KubernetesApi } from "./api-client.ts";
import { type ApiFailure, failureText } from "./api-failure.ts";
import { numberOf, textOf } from "./json-fields.ts";
import {
  type ElectionState,
  electionStep,
  isLeading,
  LEASE_TIMES,
  type LeaseRecord,
  type LeaseTimes,
  NO_ELECTION,
  saw,
  wrote,
} from "./lease.ts";
import type { Waiting } from "./waiting.ts";

export type LeaseElectionOptions = {
  readonly api: KubernetesApi;
  readonly namespace: string;
  readonly name: string;
  /** Who we are: no other process may have it. */
  readonly identity: string;
  /** The wall clock, for what the Lease shows to people. */
  readonly nowText: () => string;
  readonly waiting: Waiting;
  readonly logger: Logger;
  readonly times?: LeaseTimes;
};

/** Retries are spread, so that two processes do not knock together. */
const JITTER = 0.2;

export class LeaseElection implements Leadership {
  readonly #options: LeaseElectionOptions;
  readonly #times: LeaseTimes;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(isLeader: boolean) => void>();
  #state: ElectionState = NO_ELECTION;
  #wasLeader = false;
  #awaiting: (() => void)[] = [];
  #problem: string | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaseElectionOptions) {
    this.#options = options;
    this.#times = options.times ?? LEASE_TIMES;
  }

  /** Begins to try. */
  start(): void {
    this.#running = this.#run();
  }

  isLeader(): boolean {
    return !this.#stop.signal.aborted && isLeading(this.#state, this.#options.waiting.nowMs(), this.#times);
  }

  holder(): string | null {
    return this.#state.seen?.record.holder ?? null;
  }

  /** Who we are. */
  get identity(): string {
    return this.#options.identity;
  }

  /** Resolves after the next attempt. */
  nextAttempt(): Promise<void> {
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  /** Why it is not known who leads; null = it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Calls `listener` whenever this process has become the leader or has ceased to be it; returns how to stop. */
  onChange(listener: (isLeader: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends; a leader lets go of the lease, so that another one takes over at once. */
  async close(): Promise<void> {
    const led = this.isLeader();
    const { seen } = this.#state;
    this.#stop.abort();
    await this.#running;
    if (led && seen !== null) await this.#letGo(seen.record);
    this.#tell();
  }

  /** Reads and does what follows once. */
  async attempt(): Promise<void> {
    const { identity, waiting } = this.#options;
    const read = await this.#read();
    if (!read.ok) this.#note(read.failure);
    else {
      this.#state = saw(this.#state, read.value, { identity, nowMs: waiting.nowMs() });
      const step = electionStep(this.#state, { identity, nowMs: waiting.nowMs() });
      if (step.kind === "wait") this.#note(null);
      else await this.#write(step.kind === "create" ? null : step.from);
    }
    this.#tell();
    for (const done of this.#awaiting.splice(0)) done();
  }

  async #run(): Promise<void> {
    const { waiting } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.attempt();
      await waiting.pause(this.#times.retryMs * (1 + JITTER * waiting.random()), signal);
      // A leader that was asleep finds out before it acts.
      this.#tell();
    }
  }

  async #read(): Promise<Result<LeaseRecord | null, ApiFailure>> {
    const { api } = this.#options;
    const answer = await api.request({ method: "GET", path: this.#path(), timeout: this.#patience() });
    if (!answer.ok) return answer.failure.status === 404 ? ok(null) : answer;
    return ok(recordOf(answer.value));
  }

  async #write(from: LeaseRecord | null): Promise<void> {
    const { identity, waiting, nowText } = this.#options;
    const beganMs = waiting.nowMs();
    const text = nowText();
    const isOurs = from?.holder === identity;
    const next = {
      holder: identity,
      durationSeconds: this.#times.durationMs / 1000,
      renewedText: text,
      acquiredText: isOurs ? (from?.acquiredText ?? text) : text,
      transitions: from === null || isOurs ? (from?.transitions ?? 0) : from.transitions + 1,
      version: from?.version ?? "",
    };
    const answer = await this.#send(next, from === null);
    if (answer.ok) this.#state = wrote(answer.value, { identity, beganMs });
    // Somebody was faster; the next reading tells who.
    this.#note(answer.ok || answer.failure.status === 409 ? null : answer.failure);
  }

  async #letGo(record: LeaseRecord): Promise<void> {
    await this.#send(
      { ...record, holder: null, durationSeconds: 1, renewedText: this.#options.nowText() },
      false,
    );
  }

  async #send(record: LeaseRecord, isNew: boolean): Promise<Result<LeaseRecord, ApiFailure>> {
    const { api, namespace, name } = this.#options;
    const body = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { namespace, name, ...(isNew ? {} : { resourceVersion: record.version }) },
      spec: {
        holderIdentity: record.holder ?? "",
        leaseDurationSeconds: record.durationSeconds,
        ...(record.acquiredText === null ? {} : { acquireTime: record.acquiredText }),
        renewTime: record.renewedText,
        leaseTransitions: record.transitions,
      },
    };
    const timeout = this.#patience();
    const answer = isNew
      ? await api.request({ method: "POST", path: this.#collection(), body, timeout })
      : await api.request({ method: "PUT", path: this.#path(), body, timeout });
    return answer.ok ? ok(recordOf(answer.value)) : failed(answer.failure);
  }

  /** A request may not take so long that the lease is lost over it. */
  #patience() {
    return millis(this.#times.renewWithinMs / 2);
  }

  #collection(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.#options.namespace}/leases`;
  }

  #path(): string {
    return `${this.#collection()}/${this.#options.name}`;
  }

  #tell(): void {
    const isLeader = this.isLeader();
    if (isLeader === this.#wasLeader) return;
    this.#wasLeader = isLeader;
    const { logger, name, identity } = this.#options;
    const fields = { lease: name, identity, holder: this.holder() };
    if (isLeader) logger.info(fields, "this process leads");
    else logger.warn(fields, "this process no longer leads");
    for (const listener of this.#listeners) listener(isLeader);
  }

  #note(failure: ApiFailure | null): void {
    const { logger, name } = this.#options;
    const problem = failure === null ? null : failureText(failure);
    if (problem !== null && problem !== this.#problem)
      logger.warn({ lease: name, problem }, "the lease cannot be read or written");
    this.#problem = problem;
  }
}

function recordOf(lease: unknown): LeaseRecord {
  const holder = textOf(lease, "spec", "holderIdentity") ?? "";
  return {
    holder: holder === "" ? null : holder,
    durationSeconds: numberOf(lease, "spec", "leaseDurationSeconds") ?? LEASE_TIMES.durationMs / 1000,
    renewedText: textOf(lease, "spec", "renewTime"),
    acquiredText: textOf(lease, "spec", "acquireTime"),
    transitions: numberOf(lease, "spec", "leaseTransitions") ?? 0,
    version: textOf(lease, "metadata", "resourceVersion") ?? "",
  };
}

/** Returns an instant as a Lease has it: RFC 3339 with six decimals. */
export function microTime(epochMillis: number): string {
  return new Date(epochMillis).toISOString().replace("Z", "000Z");
}
