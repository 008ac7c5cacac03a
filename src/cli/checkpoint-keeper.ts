// Keeps the states of all policies in the checkpoint: read at start, saved when an answer changes, each minute, at the
// end. Where another process writes it too, both take over what the other learned.

import type { Registry } from "../control/registry.ts";
import { mergeLearned, mergeStartupTimes, newsOf } from "../domain/merge-learned.ts";
import { initialState, type ScalerState } from "../domain/state.ts";
import { elapsed, type Instant, type Millis, minutes } from "../domain/units.ts";
import type { Logger } from "../ports/logger.ts";
import type { StateStore } from "../ports/state-store.ts";

const SAVE_EVERY = minutes(1);
/** A neighbour that has not written for so long is gone, or writes elsewhere. */
const NEIGHBOUR_FOR = minutes(5);

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
  #isMemoryLost = false;
  /** When another process was last seen to have written it; the time is that of our ticks. */
  #sharedAt: Instant | null = null;
  #tickedAt: Instant | null = null;
  /** What the checkpoint was last told. */
  #told: ReadonlyMap<string, ScalerState> = new Map();

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
    this.#isMemoryLost = problem !== null;
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

  /** Returns whether the last load found a checkpoint that it could not read. */
  isMemoryLost(): boolean {
    return this.#isMemoryLost;
  }

  /** Returns whether another process has lately written the same checkpoint. */
  isShared(): boolean {
    const [sharedAt, now] = [this.#sharedAt, this.#tickedAt];
    return sharedAt !== null && now !== null && elapsed(sharedAt, now) < NEIGHBOUR_FOR;
  }

  /** Saves if an answer has changed or a minute has passed since the last time; a failure is logged and tried again. */
  ticked(at: Instant): void {
    this.#savedAt ??= at;
    this.#tickedAt = at;
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

  /** Takes over what another process has written meanwhile, and saves. */
  async save(): Promise<void> {
    const { store, registry, logger } = this.#parts;
    try {
      await this.#takeOver();
      const states = new Map(registry.entries().map(({ loaded, state }) => [loaded.key, state]));
      this.#told = states;
      await store.save(states);
    } catch (error) {
      logger.error({ err: error }, "checkpoint cannot be written");
    }
  }

  async #takeOver(): Promise<void> {
    const { store, registry, logger } = this.#parts;
    const { states, problem, isByAnother = false } = await store.load();
    if (problem !== null) logger.warn({ problem }, "checkpoint is not readable; it is written anew");
    if (states === null || !isByAnother) return;
    this.#sharedAt = this.#tickedAt;
    for (const entry of registry.entries()) {
      const { key } = entry.loaded;
      const theirs = states.get(key);
      // A state of ours that has never ticked is given its past first.
      if (theirs === undefined || entry.state.at === null) continue;
      const taken = withLearnedOf(entry.state, theirs, this.#told.get(key) ?? initialState());
      if (taken === entry.state) continue;
      registry.rebuild(entry, taken);
      logger.info({ policy: key }, "took over what another process learned");
    }
  }
}

/** Returns our state with what both learned; the state itself where that is what we know. `told`: what they had of us. */
function withLearnedOf(own: ScalerState, theirs: ScalerState, told: ScalerState): ScalerState {
  const known = mergeLearned(own.learned, own.learned);
  const learned = mergeLearned(known, newsOf(theirs.learned, told.learned));
  const times = mergeStartupTimes(own.startups.times, theirs.startups.times);
  const isNews = !isSame(known, learned);
  if (!isNews && isSame(times, own.startups.times)) return own;
  return { ...own, learned: isNews ? learned : own.learned, startups: { ...own.startups, times } };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
