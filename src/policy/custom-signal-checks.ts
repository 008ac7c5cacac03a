// Rules about custom signals across fields: names, and what they need of the source.

import type { Configuration } from "../domain/configuration.ts";
import type { IssueCode } from "../domain/issue.ts";
import { CAPACITY_SIGNAL, isBuiltIn } from "../domain/policy.ts";
import type { Millis } from "../domain/units.ts";
import { formatDuration } from "./duration.ts";
import { type FieldPath, type Finding, formatPath } from "./finding.ts";
import type { Locator } from "./locate.ts";
import type { CustomFacts, PolicyFacts } from "./policy-facts.ts";
import { quoted } from "./wording.ts";

/** A load's and a quality signal's window holds at least this many results; a backlog is judged by one. */
const RESULTS_MIN = { load: 4, quality: 4, backlog: 1 } as const;

/** Returns what is wrong with the names: two signals of one policy must not share one. */
export function customNameFindings({ custom }: PolicyFacts, locate: Locator): readonly Finding[] {
  const first = new Map<string, number>();
  return (custom ?? []).flatMap(({ name }, index) => {
    if (name === null) return [];
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, index);
    const taken =
      isBuiltIn(name) || name === CAPACITY_SIGNAL
        ? "the name of a built-in signal"
        : earlier === undefined
          ? null
          : `the name of another custom signal already (line ${locate.value(fieldOf(earlier, "name")).line})`;
    if (taken === null) return [];
    return [found(locate, fieldOf(index, "name"), ["BAD_NAME", `is ${quoted(name)}, ${taken}; rename it`])];
  });
}

/** Returns what the custom signals need and the source does not give; `scrapeInterval` is the source's, if known. */
export function customSourceFindings(
  { custom }: PolicyFacts,
  locate: Locator,
  { configuration, scrapeInterval }: { configuration: Configuration; scrapeInterval: Millis | null },
): readonly Finding[] {
  const { source, tick } = configuration;
  return (custom ?? []).flatMap((signal, index) => {
    if (source.kind === "scrape" || source.kind === "simulation") {
      const text = `is not available from a source of kind ${quoted(source.kind)}, which runs no queries; remove the signal or read from Prometheus`;
      return [found(locate, fieldOf(index, "query"), ["NOT_AVAILABLE", text])];
    }
    if (scrapeInterval === null) return [];
    const text = windowText(signal, { tickInterval: tick.interval, scrapeInterval });
    return text === null ? [] : [found(locate, fieldOf(index, "window"), ["WINDOW_TOO_SHORT", text])];
  });
}

/** A query gives one result a tick, and a new one once a scrape: the slower of the two counts. */
function windowText(
  { kind, window }: CustomFacts,
  { tickInterval, scrapeInterval }: { readonly tickInterval: Millis; readonly scrapeInterval: Millis },
): string | null {
  if (kind === null || window === null) return null;
  const byTick = tickInterval > scrapeInterval;
  const interval = byTick ? tickInterval : scrapeInterval;
  const least = RESULTS_MIN[kind];
  if (window >= least * interval) return null;
  const unit = byTick ? "tick interval" : "scrape interval";
  const need = `${least} ${unit}${least === 1 ? "" : "s"}${byTick ? "" : " of the source"}`;
  return `is ${formatDuration(window)}, must be at least ${need} (${least} × ${formatDuration(interval)}); lengthen it`;
}

function fieldOf(index: number, key: string): FieldPath {
  return ["spec", "signals", "custom", index, key];
}

function found(
  locate: Locator,
  at: FieldPath,
  [code, text]: readonly [code: IssueCode, text: string],
): Finding {
  const path = formatPath(at);
  return { ...locate.value(at), code, path, message: `${path} ${text}` };
}
