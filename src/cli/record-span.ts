// Which time `tidemark record` is to record, and what a source can give of it.

import { gridAtOrBefore } from "../control/grid.ts";
import { formatInstant, parseInstant } from "../domain/instant.ts";
import { after, type Instant, type Millis } from "../domain/units.ts";
import { parseDuration } from "../policy/duration.ts";
import { badInput } from "./command-error.ts";

/** Either `for`, or `from` and `to`. */
export type SpanOptions = { readonly for?: string; readonly from?: string; readonly to?: string };

export type SpanLimits = {
  readonly kind: string;
  /** The source's present. */
  readonly now: Instant;
  readonly end: Instant | null;
  readonly knowsPast: boolean;
  readonly interval: Millis;
};

/** Returns the span; `from` is on the grid of ticks. Throws a CommandError for what cannot be recorded. */
export function recordSpan(
  options: SpanOptions,
  { kind, now, end, knowsPast, interval }: SpanLimits,
): { readonly from: Instant; readonly to: Instant } {
  const { from, to } = askedSpan(options, now);
  if (from < now && !knowsPast) {
    throw badInput(
      `--from ${formatInstant(from)} is past: a source of kind ${kind} begins at ${formatInstant(now)}`,
    );
  }
  const last = end !== null && end < to ? end : to;
  if (last <= from)
    throw badInput(`nothing to record between ${formatInstant(from)} and ${formatInstant(last)}`);
  return { from: gridAtOrBefore(from, interval), to: last };
}

function askedSpan(options: SpanOptions, now: Instant): { readonly from: Instant; readonly to: Instant } {
  if (options.for !== undefined) {
    const length = parseDuration(options.for);
    if (length === null) throw badInput(`--for ${options.for} is no duration; write it with its unit, as 1h`);
    return { from: now, to: after(now, length) };
  }
  if (options.from === undefined || options.to === undefined) {
    throw badInput("say which time to record: --for 1h, or --from and --to");
  }
  return { from: readInstant("--from", options.from), to: readInstant("--to", options.to) };
}

function readInstant(flag: string, text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw badInput(`${flag} ${text} is no instant; write it as 2026-01-05T00:00:00Z`);
  return at;
}
