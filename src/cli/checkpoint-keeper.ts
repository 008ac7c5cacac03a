// Keeps the states of all policies in the checkpoint: read at start, saved once a minute and at the end.

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
    return leftOut > 0 && usable.length === 0 ? null : new Map(usable);
  }

  /** Saves if a minute has passed since the last time; a failure is logged and tried again a minute later. */
  ticked(at: Instant): void {
    this.#savedAt ??= at;
    if (this.#isSaving || elapsed(this.#savedAt, at) < SAVE_EVERY) return;
    this.#savedAt = at;
    this.#isSaving = true;
    void this.save().finally(() => {
      this.#isSaving = false;
    });
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
