// The space that is searched: knobs of a policy, and the way between a point of the unit cube and their values.

import type { Point } from "./variation.ts";

/** One field of the policy. Numeric ranges include both ends; `whole` = whole numbers only. */
export type Knob = { readonly path: string } & (
  | {
      readonly kind: "range";
      readonly from: number;
      readonly to: number;
      readonly scale: "linear" | "log";
      /** Seconds for a duration, which is written in whole ones. */
      readonly unit: "number" | "whole" | "seconds";
    }
  | { readonly kind: "values"; readonly values: readonly KnobValue[] }
);

/** What a field is set to: a number, or text as it stands in the policy (`5m`). */
export type KnobValue = number | string;

/** New values by path. */
export type Changes = Readonly<Record<string, KnobValue>>;

/** Values have so many significant digits: a policy that a person reads needs no more. */
const SIGNIFICANT_DIGITS = 3;

/** Returns the values at a point: the axes are the knobs in their order. */
export function changesAt(knobs: readonly Knob[], point: Point): Changes {
  return Object.fromEntries(knobs.map((knob, axis) => [knob.path, valueAt(knob, point[axis] ?? 0)]));
}

/** Returns the point whose values are the nearest to `values` (as in the policy; an absent path lies in the middle). */
export function pointOf(knobs: readonly Knob[], values: Changes): Point {
  return knobs.map((knob) => coordinateOf(knob, values[knob.path]));
}

function valueAt(knob: Knob, coordinate: number): KnobValue {
  if (knob.kind === "values") {
    return knob.values[Math.floor(coordinate * knob.values.length)] ?? knob.values[0] ?? 0;
  }
  const { from, to, scale, unit } = knob;
  const exact = scale === "log" ? from * (to / from) ** coordinate : from + (to - from) * coordinate;
  const rounded = unit === "number" ? Number(exact.toPrecision(SIGNIFICANT_DIGITS)) : Math.round(exact);
  const value = Math.min(to, Math.max(from, rounded));
  return unit === "seconds" ? durationText(value) : value;
}

function coordinateOf(knob: Knob, value: KnobValue | undefined): number {
  if (value === undefined) return 0.5;
  if (knob.kind === "values") {
    const index = knob.values.indexOf(value);
    return index < 0 ? 0.5 : (index + 0.5) / knob.values.length;
  }
  const number = typeof value === "number" ? value : Number.NaN;
  if (Number.isNaN(number)) return 0.5;
  const { from, to, scale } = knob;
  const exact =
    scale === "log" ? Math.log(number / from) / Math.log(to / from) : (number - from) / (to - from);
  return Math.min(1 - Number.EPSILON, Math.max(0, exact));
}

/** Returns seconds as a policy writes them: `90s`, `5m`, `1h30m`, `2.5s`. */
export function durationText(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds === 0) return `${seconds}s`;
  const parts: readonly (readonly [string, number])[] = [
    ["h", Math.floor(seconds / 3600)],
    ["m", Math.floor((seconds % 3600) / 60)],
    ["s", seconds % 60],
  ];
  return parts.map(([unit, count]) => (count > 0 ? `${count}${unit}` : "")).join("");
}
