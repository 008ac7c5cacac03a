// The band around a ratio of 1 in which nothing is scaled.

import type { ScalingBehavior } from "./behavior.ts";
import type { HpaRelease } from "./release.ts";

/** Tolerances downwards and upwards, and how the release tests them. */
export type Band = { readonly down: number; readonly up: number; readonly twoSided: boolean };

/** Returns the band that holds for a spec: its own tolerances where they are set and count, else the flag. */
export function bandOf(behavior: ScalingBehavior | null, flag: number, release: HpaRelease): Band {
  const own = release.configurableTolerance ? behavior : null;
  return {
    down: own?.scaleDown.tolerance ?? flag,
    up: own?.scaleUp.tolerance ?? flag,
    twoSided: release.twoSidedBand,
  };
}

/** Returns whether a ratio is close enough to 1, both ends included; NaN is not. */
export function inBand(ratio: number, { down, up, twoSided }: Band): boolean {
  return twoSided ? 1 - down <= ratio && ratio <= 1 + up : Math.abs(1 - ratio) <= up;
}

/**
 * Returns whether a ratio leaves the band as the AverageValue of an External metric tests it: there the one-sided test
 * takes NaN for inside, the two-sided one for outside.
 */
export function leavesBand(ratio: number, band: Band): boolean {
  return band.twoSided ? !inBand(ratio, band) : Math.abs(1 - ratio) > band.up;
}
