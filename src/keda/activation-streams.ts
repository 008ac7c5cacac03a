// Who is told that a policy became active: every StreamIsActive that is open. Only ever `true` is sent: KEDA ignores
// `false`, and takes each `true` as a reason to write the ScaledObject's status, so they are few.

import type { PublishedAnswers, PublishedEntry } from "../control/published.ts";
import { type Millis, seconds } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import { type Answerable, answerOf } from "./answers.ts";
import { notAvailable, type Refusal } from "./refusal.ts";
import type { Timers } from "./timers.ts";

/** KEDA can lose a `true` while it starts up; so long as the workload stays at zero it is said again this often. */
const REASSERT_INTERVAL: Millis = seconds(30);

/** One caller's open stream. */
export interface ActivationStream {
  sendActive(): void;
  fail(refusal: Refusal): void;
}

type Subscription = { readonly stream: ActivationStream; active: boolean; callOff: () => void };

export class ActivationStreams {
  readonly #registry: PublishedAnswers;
  readonly #clock: Clock;
  readonly #tickInterval: Millis;
  readonly #timers: Timers;
  readonly #subscriptions = new Map<string, Set<Subscription>>();

  constructor({
    registry,
    clock,
    tickInterval,
    timers,
  }: {
    readonly registry: PublishedAnswers;
    readonly clock: Clock;
    readonly tickInterval: Millis;
    readonly timers: Timers;
  }) {
    this.#registry = registry;
    this.#clock = clock;
    this.#tickInterval = tickInterval;
    this.#timers = timers;
    registry.onRecord(({ policy }) => {
      this.#tell(policy);
    });
  }

  /** Sends `true` now if the policy is active, then on each edge; returns how to stop, which may be called twice. */
  open(entry: PublishedEntry, stream: ActivationStream): () => void {
    const { key } = entry.loaded;
    const subscription: Subscription = { stream, active: false, callOff: () => undefined };
    const ofPolicy = this.#subscriptions.get(key) ?? new Set();
    this.#subscriptions.set(key, ofPolicy.add(subscription));
    this.#wait(key, subscription);
    this.#tellOne(key, subscription, this.#answer(entry));
    return () => {
      subscription.callOff();
      ofPolicy.delete(subscription);
      if (ofPolicy.size === 0 && this.#subscriptions.get(key) === ofPolicy) this.#subscriptions.delete(key);
    };
  }

  #tell(key: string): void {
    const ofPolicy = this.#subscriptions.get(key);
    const entry = this.#registry.entry(key);
    if (ofPolicy === undefined || entry === null) return;
    const answer = this.#answer(entry);
    for (const subscription of ofPolicy) this.#tellOne(key, subscription, answer);
  }

  /** An unknown activity (null) is no edge: what was said last stays as it is. */
  #tellOne(key: string, subscription: Subscription, answer: Answerable | null): void {
    if (answer === null) return;
    const edge = answer.active && !subscription.active;
    subscription.active = answer.active;
    if (edge) this.#send(key, subscription);
  }

  #send(key: string, subscription: Subscription): void {
    subscription.stream.sendActive();
    this.#wait(key, subscription);
  }

  #wait(key: string, subscription: Subscription): void {
    subscription.callOff();
    subscription.callOff = this.#timers.start(REASSERT_INTERVAL, () => {
      this.#reassert(key, subscription);
    });
  }

  #reassert(key: string, subscription: Subscription): void {
    const entry = this.#registry.entry(key);
    if (entry === null) {
      const [namespace = "", policy = ""] = key.split("/");
      subscription.stream.fail(notAvailable(policy, namespace));
      return;
    }
    const atZero = entry.record?.observation.replicas.desired === 0;
    if (atZero && this.#answer(entry)?.active === true) this.#send(key, subscription);
    else this.#wait(key, subscription);
  }

  #answer(entry: PublishedEntry): Answerable | null {
    const answer = answerOf(entry, { now: this.#clock.now(), tickInterval: this.#tickInterval });
    return answer.ok ? answer.value : null;
  }
}
