// GPU memory: it forbids a scale-in and never raises, since one more replica frees nothing in the others.

import type { GpuMemoryReading } from "../domain/observation.ts";
import type { GuardSignalPolicy } from "../domain/policy.ts";
import { MISSING_REASONS, type Wish } from "./wish.ts";

/** Returns what `gpuMemory` says (rule 18); it never names a number. */
export function gpuMemoryWish({ state, value }: GpuMemoryReading, guard: GuardSignalPolicy): Wish {
  if (state !== "live" && state !== "idle") return { replicas: null, reason: MISSING_REASONS[state] };
  if (value === null) return { replicas: null, reason: "ABSENT" };
  if (value > guard.criticalAbove) return { replicas: null, reason: "CRITICAL" };
  if (value > guard.blockScaleInAbove) return { replicas: null, reason: "ABOVE_GUARD" };
  return { replicas: null, reason: "ALLOWS_SCALE_IN" };
}
