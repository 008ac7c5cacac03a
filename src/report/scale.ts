// From data to places on a chart: linear and logarithmic scales with round ticks, and a scale of time.

/** Maps data to user units of the drawing; values outside the domain land outside of it. */
export type Scale = { readonly at: (value: number) => number; readonly ticks: readonly number[] };

type Extent = { readonly from: number; readonly to: number };

const STEPS = [1, 2, 2.5, 5, 10] as const;
const TIME_STEPS_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const;

/** Returns a linear scale from `domain` to `range` with about `count` ticks; an empty domain is widened by one. */
export function linearScale(domain: Extent, range: Extent, count = 5): Scale {
  const { from, to } = domain.to > domain.from ? domain : { from: domain.from, to: domain.from + 1 };
  const step = roundStep((to - from) / count);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    clean((first + index) * step),
  );
  return { at: (value) => range.from + ((value - from) / (to - from)) * (range.to - range.from), ticks };
}

/** Returns a logarithmic scale; `domain.from` must be above 0. Ticks are the powers of ten and, where few, 2 and 5 times them. */
export function logScale(domain: Extent, range: Extent): Scale {
  const from = Math.log10(domain.from);
  const to = Math.max(Math.log10(domain.to), from + 0.1);
  const factors = to - from <= 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power += 1) {
    for (const factor of factors) {
      const tick = clean(factor * 10 ** power);
      if (tick >= domain.from && tick <= 10 ** to) ticks.push(tick);
    }
  }
  return {
    at: (value) =>
      range.from +
      ((Math.log10(Math.max(value, domain.from)) - from) / (to - from)) * (range.to - range.from),
    ticks,
  };
}

/** Returns a scale of seconds from 0 to `duration` with ticks at round times, at most `count`. */
export function timeScale(duration: number, range: Extent, count = 8): Scale {
  const longest = Math.max(duration, 1);
  const day = 86_400;
  const step =
    TIME_STEPS_SECONDS.find((candidate) => longest / candidate <= count) ??
    Math.ceil(longest / count / day) * day;
  const ticks = Array.from({ length: Math.floor(longest / step) + 1 }, (_, index) => index * step);
  return { at: (value) => range.from + (value / longest) * (range.to - range.from), ticks };
}

/** Returns seconds since the start as `0`, `45s`, `12m`, `1h30m`, `2d` or `2d6h`. */
export function timeLabel(seconds: number): string {
  if (seconds === 0) return "0";
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor((seconds % 86_400) / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "m"],
    [Math.round(seconds % 60), "s"],
  ];
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join("");
}

/** Returns a number short enough for an axis: `1.5k`, `20`, `0.25`. */
export function numberLabel(value: number): string {
  if (Math.abs(value) >= 1e6) return `${clean(value / 1e6)}M`;
  if (Math.abs(value) >= 1e4) return `${clean(value / 1e3)}k`;
  return String(clean(value));
}

/** Returns a number with three digits: enough to compare by, few enough to read. */
export function shortNumber(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(rounded);
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (STEPS.find((step) => step * power >= rough) ?? 10);
}

/** Removes what binary fractions add: 0.30000000000000004 → 0.3. */
function clean(value: number): number {
  return Number(value.toPrecision(6));
}
