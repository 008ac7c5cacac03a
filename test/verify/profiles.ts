// Predicts published measurements of real Tritons on GPUs from service profiles that a quarter of them calibrated:
// `npm run verify:profiles -- PATH…`. Exits with 1 where an error is out of its bound and no reason is known.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type MeasuredSection, offlineOf, readSections } from "./measured-sections.ts";
import { boundsOf, KNOWN_PROFILE_MISSES } from "./profile-bounds.ts";
import { fitOffline, fitOnline, type PointError, type SectionFit } from "./section-fit.ts";

function tableFiles(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith(".csv.gz"))
    .sort()
    .map((name) => join(path, name));
}

function fitOf(section: MeasuredSection, all: readonly MeasuredSection[]): SectionFit | null {
  if (!section.isOnline) return fitOffline(section);
  const offline = offlineOf(section, all);
  return offline === undefined ? null : fitOnline(section, offline);
}

function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}

function errorCells(errors: readonly PointError[]): string {
  const figures = (["throughput", "latency"] as const).flatMap((figure) =>
    [0.5, 0.9].map((p) =>
      quantile(
        errors.map((error) => error[figure]),
        p,
      ),
    ),
  );
  return figures.map((value) => (100 * value).toFixed(1).padStart(9)).join("");
}

function sectionLine(section: MeasuredSection, { setup, errors }: SectionFit): string {
  const { service, instances, waitingBatchesGrow, frontEndSeconds } = setup;
  const fitted = section.isOnline
    ? `${instances} instance${instances === 1 ? "" : "s"}, contention ${service.gpuContention.toFixed(2)}, front end ${(frontEndSeconds * 1e6).toFixed(0)} µs, waiting batches ${waitingBatchesGrow ? "grow" : "do not grow"}`
    : `${service.points.length} batch sizes`;
  return `${errorCells(errors)}  ${section.family}, ${section.title}: ${fitted}\n`;
}

/** Returns what is out of its bound, with the reason where one is known. */
function misses(kind: string, errors: readonly PointError[]): readonly { text: string; isKnown: boolean }[] {
  const bounds = boundsOf(kind);
  return (["throughput", "latency"] as const).flatMap((figure) =>
    (["median", "p90"] as const).flatMap((measure) => {
      const values = errors.map((error) => error[figure]);
      const value = quantile(values, measure === "median" ? 0.5 : 0.9);
      const bound = bounds[figure][measure];
      if (value <= bound) return [];
      const reason = KNOWN_PROFILE_MISSES[`${kind}/${figure}/${measure}`];
      const text = `! ${kind}, ${figure}, ${measure}: ${(100 * value).toFixed(1)} %, bound ${(100 * bound).toFixed(1)} %: ${reason ?? "reason unknown"}\n`;
      return [{ text, isKnown: reason !== undefined }];
    }),
  );
}

function run(paths: readonly string[]): number {
  const sections = paths.flatMap(tableFiles).flatMap(readSections);
  const byKind = new Map<string, PointError[]>();
  process.stdout.write(
    "errors in % on points that calibration has not seen: throughput median, p90; latency median, p90\n",
  );
  for (const section of sections) {
    const fit = fitOf(section, sections);
    if (fit === null) {
      process.stdout.write(
        `left out: ${section.family}, ${section.title}: there is no Offline table for it\n`,
      );
      continue;
    }
    process.stdout.write(sectionLine(section, fit));
    const kind = section.isOnline ? `Online ${section.family}` : "Offline";
    byKind.set(kind, [...(byKind.get(kind) ?? []), ...fit.errors]);
  }
  const found = [...byKind].flatMap(([kind, errors]) => misses(kind, errors));
  process.stdout.write(
    `\n${"on unseen points, %".padEnd(32)}${["points", "thr. p50", "p90", "lat. p50", "p90"].map((name) => name.padStart(9)).join("")}\n`,
  );
  for (const [kind, errors] of byKind)
    process.stdout.write(`${kind.padEnd(32)}${String(errors.length).padStart(9)}${errorCells(errors)}\n`);
  for (const { text } of found) process.stdout.write(text);
  return byKind.size > 0 && found.every(({ isKnown }) => isKnown) ? 0 : 1;
}

process.exitCode = run(process.argv.slice(2));
