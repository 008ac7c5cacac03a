// The space that is searched: the way between a point of the unit cube and values of the policy's fields.

import type { SearchDimension } from "../domain/tuning.ts";
import type { Point } from "./variation.ts";

/** New values by path, in the unit of their dimension. */
export type Changes = Readonly<Record<string, number>>;

/** A policy that a person reads needs no more. */
const SIGNIFICANT_DIGITS = 3;
const MILLIS_PER_SECOND = 1000;

/** Returns the values at a point: its axes are the dimensions in their order. */
export function changesAt(space: readonly SearchDimension[], point: Point): Changes {
  return Object.fromEntries(
    space.map((dimension, axis) => [dimension.path, valueAt(dimension, point[axis] ?? 0)]),
  );
}

/** Returns the point of the nearest values; a path that is not among them lies in the middle of its axis. */
export function pointOf(space: readonly SearchDimension[], changes: Changes): Point {
  return space.map((dimension) => {
    const value = changes[dimension.path];
    return value === undefined ? 0.5 : coordinateOf(dimension, value);
  });
}

function valueAt({ unit, values }: SearchDimension, coordinate: number): number {
  if (values.kind === "list") {
    return values.values[Math.floor(coordinate * values.values.length)] ?? values.values[0] ?? 0;
  }
  const { from, to, scale } = values;
  const exact = scale === "log" ? from * (to / from) ** coordinate : from + (to - from) * coordinate;
  return Math.min(to, Math.max(from, rounded(exact, unit)));
}

/** Durations in whole seconds from one second on: `2m7s` reads better than `127431ms`. */
function rounded(exact: number, unit: SearchDimension["unit"]): number {
  if (unit === "number") return Number(exact.toPrecision(SIGNIFICANT_DIGITS));
  if (unit === "milliseconds" && exact >= MILLIS_PER_SECOND) {
    return Math.round(exact / MILLIS_PER_SECOND) * MILLIS_PER_SECOND;
  }
  return Math.round(exact);
}

function coordinateOf({ values }: SearchDimension, value: number): number {
  if (values.kind === "list") {
    const index = values.values.indexOf(value);
    return index < 0 ? 0.5 : (index + 0.5) / values.values.length;
  }
  const { from, to, scale } = values;
  const share = scale === "log" ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return Math.min(1 - Number.EPSILON, Math.max(0, Number.isFinite(share) ? share : 0));
}
