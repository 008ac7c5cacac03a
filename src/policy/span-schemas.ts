// Spans of simulated time as documents write them: exact seconds, and spans that are drawn.

import { z } from "zod";
import type { SpanDistribution } from "../domain/scenario.ts";
import { DURATION_PATTERN, parseSeconds } from "./duration.ts";
import { BAD_DURATION, mapping, refusal } from "./field-schemas.ts";

const LONGEST_SECONDS = 366 * 86_400;
const MOST_SAMPLES = 10_000;

/** Returns the schema of a duration in seconds, fractions of a millisecond kept: above 0, or from 0 on. */
export function spanSeconds({ orZero = false }: { readonly orZero?: boolean } = {}) {
  const range = refusal("OUT_OF_RANGE", `must be ${orZero ? "0s" : "more than 0s"} to 366d`);
  return z
    .string({ error: ({ input }) => (typeof input === "number" ? BAD_DURATION : undefined) })
    .regex(DURATION_PATTERN, { error: BAD_DURATION })
    .transform((text) => parseSeconds(text) ?? LONGEST_SECONDS + 1)
    .refine((seconds) => (orZero ? seconds >= 0 : seconds > 0) && seconds <= LONGEST_SECONDS, {
      error: range,
    });
}

const percentiles = mapping({ p50: spanSeconds(), p95: spanSeconds() })
  .superRefine(({ p50, p95 }, context) => {
    if (p95 >= p50) return;
    const message = refusal("BOUNDS", `must be at least p50 (${p50}s)`);
    context.addIssue({ code: "custom", path: ["p95"], message });
  })
  .transform(({ p50, p95 }): SpanDistribution => ({ kind: "logNormal", p50Seconds: p50, p95Seconds: p95 }));

const samples = mapping({
  samples: z
    .array(spanSeconds({ orZero: true }))
    .min(1)
    .max(MOST_SAMPLES),
}).transform(({ samples: seconds }): SpanDistribution => ({ kind: "samples", seconds }));

/** A duration, `{ p50, p95 }` or `{ samples: [ … ] }`. */
export const spanDistribution = () =>
  z.union([
    spanSeconds({ orZero: true }).transform((seconds): SpanDistribution => ({ kind: "constant", seconds })),
    percentiles,
    samples,
  ]);
