// The report of a tuning: the verdict, and the front of what can be had in training.

import type { TuningResult } from "../domain/tuning-result.ts";
import { frame, inside } from "./frame.ts";
import { escaped, place } from "./markup.ts";
import { linearScale, numberLabel } from "./scale.ts";
import { page } from "./simulation-page.ts";

const HEIGHT = 260;

export type TuningReport = {
  readonly name: string;
  readonly result: TuningResult;
  /** The text that the command prints. */
  readonly lines: readonly string[];
};

/** Returns the page; equal reports give equal bytes. */
export function tuningPage({ name, result, lines }: TuningReport): string {
  const [conclusion = "", ...rest] = lines;
  return page(
    `${name}: tuning`,
    `<h1>Tuning: ${escaped(name)}</h1>
<p class="verdict${result.ok ? "" : " bad"}"><b>${escaped(conclusion)}</b></p>
<div class="wide"><pre>${escaped(rest.join("\n").trim())}</pre></div>
${frontChart(result)}
${frontTable(result)}`,
  );
}

type Dot = {
  readonly label: string;
  readonly style: string;
  readonly gpuHours: number;
  readonly missed: number;
};

function frontChart({ front, current, recommended }: TuningResult): string {
  const dots: readonly Dot[] = [
    ...front.map(({ train }): Dot => ({ ...dot(train), label: "", style: "other" })),
    { ...dot(current.train), label: "today", style: "other" },
    ...(recommended === null ? [] : [{ ...dot(recommended.train), label: "recommended", style: "ours" }]),
  ];
  const { x, y } = inside(HEIGHT);
  const costs = dots.map(({ gpuHours }) => gpuHours);
  const cost = linearScale({ from: Math.min(...costs) * 0.95, to: Math.max(...costs) * 1.1 }, x, 6);
  const value = linearScale({ from: 0, to: Math.max(0.1, ...dots.map(({ missed }) => missed)) * 1.1 }, y, 4);
  const axis = cost.ticks.map((tick) => {
    const at = place(cost.at(tick));
    return `<path class="grid" d="M${at} ${y.from}v4"/><text class="tick" x="${at}" y="${y.from + 16}" text-anchor="middle">${numberLabel(tick)}</text>`;
  });
  const drawn = dots.map(({ label, style, gpuHours, missed }) => {
    const [left, top] = [place(cost.at(gpuHours)), place(value.at(missed))];
    return `<g class="${style}"><title>${numberLabel(gpuHours)} GPU-hours, ${numberLabel(missed)} % missed</title><circle cx="${left}" cy="${top}" r="4"/><text x="${left}" y="${top}" dx="8" dy="4">${escaped(label)}</text></g>`;
  });
  return frame({
    title: "What can be had in training",
    description: `${front.length} policies that no other beats.`,
    height: HEIGHT,
    time: { at: cost.at, ticks: [] },
    value,
    unit: "% of requests that missed the objective (up) against GPU-hours (across)",
    legend: [],
    body: axis.join("") + drawn.join(""),
  });
}

function dot({ gpuHours, attainmentRatio }: TuningResult["current"]["train"]) {
  return { gpuHours, missed: (1 - (attainmentRatio ?? 1)) * 100 };
}

function frontTable({ front }: TuningResult): string {
  const [first] = front;
  if (first === undefined) return "";
  const paths = Object.keys(first.changes);
  const heads = [...paths, "GPU-hours", "in time %", "reversals"].map(
    (title) => `<th scope="col">${escaped(title)}</th>`,
  );
  const rows = front.map(({ changes, train }) => {
    const attained = train.attainmentRatio === null ? "–" : (train.attainmentRatio * 100).toFixed(3);
    const cells = [
      ...paths.map((path) => String(changes[path] ?? "–")),
      train.gpuHours.toFixed(3),
      attained,
      train.reversals.toFixed(1),
    ];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;
  });
  return `<div class="wide"><table><caption>The front, cheapest first</caption><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
