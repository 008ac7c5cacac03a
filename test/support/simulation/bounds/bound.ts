// A closed-loop bound: an experiment, the figures that a run of it comes to, and what they must keep to.

import type { Figures } from "../figure-sheet.ts";
import type { Shape } from "../shapes.ts";

/** Both ends inside. */
export type Limit = { readonly atMost: number } | { readonly atLeast: number };

/** Which run of an experiment. */
export type Setting = { readonly shape: Shape; readonly seed: number };

export type Bound = {
  /** Of the table of bounds, `E…` for equivalence, `S…` for a service that slows down. */
  readonly id: string;
  /** What this row of the table is about, with what the policy says of load. */
  readonly about: string;
  /** By figure; figures without a limit are told, not judged. */
  readonly limits: Readonly<Record<string, Limit>>;
  readonly play: (setting: Setting) => Figures;
};

/** Returns the name under which a bound is asked for and reported. */
export function boundName({ id, about }: Pick<Bound, "id" | "about">): string {
  return `${id}: ${about}`;
}

/** Returns whether a figure keeps to its limit; one that is not a number does not. */
export function isWithin(value: number, limit: Limit): boolean {
  return "atMost" in limit ? value <= limit.atMost : value >= limit.atLeast;
}

/** No run may break an invariant of the simulated world. */
const ALWAYS = { breaches: { atMost: 0 } } as const satisfies Record<string, Limit>;

/** Returns the limit of each figure that is judged. */
export function limitsOf({ limits }: Pick<Bound, "limits">): Readonly<Record<string, Limit>> {
  return { ...limits, ...ALWAYS };
}

/** A figure that is outside of its limit. */
export type Miss = { readonly figure: string; readonly words: string };

/** Returns the figures that miss their limits. */
export function missedFigures(bound: Bound, figures: Figures): readonly Miss[] {
  return Object.entries(limitsOf(bound)).flatMap(([figure, limit]) => {
    const value = figures[figure] ?? Number.NaN;
    return isWithin(value, limit)
      ? []
      : [{ figure, words: `${figure} ${value} is not ${limitWords(limit)}` }];
  });
}

/** Returns `≤ 2` or `≥ 0.99`. */
export function limitWords(limit: Limit): string {
  return "atMost" in limit ? `≤ ${limit.atMost}` : `≥ ${limit.atLeast}`;
}
