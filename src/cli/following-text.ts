// How closely replicas followed the need, and what was possible with the future known, in words.

import type { CandidateCourse, Foresight, ReplicaSeries } from "../domain/simulation-course.ts";
import { elasticity } from "../simulator/results/elasticity.ts";
import { percent } from "../simulator/results/verdict.ts";

const NO_SECTION: Readonly<Record<"following" | "possible", readonly string[]>> = {
  following: [],
  possible: [],
};

/** Returns the lines of both sections; the courses are those of the first seed. */
export function followingLines(courses: readonly CandidateCourse[]): typeof NO_SECTION {
  if (courses.length === 0) return NO_SECTION;
  const names = new Set(courses.flatMap(({ series }) => series.map(({ workload }) => workload)));
  const of = (candidate: string, workload: string): string =>
    names.size > 1 ? `${candidate}, ${workload}` : candidate;
  return {
    following: courses.flatMap(({ candidate, series }) =>
      series.map((one) => `${of(candidate, one.workload)}: ${followed(one)}`),
    ),
    possible: courses.flatMap(({ candidate, foresight }) =>
      foresight.map((one) => `${of(candidate, one.workload)}: ${possible(one)}`),
    ),
  };
}

function followed(series: ReplicaSeries): string {
  const {
    underProvisionedTimeRatio: under,
    overProvisionedTimeRatio: over,
    jitterPerHour,
  } = elasticity(series);
  if (under === null || over === null || jitterPerHour === null) return "too short to tell";
  const beyond = Math.abs(jitterPerHour).toFixed(1);
  return `too few ${percent(under)} of the time, too many ${percent(over)}, ${beyond} ${jitterPerHour < 0 ? "fewer" : "more"} changes an hour than the need`;
}

function possible({ planGpuHours, leastGpuHours }: Foresight): string {
  return `plan ${planGpuHours.toFixed(3)} GPU-hours; certified bound ${leastGpuHours.toFixed(3)}: with less nobody meets the objective`;
}
