// Tells people of scalings by Events on the workload: best effort, few, and nobody waits for them.

import { formatInstant } from "../../domain/instant.ts";
import type { TargetRef } from "../../domain/target.ts";
import type { EventSink, Scaled } from "../../ports/event-sink.ts";
import type { Logger } from "../../ports/logger.ts";
import type { KubernetesApi } from "./api-client.ts";
import { failureText } from "./api-failure.ts";
import { microTime } from "./lease-election.ts";
import type { Waiting } from "./waiting.ts";

export type EventRecorderOptions = {
  readonly api: KubernetesApi;
  readonly identity: string;
  /** Returns the UID of a workload; null = unknown. */
  readonly uid: (target: TargetRef) => string | null;
  /** Why, in words. */
  readonly describe: (record: Scaled["record"]) => string;
  readonly waiting: Waiting;
  readonly logger: Logger;
};

const BURST = 20;
const A_SECOND = 1;
const LONGEST_NOTE = 900;

export class EventRecorder implements EventSink {
  readonly #options: EventRecorderOptions;
  #tokens = BURST;
  #filledAtMs: number;
  #sent = 0;
  #problem: string | null = null;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#filledAtMs = options.waiting.nowMs();
  }

  scaled(event: Scaled): void {
    if (this.#take()) void this.#send(event);
  }

  async #send(event: Scaled): Promise<void> {
    const { api, logger } = this.#options;
    const { namespace } = event.policy.target;
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    const answer = await api.request({ method: "POST", path, body: this.#body(event) });
    const problem = answer.ok ? null : failureText(answer.failure);
    if (problem !== null && problem !== this.#problem)
      logger.warn({ namespace, problem }, "an event was not taken");
    this.#problem = problem;
  }

  #body({ policy, record, from, to, at }: Scaled): unknown {
    const { identity, uid, describe } = this.#options;
    const { kind, namespace, name } = policy.target;
    this.#sent += 1;
    const known = uid(policy.target);
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { namespace, name: `${name.slice(0, 200)}.${at.toString(16)}${this.#sent.toString(16)}` },
      eventTime: microTime(at),
      type: "Normal",
      reason: to > from ? "ScaledOut" : "ScaledIn",
      action: "Scale",
      reportingController: "tidemark.dev/autoscaler",
      reportingInstance: identity.slice(0, 128),
      regarding: { apiVersion: "apps/v1", kind, namespace, name, ...(known === null ? {} : { uid: known }) },
      note: `${from} -> ${to} replicas: ${describe(record)} (policy ${policy.name}, decided ${formatInstant(record.at)})`.slice(
        0,
        LONGEST_NOTE,
      ),
    };
  }

  #take(): boolean {
    const nowMs = this.#options.waiting.nowMs();
    this.#tokens = Math.min(BURST, this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * A_SECOND);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
