// Rules across the fields of one service configuration.

import { millis } from "../domain/units.ts";
import { CONFIGURATION_DEFAULTS } from "./configuration-defaults.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { duration } from "./field-schemas.ts";
import type { Finding } from "./finding.ts";
import type { LocatedDocument } from "./read-document.ts";
import { missingKey, valueAt } from "./schema-findings.ts";

const SECTIONS = ["prometheus", "scrape", "recording", "simulation"];
const SOURCE = ["spec", "source"] as const;

/** Returns what is wrong between the fields of a configuration: its source's section, and timeouts. */
export function configurationFindings(document: LocatedDocument): readonly Finding[] {
  return [...sectionFindings(document), ...targetFindings(document), ...timeoutFindings(document)];
}

/** Returns the warning that a configuration's source counts replicas from the pods it sees. */
export function replicasFromPods({ value, locate }: LocatedDocument): readonly Finding[] {
  const kind = valueAt(value, [...SOURCE, "kind"]);
  const countsPods =
    kind === "prometheus" && valueAt(value, [...SOURCE, "prometheus", "replicas"]) === "pods";
  if (kind !== "recording" && !countsPods) return [];
  const path = countsPods ? [...SOURCE, "prometheus", "replicas"] : [...SOURCE, "kind"];
  const message = `${path.join(".")} is "${countsPods ? "pods" : "recording"}": replicas are counted from the pods seen, which misses those that do not answer yet`;
  return [{ ...locate.value(path), code: "REPLICAS_FROM_PODS", path: path.join("."), message }];
}

function sectionFindings(document: LocatedDocument): readonly Finding[] {
  const kind = valueAt(document.value, [...SOURCE, "kind"]);
  if (typeof kind !== "string" || !SECTIONS.includes(kind)) return [];
  const missing = document.locate.has([...SOURCE, kind]) ? [] : [missingKey([...SOURCE, kind], document)];
  const others = SECTIONS.filter((section) => section !== kind && document.locate.has([...SOURCE, section]));
  const foreign = others.map((section): Finding => {
    const path = `spec.source.${section}`;
    const message = `${path} does not belong to a source of kind "${kind}"; remove it`;
    return { ...document.locate.key([...SOURCE, section]), code: "UNKNOWN_KEY", path, message };
  });
  return [...missing, ...foreign];
}

/** Targets are listed or discovered. */
function targetFindings(document: LocatedDocument): readonly Finding[] {
  const scrape = [...SOURCE, "scrape"];
  const [isListed, isDiscovered] = ["targets", "discovery"].map((key) =>
    document.locate.has([...scrape, key]),
  );
  if (!document.locate.has(scrape) || isListed !== isDiscovered) return [];
  if (!isListed) return [missingKey([...scrape, "targets"], document)];
  const path = [...scrape, "discovery"];
  const message = `${path.join(".")} is given besides spec.source.scrape.targets; remove one of them`;
  return [{ ...document.locate.key(path), code: "UNKNOWN_KEY", path: path.join("."), message }];
}

function timeoutFindings({ value, locate }: LocatedDocument): readonly Finding[] {
  const path = [...SOURCE, "scrape", "timeout"];
  const timeout = duration().safeParse(valueAt(value, path));
  const written = duration()
    .optional()
    .safeParse(valueAt(value, [...SOURCE, "scrape", "interval"]));
  if (!timeout.success || !written.success) return [];
  const interval = written.data ?? parseDuration(CONFIGURATION_DEFAULTS.scrapeInterval) ?? millis(0);
  if (timeout.data <= interval) return [];
  const intervalPath = [...SOURCE, "scrape", "interval"];
  const place = locate.has(intervalPath) ? `line ${locate.value(intervalPath).line}` : "the default";
  const most = `spec.source.scrape.interval (${formatDuration(interval)}, ${place})`;
  const message = `spec.source.scrape.timeout is ${formatDuration(timeout.data)}, must be at most ${most}`;
  return [{ ...locate.value(path), code: "OUT_OF_RANGE", path: path.join("."), message }];
}
