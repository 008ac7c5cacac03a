// The frame of a chart: title, axes, grid and legend around what is drawn in it.

import { escaped, place } from "./markup.ts";
import { numberLabel, type Scale, timeLabel } from "./scale.ts";

export const WIDTH = 960;
const LEFT = 58;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 22;

/** The inside of a chart of a height, in user units. */
export function inside(height: number) {
  return {
    x: { from: LEFT, to: WIDTH - RIGHT },
    // Downwards: the smallest value lies at the bottom.
    y: { from: height - BOTTOM, to: TOP },
  };
}

export type LegendEntry = { readonly label: string; readonly style: string };

export type FrameInput = {
  readonly title: string;
  /** What a reader who cannot see the chart is told. */
  readonly description: string;
  readonly height: number;
  readonly time: Scale;
  readonly value: Scale;
  readonly unit: string;
  readonly legend: readonly LegendEntry[];
  readonly body: string;
};

/** Returns a figure with an SVG that scales to the page's width. */
export function frame({ title, description, height, time, value, unit, legend, body }: FrameInput): string {
  const { x, y } = inside(height);
  const grid = value.ticks
    .map((tick) => {
      const at = place(value.at(tick));
      const label = `<text class="tick" x="${LEFT - 6}" y="${at}" dy="4" text-anchor="end">${numberLabel(tick)}</text>`;
      return `<path class="grid" d="M${x.from} ${at}H${x.to}"/>${label}`;
    })
    .join("");
  return figure(
    { title, description, height, unit, legend },
    `${grid}${timeAxis(time, height)}<path class="axis" d="M${x.from} ${y.to}V${y.from}H${x.to}"/>${body}`,
  );
}

/** Returns the ticks of the time axis with their labels. */
export function timeAxis(time: Scale, height: number): string {
  const { y } = inside(height);
  return time.ticks
    .map((tick) => {
      const at = place(time.at(tick));
      return `<path class="grid" d="M${at} ${y.from}v4"/><text class="tick" x="${at}" y="${y.from + 16}" text-anchor="middle">${timeLabel(tick)}</text>`;
    })
    .join("");
}

/** Returns the figure around a drawing. */
export function figure(
  {
    title,
    description,
    height,
    unit,
    legend,
  }: Pick<FrameInput, "title" | "description" | "height" | "unit" | "legend">,
  drawing: string,
): string {
  const entries = legend
    .map(({ label, style }) => `<span class="key"><i class="${style}"></i>${escaped(label)}</span>`)
    .join("");
  return `<figure><figcaption><b>${escaped(title)}</b> <span class="unit">${escaped(unit)}</span>${entries}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(`${title}. ${description}`)}">${drawing}</svg></figure>`;
}
