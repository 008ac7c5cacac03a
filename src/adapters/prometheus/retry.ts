// When to ask again, and when to ask less: jittered retries inside a budget, and a breaker over readings.

import { asPrometheusError } from "./prometheus-error.ts";

const FIRST_WAIT_MS = 100;
/** Readings that fail in a row before only one query a tick is risked. */
const OPENS_AFTER = 3;

export type RetryNeeds = {
  /** 0 to below 1. */
  readonly random: () => number;
  /** Resolves after the time, or at once when `budget` aborts. */
  readonly pause: (milliseconds: number, budget: AbortSignal) => Promise<void>;
};

export type RetryLimits = { readonly attempts: number; readonly budget: AbortSignal };

/**
 * Returns what `task` gives. One that fails is tried again up to `attempts` times in all, after 100 ms, 200 ms, …, each
 * between half and one and a half of that, so that two processes do not knock together; not where it is hopeless or
 * `budget` has aborted. Throws the last PrometheusError.
 */
export async function withRetries<Value>(
  task: () => Promise<Value>,
  { attempts, budget }: RetryLimits,
  { random, pause }: RetryNeeds,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await task();
    } catch (thrown) {
      const error = asPrometheusError(thrown);
      if (!error.isRetryable || attempt >= attempts || budget.aborted) throw error;
      await pause(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random()), budget);
      if (budget.aborted) throw error;
    }
  }
}

/** Opens after several failed readings in a row: then one query at a time finds out whether all are worth it. */
export class CircuitBreaker {
  #failures = 0;

  get isOpen(): boolean {
    return this.#failures >= OPENS_AFTER;
  }

  /** Takes in how a reading went. */
  note(ok: boolean): void {
    this.#failures = ok ? 0 : this.#failures + 1;
  }
}
