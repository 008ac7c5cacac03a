// Draws spans of time from their distributions.

import type { SpanDistribution } from "../../domain/scenario.ts";
import type { RandomStream } from "./random-stream.ts";

/** The 95th percentile of the standard normal distribution. */
const NORMAL_P95 = 1.6448536269514722;

/** Returns a span in seconds, never negative; a constant takes nothing from the stream. */
export function drawSpan(distribution: SpanDistribution, random: RandomStream): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.seconds;
    case "logNormal":
      return drawLogNormal(distribution, random);
    case "samples":
      return distribution.seconds[random.below(distribution.seconds.length)] ?? 0;
  }
}

function drawLogNormal(
  { p50Seconds, p95Seconds }: { readonly p50Seconds: number; readonly p95Seconds: number },
  random: RandomStream,
): number {
  if (p50Seconds === 0) return 0;
  return p50Seconds * Math.exp((Math.log(p95Seconds / p50Seconds) / NORMAL_P95) * random.normal());
}
