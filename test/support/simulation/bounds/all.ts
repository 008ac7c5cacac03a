// Every closed-loop bound, in the order of the reports.

import { type Bound, boundName } from "./bound.ts";
import { CHANGING_BOUNDS } from "./changing.ts";
import { CONSTANT_BOUNDS } from "./constant.ts";
import { EQUIVALENCE_BOUNDS } from "./equivalence.ts";
import { MEASURING_BOUNDS } from "./measuring.ts";
import { SLOW_DOWN_BOUNDS } from "./slow-down.ts";

export const ALL_BOUNDS: readonly Bound[] = [
  ...[...CONSTANT_BOUNDS, ...CHANGING_BOUNDS, ...MEASURING_BOUNDS].toSorted((one, other) =>
    one.id.localeCompare(other.id),
  ),
  ...EQUIVALENCE_BOUNDS,
  ...SLOW_DOWN_BOUNDS,
];

/** Returns the bound of that name. */
export function boundNamed(name: string): Bound {
  const found = ALL_BOUNDS.find((bound) => boundName(bound) === name);
  if (found === undefined) throw new Error(`no bound is named ${name}`);
  return found;
}
