// A recording played as if its replicas obeyed: desired and ready are what was answered last.

import type { TargetRef } from "../domain/target.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";

/**
 * Returns `source` with the replica counts of each workload replaced by `lastAnswer`; where that is null (nothing
 * answered yet) they stay as recorded. Samples are untouched: pods do not come and go with the answer.
 */
export function following(
  source: MetricsSource,
  lastAnswer: (target: TargetRef) => number | null,
): MetricsSource {
  return {
    kind: source.kind,
    scrapeInterval: source.scrapeInterval,
    wanted: (queries) => source.wanted(queries),
    refresh: (at) => source.refresh(at),
    workload(target, at, span) {
      const samples = source.workload(target, at, span);
      const answer = lastAnswer(target);
      if (answer === null) return samples;
      return { ...samples, replicas: { ...samples.replicas, desired: answer, ready: answer } };
    },
    queried: (query, at, span) => source.queried(query, at, span),
    close: () => source.close(),
  };
}
