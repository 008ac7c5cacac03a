// Samples of a pod → the text of each scrape, as the pod itself would have shown it: the reverse of the parser.

import type { PodSamples, Series } from "../domain/samples.ts";
import type { Instant } from "../domain/units.ts";
import { countUntil } from "./window.ts";

/** One attempt to read a pod: the text that it gave, or null where it failed. */
export type PrintedScrape = { readonly at: Instant; readonly text: string | null };

/** A page without any sample; an empty text would be no page. */
const NOTHING = "# no samples\n";

/**
 * Returns the pod's attempts later than `since` (null = all), oldest first, each with the samples of its very instant.
 * Samples at an instant without an attempt were an attempt that succeeded; those of a failed one are left out.
 */
export function printScrapes(
  { scrapes, series }: PodSamples,
  since: Instant | null,
): readonly PrintedScrape[] {
  const upAt = new Map(
    scrapes.filter(({ at }) => since === null || at > since).map(({ at, up }) => [at, up]),
  );
  const linesAt = new Map<Instant, string[]>();
  for (const one of series) {
    const name = printedName(one);
    for (let index = since === null ? 0 : countUntil(one.times, since); index < one.times.length; index++) {
      const [at, value] = [one.times[index], one.values[index]];
      if (at === undefined || value === undefined) continue;
      const lines = linesAt.get(at);
      if (lines === undefined) linesAt.set(at, [`${name} ${printedValue(value)}\n`]);
      else lines.push(`${name} ${printedValue(value)}\n`);
    }
  }
  const times = [...new Set([...upAt.keys(), ...linesAt.keys()])].sort((one, other) => one - other);
  return times.map((at) => ({ at, text: upAt.get(at) === false ? null : page(linesAt.get(at) ?? []) }));
}

/** By name, so that the order in which a source lists series shows nowhere. */
function page(lines: readonly string[]): string {
  return lines.length === 0 ? NOTHING : lines.toSorted().join("");
}

function printedName({ family, labels }: Series): string {
  const { model, version, gpuUuid, reason, quantile, le } = labels;
  const named = { gpu_uuid: gpuUuid, model, version, reason, quantile, le };
  const printed = Object.entries(named).flatMap(([name, value]) =>
    value === null ? [] : [`${name}="${escaped(value)}"`],
  );
  return printed.length === 0 ? family : `${family}{${printed.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** The shortest text that gives the same number again. */
function printedValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
