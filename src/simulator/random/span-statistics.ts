// What is known of a span before it is drawn: its mean, its percentiles, and what it can fall to.

import type { SpanDistribution } from "../../domain/scenario.ts";

/** The 95th percentile of the standard normal distribution. */
const NORMAL_P95 = 1.6448536269514722;

/** Returns the mean span in seconds. */
export function meanSpan(distribution: SpanDistribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.seconds;
    case "logNormal":
      return distribution.p50Seconds * Math.exp(logDeviation(distribution) ** 2 / 2);
    case "samples":
      return distribution.seconds.reduce((sum, seconds) => sum + seconds, 0) / distribution.seconds.length;
  }
}

/** Returns the span in seconds that 95 % of the draws do not exceed. */
export function spanP95(distribution: SpanDistribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.seconds;
    case "logNormal":
      return distribution.p95Seconds;
    case "samples": {
      const sorted = [...distribution.seconds].sort((a, b) => a - b);
      return sorted[Math.max(0, Math.ceil(0.95 * sorted.length) - 1)] ?? 0;
    }
  }
}

/** Returns the shortest span in seconds that can be drawn: 0 for a log-normal one that varies. */
export function leastSpan(distribution: SpanDistribution): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.seconds;
    case "logNormal":
      return logDeviation(distribution) === 0 ? distribution.p50Seconds : 0;
    case "samples":
      return Math.min(...distribution.seconds);
  }
}

function logDeviation({
  p50Seconds,
  p95Seconds,
}: {
  readonly p50Seconds: number;
  readonly p95Seconds: number;
}): number {
  return p50Seconds === 0 ? 0 : Math.log(p95Seconds / p50Seconds) / NORMAL_P95;
}
