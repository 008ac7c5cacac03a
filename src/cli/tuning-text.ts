// A tuning's result as text: the verdict first, then what would change and how sure it is.

import type { TuningDocument } from "../domain/tuning.ts";
import type { TunedDifference, TunedScore, TuningResult } from "../domain/tuning-result.ts";

const MOST_REJECTED = 5;

/** Returns the verdict, the changes, today's and the recommended policy on training and held-out time, what was rejected. */
export function tuningText(result: TuningResult, document: TuningDocument): string {
  const lines = [
    verdict(result),
    ...Object.entries(result.changes).map(
      ([path, { from, to }]) => `  ${path}: ${from ?? "not written"} -> ${to}`,
    ),
    "",
    ...scores(result),
    ...generalisation(result),
    ...rejectedLines(result),
    "",
    `searched ${document.space.length} fields with ${result.evaluations} evaluations of up to ${document.seeds} seeds; held-out time ran under seeds of its own`,
  ];
  return `${lines.join("\n")}\n`;
}

function verdict({ recommended, current }: TuningResult): string {
  if (recommended === null)
    return "Nothing better was found and confirmed on held-out time: keep the policy as it is.";
  const { gpuHours, attainmentRatio } = recommended.difference;
  const share = current.holdOut.gpuHours === 0 ? 0 : (gpuHours.mean ?? 0) / current.holdOut.gpuHours;
  return `Better, confirmed on held-out time: GPU-hours ${signedPercent(share)} (${signed(gpuHours, 3)}), attainment ${signed(scaled(attainmentRatio, 100), 3)} points.`;
}

function scores({ current, recommended }: TuningResult): readonly string[] {
  const rows: readonly (readonly [string, TunedScore])[] = [
    ["today, training", current.train],
    ["today, held-out", current.holdOut],
    ...(recommended === null
      ? []
      : ([
          ["recommended, training", recommended.train],
          ["recommended, held-out", recommended.holdOut],
        ] as const)),
  ];
  return [
    `${"".padEnd(24)} ${["GPU-hours", "in time %", "p99 ms", "reversals"].map((title) => title.padStart(11)).join("")}`,
    ...rows.map(([name, { gpuHours, attainmentRatio, latencyP99Ms, reversals }]) => {
      const cells = [
        gpuHours.toFixed(3),
        attainmentRatio === null ? "–" : (attainmentRatio * 100).toFixed(3),
        latencyP99Ms === null ? "–" : latencyP99Ms.toFixed(1),
        reversals.toFixed(1),
      ];
      return `${name.padEnd(24)} ${cells.map((cell) => cell.padStart(11)).join("")}`;
    }),
  ];
}

/** By how much the saving shrank from the time it was sought on to the time it had not seen. */
function generalisation({ current, recommended }: TuningResult): readonly string[] {
  if (recommended === null) return [];
  const saved = (part: "train" | "holdOut"): number =>
    current[part].gpuHours === 0 ? 0 : recommended[part].gpuHours / current[part].gpuHours - 1;
  return [
    "",
    `GPU-hours against today's: ${signedPercent(saved("train"))} in training, ${signedPercent(saved("holdOut"))} on held-out time`,
  ];
}

function rejectedLines({ rejected }: TuningResult): readonly string[] {
  if (rejected.length === 0) return [];
  const shown = rejected.slice(-MOST_REJECTED).map(({ changes, why }) => {
    const values = Object.entries(changes).map(
      ([path, value]) => `${path.split(".").slice(-2).join(".")} ${value}`,
    );
    return `  ${values.join(", ")}: ${why}`;
  });
  return [
    "",
    `rejected${rejected.length > MOST_REJECTED ? ` (${rejected.length}, the last ${MOST_REJECTED})` : ""}:`,
    ...shown,
  ];
}

function scaled({ mean, low, high }: TunedDifference, factor: number): TunedDifference {
  const times = (value: number | null): number | null => (value === null ? null : value * factor);
  return { mean: times(mean), low: times(low), high: times(high) };
}

function signed({ mean, low, high }: TunedDifference, digits: number): string {
  if (mean === null) return "–";
  const text = (value: number): string => `${value > 0 ? "+" : ""}${value.toFixed(digits)}`;
  return low === null || high === null ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`;
}

function signedPercent(ratio: number): string {
  return `${ratio > 0 ? "+" : ""}${(ratio * 100).toFixed(1)} %`;
}
