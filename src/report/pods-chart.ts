// The life of every pod: a bar a pod, a colour a phase.

import type { PodPhase, PodSpan, ReportFacts } from "../domain/simulation-course.ts";
import { figure, inside, timeAxis } from "./frame.ts";
import { escaped, place } from "./markup.ts";
import { timeLabel, timeScale } from "./scale.ts";

const MOST_ROWS = 60;
const ROW_HEIGHT = 8;
const FRAME_HEIGHT = 30;
const PHASES: readonly PodPhase[] = ["pending", "pulling", "loading", "ready", "draining"];

/** Returns the chart of one workload's pods, those that changed most recently last; of many pods the first ones are drawn. */
export function podsChart(spans: readonly PodSpan[], facts: ReportFacts): string {
  const byPod = phasesByPod(spans);
  const pods = [...byPod.entries()].slice(0, MOST_ROWS);
  const height = FRAME_HEIGHT + Math.max(1, pods.length) * ROW_HEIGHT;
  const { x, y } = inside(height);
  const time = timeScale(facts.durationSeconds, x);
  const rows = pods.map(([pod, phases], row) => {
    const bars = phases.map((span) => {
      const left = time.at(span.fromSeconds);
      const width = Math.max(0.5, time.at(Math.min(span.toSeconds, facts.durationSeconds)) - left);
      return `<rect class="${span.phase}" x="${place(left)}" y="${y.to + row * ROW_HEIGHT}" width="${place(width)}" height="${ROW_HEIGHT - 2}"/>`;
    });
    return `<g><title>${escaped(`${pod}: ${phases.map(told).join(", ")}`)}</title>${bars.join("")}</g>`;
  });
  const left = byPod.size - pods.length;
  return figure(
    {
      title: "Pods",
      description: `${byPod.size} pods.`,
      height,
      unit: `a row a pod${left > 0 ? ` (${left} more not drawn)` : ""}`,
      legend: PHASES.map((phase) => ({ label: phase, style: phase })),
    },
    `${timeAxis(time, height)}${rows.join("")}`,
  );
}

function phasesByPod(spans: readonly PodSpan[]): ReadonlyMap<string, readonly PodSpan[]> {
  const byPod = new Map<string, PodSpan[]>();
  for (const span of spans) {
    const phases = byPod.get(span.pod);
    if (phases === undefined) byPod.set(span.pod, [span]);
    else phases.push(span);
  }
  return byPod;
}

function told({ phase, fromSeconds, toSeconds }: PodSpan): string {
  return `${phase} for ${timeLabel(Math.round(toSeconds - fromSeconds))}`;
}
