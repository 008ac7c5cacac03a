// What rules cost at one and the same attainment, read off the settings that each was run with.

import type { TriedScore } from "./trace-search.ts";

/** Less than one late request in so many cannot be told from none. */
const LEAST_LATE_RATIO = 1e-4;
/** Attainments no further apart count as equal where nothing more can be had. */
const EQUAL_WITHIN = 0.001;
/** So many times the late share that is allowed is no service that could be compared. */
const HOPELESS_TIMES = 5;

/** Returns the largest share in time that any of the settings reaches; 0 for none. */
export function mostAttained(settings: readonly TriedScore[]): number {
  return Math.max(0, ...settings.map(({ attainmentRatio }) => attainmentRatio));
}

/**
 * Returns the GPU-hours at an attainment: of the cheapest setting that reaches it, or less where the one that falls short
 * by least is cheaper: between the two, hours are linear in the logarithm of the late share. Null where none reaches it.
 */
export function hoursAt(settings: readonly TriedScore[], attainmentRatio: number): number | null {
  const reaching = settings.filter((setting) => setting.attainmentRatio >= attainmentRatio);
  const [over] = reaching.toSorted((one, other) => one.gpuHours - other.gpuHours);
  const [under] = settings
    .filter((setting) => setting.attainmentRatio < attainmentRatio)
    .toSorted((one, other) => other.attainmentRatio - one.attainmentRatio);
  if (over === undefined) return null;
  return under === undefined || under.gpuHours >= over.gpuHours
    ? over.gpuHours
    : between(under, over, attainmentRatio);
}

function between(under: TriedScore, over: TriedScore, attainmentRatio: number): number {
  const [from, to, at] = [under.attainmentRatio, over.attainmentRatio, attainmentRatio].map(lateness);
  const share = ((at ?? 0) - (from ?? 0)) / ((to ?? 0) - (from ?? 0));
  return under.gpuHours + (over.gpuHours - under.gpuHours) * share;
}

function lateness(attainmentRatio: number): number {
  return Math.log(Math.max(LEAST_LATE_RATIO, 1 - attainmentRatio));
}

/**
 * Returns the attainment at which two rules are compared: what is required, or, where both fall short of it, a little less
 * than both reach: near the most that can be had, hours grow without end. Null where one alone reaches what is required,
 * or one is hopelessly late: then they are not equal.
 */
export function commonAttainment(
  one: readonly TriedScore[],
  other: readonly TriedScore[],
  requiredRatio: number,
): number | null {
  const reached = [mostAttained(one), mostAttained(other)];
  const least = Math.min(...reached);
  if (least >= requiredRatio) return requiredRatio;
  const hopeless = 1 - HOPELESS_TIMES * (1 - requiredRatio);
  return Math.max(...reached) >= requiredRatio || least < hopeless ? null : least - EQUAL_WITHIN;
}
