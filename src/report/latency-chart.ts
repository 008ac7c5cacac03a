// Latency percentiles over time on a logarithmic scale, with the objective.

import type { LatencySlots, ReportFacts } from "../domain/simulation-course.ts";
import { decimate } from "./decimate.ts";
import { frame, inside } from "./frame.ts";
import { linePath, place } from "./markup.ts";
import { logScale, type Scale, timeScale } from "./scale.ts";

const HEIGHT = 190;
const MOST_POINTS = 400;
const LEAST_MS = 0.1;

/** Returns the chart of one model. */
export function latencyChart(slots: LatencySlots, facts: ReportFacts): string {
  const objective = facts.objectives.find(
    ({ workload, model }) => workload === slots.workload && model === slots.model,
  );
  const { x, y } = inside(HEIGHT);
  const time = timeScale(facts.durationSeconds, x);
  const known = [...slots.p50Ms, ...slots.p99Ms, objective?.latencyMs ?? null].filter(
    (value) => value !== null,
  );
  const from = known.reduce((least, value) => Math.min(least, Math.max(value, LEAST_MS)), 1e3);
  const to = known.reduce((most, value) => Math.max(most, value), from * 1.1);
  const value = logScale({ from: from * 0.9, to: to * 1.1 }, y);
  const on = { time, value, slotSeconds: slots.slotSeconds };
  const line =
    objective === undefined
      ? ""
      : `<path class="objective" d="M${x.from} ${place(value.at(objective.latencyMs))}H${x.to}"/>`;
  return frame({
    title: `Latency of ${slots.model}`,
    description: `Percentiles up to ${Math.round(to)} milliseconds.`,
    height: HEIGHT,
    time,
    value,
    unit: "ms, logarithmic",
    legend: [
      { label: "p50", style: "p50" },
      { label: "p90", style: "p90" },
      { label: "p99", style: "p99" },
      ...(objective === undefined
        ? []
        : [
            {
              label: `objective: ${objective.percentile} % within ${objective.latencyMs} ms`,
              style: "objective",
            },
          ]),
    ],
    body: `${line}${percentile(slots.p50Ms, "p50", on)}${percentile(slots.p90Ms, "p90", on)}${percentile(slots.p99Ms, "p99", on)}`,
  });
}

function percentile(
  values: readonly (number | null)[],
  style: string,
  { time, value, slotSeconds }: { readonly time: Scale; readonly value: Scale; readonly slotSeconds: number },
): string {
  const series = values.map((each, slot) => ({ atSeconds: (slot + 0.5) * slotSeconds, value: each }));
  const points = decimate(series, MOST_POINTS).map(({ atSeconds, value: each }): [number, number] | null =>
    each === null ? null : [time.at(atSeconds), value.at(each)],
  );
  return `<path class="line ${style}" d="${linePath(points)}"/>`;
}
