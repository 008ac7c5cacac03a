// The checkpoint: states of all policies, kept across restarts.

import type { ScalerState } from "../domain/state.ts";

/** Null states = there was no readable checkpoint; `problem` says why where that is a fault and not a first start. */
export type LoadedStates = {
  readonly states: ReadonlyMap<string, ScalerState> | null;
  readonly problem: string | null;
  /** They were last written by another process than this one, now or before. */
  readonly isByAnother?: boolean;
};

export interface StateStore {
  load(): Promise<LoadedStates>;
  save(states: ReadonlyMap<string, ScalerState>): Promise<void>;
}
