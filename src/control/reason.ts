// The one reason that stands for a decision where only one is shown.

import type { SignalReason, Step, StepReason } from "../domain/decision.ts";

/** Returns the reason of the last step, or null where there is none. */
export function shownReason(steps: readonly Step[]): SignalReason | StepReason | null {
  return steps.at(-1)?.reason ?? null;
}
