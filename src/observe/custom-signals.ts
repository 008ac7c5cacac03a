// Custom signals: what a policy's own query gave over a window, one sample a tick, under the rules of every other
// signal (rules 5, 8 and 15 of the decision semantics). They count no pods.

import type { CustomReading, SignalState } from "../domain/observation.ts";
import type { CustomSignalPolicy } from "../domain/policy.ts";
import type { QuerySamples } from "../domain/samples.ts";
import { elapsed, type Instant, type Millis, toSeconds } from "../domain/units.ts";
import { type GaugeLevels, gaugeLevels } from "./gauge-levels.ts";
import { isData } from "./signal-state.ts";
import { usableSamples } from "./track.ts";
import { countUntil, halves, type Window, windowStart } from "./window.ts";

/** When a query's samples are read, and from when on they are too old. */
export type QueryReading = { readonly at: Instant; readonly maxAge: Millis };

const NO_SAMPLES: QuerySamples = { times: [], values: [] };
const NO_LEVELS = { mean: null, oldest: null, newest: null };

/** Returns the readings by name, in the order of the policy; `queries` holds the samples by query text. */
export function readCustomSignals(
  signals: readonly CustomSignalPolicy[],
  queries: ReadonlyMap<string, QuerySamples>,
  reading: QueryReading,
): Readonly<Record<string, CustomReading>> {
  const named = signals.map((signal) => {
    const samples = queries.get(signal.query) ?? NO_SAMPLES;
    return [signal.name, readCustomSignal(signal, samples, reading)] as const;
  });
  return Object.fromEntries(named);
}

/**
 * Returns the mean of the window's samples (the newest sample if it holds fewer than two), for a backlog with the
 * levels at both ends, for a quality signal with the mean of each half.
 */
export function readCustomSignal(
  { kind, window: span }: CustomSignalPolicy,
  samples: QuerySamples,
  { at, maxAge }: QueryReading,
): CustomReading {
  const usable = usableSamples(samples, at);
  const window = { at, span };
  const newestAt = usable.times.at(-1);
  const found = newestAt === undefined ? null : gaugeLevels(usable, window);
  const missing = missingState(samples, { at, maxAge }, newestAt);
  const state = missing ?? (kind !== "quality" && isAllZero(usable, window) ? "idle" : "live");
  const levels = isData(state) ? (found ?? NO_LEVELS) : NO_LEVELS;
  const ageSeconds = newestAt === undefined ? null : toSeconds(elapsed(newestAt, at));
  const measured = { kind, state, value: levels.mean, unit: "query", ageSeconds } as const;
  return withDetail(measured, levels, { usable, window });
}

type Measured = Pick<CustomReading, "kind" | "state" | "value" | "unit" | "ageSeconds">;
type Levels = GaugeLevels | typeof NO_LEVELS;

/** What the kind of signal needs besides its value. */
function withDetail(
  { kind, ...measured }: Measured,
  { oldest, newest }: Levels,
  { usable, window }: { readonly usable: QuerySamples; readonly window: Window },
): CustomReading {
  if (kind === "load") return { kind, ...measured };
  if (kind === "backlog") return { kind, ...measured, oldest, newest };
  const [first, second] = halves(window);
  const mean = (half: Window): number | null => (isData(measured.state) ? meanOf(usable, half) : null);
  return { kind, ...measured, valueFirstHalf: mean(first), valueSecondHalf: mean(second) };
}

function missingState(
  { times }: QuerySamples,
  { at, maxAge }: QueryReading,
  newestAt: Instant | undefined,
): Exclude<SignalState, "live" | "idle"> | null {
  if (newestAt !== undefined) return elapsed(newestAt, at) > maxAge ? "stale" : null;
  return times.some((time) => time <= at) ? "implausible" : "absent";
}

/** Nothing but zeros in the window, or in the newest sample where the window holds none. */
function isAllZero(samples: QuerySamples, window: Window): boolean {
  const inside = samplesIn(samples, window);
  return (inside.length > 0 ? inside : samples.values.slice(-1)).every((value) => value === 0);
}

function meanOf(samples: QuerySamples, window: Window): number | null {
  const inside = samplesIn(samples, window);
  return inside.length === 0 ? null : inside.reduce((total, value) => total + value, 0) / inside.length;
}

function samplesIn({ times, values }: QuerySamples, window: Window): readonly number[] {
  return values.slice(countUntil(times, windowStart(window)), countUntil(times, window.at));
}
