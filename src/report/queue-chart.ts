// Where requests waited: a heat map of pods by time.

import type { QueueSlots, ReportFacts } from "../domain/simulation-course.ts";
import { figure, inside, timeAxis } from "./frame.ts";
import { escaped, place } from "./markup.ts";
import { numberLabel, timeLabel, timeScale } from "./scale.ts";

const MOST_ROWS = 40;
const MOST_COLUMNS = 160;
const ROW_HEIGHT = 9;
const FRAME_HEIGHT = 30;
/** Shades: from nothing waiting to the most. */
const SHADES = 6;

/** Returns the heat map of one workload; the pods that lived first come first, the longest queues decide the shade. */
export function queueChart(slots: QueueSlots, facts: ReportFacts): string {
  const pods = slots.pods.slice(0, MOST_ROWS);
  const length = Math.max(0, ...pods.map(({ pending }) => pending.length));
  const perColumn = Math.max(1, Math.ceil(length / MOST_COLUMNS));
  const rows = pods.map(({ pod, pending }) => ({ pod, cells: columns(pending, perColumn) }));
  const most = Math.max(1, ...rows.flatMap(({ cells }) => cells.map((cell) => cell ?? 0)));
  const height = FRAME_HEIGHT + Math.max(1, rows.length) * ROW_HEIGHT;
  const { x, y } = inside(height);
  const time = timeScale(facts.durationSeconds, x);
  const columnSeconds = perColumn * slots.slotSeconds;
  const drawn = rows.map(({ pod, cells }, row) => {
    const top = y.to + row * ROW_HEIGHT;
    const runs = runsOf(cells.map((cell) => shadeOf(cell, most)));
    const rectangles = runs.map(({ shade, from, to }) => {
      const left = time.at(from * columnSeconds);
      const width = time.at(Math.min(to * columnSeconds, facts.durationSeconds)) - left;
      return shade === null
        ? ""
        : `<rect class="q${shade}" x="${place(left)}" y="${top}" width="${place(width)}" height="${ROW_HEIGHT - 1}"/>`;
    });
    const peak = Math.max(0, ...cells.map((cell) => cell ?? 0));
    const told = `${pod}: at most ${numberLabel(peak)} waiting${peak > 0 ? ` (${timeLabel(cells.indexOf(peak) * columnSeconds)})` : ""}`;
    return `<g><title>${escaped(told)}</title>${rectangles.join("")}</g>`;
  });
  const left = slots.pods.length - pods.length;
  return figure(
    {
      title: "Queues",
      description: `At most ${Math.round(most)} requests waited at one pod.`,
      height,
      unit: `requests waiting, a row a pod${left > 0 ? ` (${left} more not drawn)` : ""}; darkest = ${numberLabel(most)}`,
      legend: [],
    },
    `${timeAxis(time, height)}${drawn.join("")}`,
  );
}

/** The largest of so many slots each; null where the pod was not ready in any. */
function columns(pending: readonly (number | null)[], perColumn: number): readonly (number | null)[] {
  return Array.from({ length: Math.ceil(pending.length / perColumn) }, (_, column) => {
    const known = pending
      .slice(column * perColumn, (column + 1) * perColumn)
      .filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}

function shadeOf(waiting: number | null, most: number): number | null {
  if (waiting === null) return null;
  return waiting === 0 ? 0 : Math.max(1, Math.ceil((Math.log1p(waiting) / Math.log1p(most)) * (SHADES - 1)));
}

type ShadeRun = { readonly shade: number | null; readonly from: number; to: number };

/** Neighbours of one shade become one rectangle. */
function runsOf(shades: readonly (number | null)[]): readonly ShadeRun[] {
  const runs: ShadeRun[] = [];
  shades.forEach((shade, column) => {
    const last = runs.at(-1);
    if (last !== undefined && last.shade === shade) last.to = column + 1;
    else runs.push({ shade, from: column, to: column + 1 });
  });
  return runs;
}
