// Desired and ready replicas of workloads over the recent past, as kube-state-metrics publishes them.

import type { ReplicaReading } from "../../domain/samples.ts";
import type { TargetRef } from "../../domain/target.ts";
import { before, type Instant, type Millis } from "../../domain/units.ts";
import { SampleBuffer } from "../../observe/sample-buffer.ts";
import type { DecodedSeries } from "./decode-response.ts";
import { REPLICA_METRICS } from "./selectors.ts";

type Counts = "desired" | "ready";

export class ReplicaCounts {
  readonly #buffer: SampleBuffer;
  readonly #known = new Set<string>();

  constructor({ keep }: { readonly keep: Millis }) {
    this.#buffer = new SampleBuffer({ keep });
  }

  /** Takes in a series; one of another metric, or without the labels that name a workload, is left out. */
  take({ labels, times, values }: DecodedSeries): void {
    const name = labels["__name__"] ?? "";
    if (!isReplicaMetric(name)) return;
    const { kind, label, counts } = REPLICA_METRICS[name];
    const [namespace, workload] = [labels["namespace"], labels[label]];
    if (namespace === undefined || workload === undefined) return;
    const target = key({ kind, namespace, name: workload });
    this.#known.add(target);
    this.#buffer.addSeries(target, {
      family: counts,
      labels: {},
      times,
      values,
    });
  }

  /** Returns what was newest at `at`, if no older than `maxAge`; a count that is no whole number is unknown. */
  read(target: TargetRef, at: Instant, maxAge: Millis): ReplicaReading {
    const series = this.#buffer.series(key(target), at, maxAge);
    const newest = (counts: Counts): number | null => {
      const found = series.find(({ family }) => family === counts);
      const time = found?.times.at(-1);
      const value = found?.values.at(-1);
      if (time === undefined || value === undefined || time <= before(at, maxAge)) return null;
      return Number.isInteger(value) && value >= 0 ? value : null;
    };
    return { desired: newest("desired"), ready: newest("ready"), source: "kube-state-metrics" };
  }

  /** Returns the workload with the kind that it has been counted under, or as it is where it has not. */
  ofKnownKind(target: TargetRef): TargetRef {
    const kinds = ["Deployment", "StatefulSet"] as const;
    const kind = kinds.find((each) => this.#known.has(key({ ...target, kind: each })));
    return kind === undefined ? target : { ...target, kind };
  }

  /** Forgets what is too old, a workload a step. */
  forgetting(now: Instant): Generator<void, void> {
    return this.#buffer.forgetting(now);
  }
}

function isReplicaMetric(name: string): name is keyof typeof REPLICA_METRICS {
  return Object.hasOwn(REPLICA_METRICS, name);
}

function key({ kind, namespace, name }: TargetRef): string {
  return `${kind}/${namespace}/${name}`;
}
