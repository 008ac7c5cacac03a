// A metrics source whose readings are told to our own metrics.

import { millis, toSeconds } from "../domain/units.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { monotonicMillis } from "./system-clock.ts";

/** Returns `source`, with the outcome and the real time of each of its readings told to `telemetry`. */
export function timed(source: MetricsSource, telemetry: Pick<Telemetry, "sourceQuery">): MetricsSource {
  return {
    kind: source.kind,
    scrapeInterval: source.scrapeInterval,
    wanted: (queries) => source.wanted(queries),
    async refresh(at) {
      const startedMs = monotonicMillis();
      const outcome = await source.refresh(at);
      telemetry.sourceQuery(source.kind, outcome.ok, toSeconds(millis(monotonicMillis() - startedMs)));
      return outcome;
    },
    workload: (target, at, span) => source.workload(target, at, span),
    queried: (query, at, span) => source.queried(query, at, span),
    close: () => source.close(),
  };
}
