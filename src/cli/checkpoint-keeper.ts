// Keeps the states of all policies in the checkpoint: read at start, saved when an answer changes, each minute, at the end.

import type { Registry } from "../control/registry.ts";
import type { ScalerState } from "../domain/state.ts";
import { elapsed, type Instant, type Millis, minutes } from "../domain/units.ts";
import type { Logger } from "../ports/logger.ts";
import type { StateStore } from "../ports/state-store.ts";

const SAVE_EVERY = minutes(1);

export type CheckpointParts = {
  readonly store: StateStore;
  readonly registry: Registry;
  readonly logger: Logger;
};

export class CheckpointKeeper {
  readonly #parts: CheckpointParts;
  #savedAt: Instant | null = null;
  #savedAnswers = "";
  #isSaving = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /**
   * Returns the remembered states, or null where there are none to use. States more than `ahead` later than `now` are
   * left out: they are of a clock that has been set back, or of a recording that begins again.
   */
  async load(now: Instant, ahead: Millis): Promise<ReadonlyMap<string, ScalerState> | null> {
    const { store, logger } = this.#parts;
    const { states, problem } = await store.load();
    if (problem !== null)
      logger.warn({ problem }, "checkpoint is not readable; state is rebuilt from the source");
    if (states === null) return null;
    const usable = [...states].filter(([, { at }]) => at === null || elapsed(now, at) <= ahead);
    const leftOut = states.size - usable.length;
    if (leftOut > 0)
      logger.warn({ policies: leftOut }, "checkpoint is ahead of the clock; its states are left out");
    if (leftOut > 0 && usable.length === 0) return null;
    return new Map(usable.map(([key, state]) => [key, { ...state, restored: true }]));
  }

  /** Saves if an answer has changed or a minute has passed since the last time; a failure is logged and tried again. */
  ticked(at: Instant): void {
    this.#savedAt ??= at;
    const answers = this.#answers();
    const due = answers !== this.#savedAnswers || elapsed(this.#savedAt, at) >= SAVE_EVERY;
    if (this.#isSaving || !due) return;
    this.#savedAt = at;
    this.#savedAnswers = answers;
    this.#isSaving = true;
    void this.save().finally(() => {
      this.#isSaving = false;
    });
  }

  #answers(): string {
    return this.#parts.registry
      .entries()
      .map(({ state }) => state.lastAnswer)
      .join();
  }

  /** Saves now. */
  async save(): Promise<void> {
    const { store, registry, logger } = this.#parts;
    const states = registry.entries().map(({ loaded, state }) => [loaded.key, state] as const);
    try {
      await store.save(new Map(states));
    } catch (error) {
      logger.error({ err: error }, "checkpoint cannot be written");
    }
  }
}
