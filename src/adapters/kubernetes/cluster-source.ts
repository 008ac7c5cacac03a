// A metrics source whose replica counts, and what there is to say of pods, come from the Kubernetes API.

import type { PodSamples, QuerySamples, WorkloadSamples } from "../../domain/samples.ts";
import type { TargetRef } from "../../domain/target.ts";
import type { Instant, Millis } from "../../domain/units.ts";
import type { MetricsSource, SourceOutcome } from "../../ports/metrics-source.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { PodFacts } from "./pod-facts.ts";

export type ClusterSourceParts = {
  readonly view: ClusterView;
  /** Gives the workloads of the policies in force. */
  readonly targets: () => readonly TargetRef[];
  /** Told when the source is closed. */
  readonly closed?: () => void;
};

export class ClusterSource implements MetricsSource {
  readonly #inner: MetricsSource;
  readonly #view: ClusterView;
  readonly #targets: () => readonly TargetRef[];
  readonly #closed: () => void;

  constructor(inner: MetricsSource, { view, targets, closed }: ClusterSourceParts) {
    this.#inner = inner;
    this.#view = view;
    this.#targets = targets;
    this.#closed = closed ?? (() => undefined);
  }

  get kind(): string {
    return this.#inner.kind;
  }

  get scrapeInterval(): Millis {
    return this.#inner.scrapeInterval;
  }

  wanted(queries: readonly string[]): void {
    this.#inner.wanted(queries);
  }

  async refresh(at: Instant): Promise<SourceOutcome> {
    this.#view.follow(this.#targets());
    const outcome = await this.#inner.refresh(at);
    const problem = this.#view.problem(at);
    if (problem === null) return outcome;
    const details = [outcome.detail, `Kubernetes: ${problem}`].filter((detail) => detail !== null);
    return { ok: false, detail: details.join("; ") };
  }

  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const samples = this.#inner.workload(target, at, span);
    const counts = this.#view.replicas(target, at);
    const known = this.#view.pods(target, at);
    const facts = this.#view.facts(target, at);
    return {
      ...samples,
      pods: known === null ? samples.pods : withFacts(samples.pods, known, at),
      replicas: { desired: counts?.desired ?? null, ready: counts?.ready ?? null, source: "kubernetes" },
      ...(facts === null ? {} : { cluster: facts }),
    };
  }

  queried(query: string, at: Instant, span: Millis): QuerySamples {
    return this.#inner.queried(query, at, span);
  }

  close(): Promise<void> {
    this.#closed();
    return this.#inner.close();
  }
}

/** Expected are the ready pods, with or without samples; a pod that was told to end is not, though it may serve on. */
function withFacts(
  pods: readonly PodSamples[],
  known: readonly PodFacts[],
  at: Instant,
): readonly PodSamples[] {
  const factsByName = new Map(known.map((facts) => [facts.name, facts]));
  const seen = new Set(pods.map(({ pod }) => pod));
  const sampled = pods.map((samples): PodSamples => {
    const facts = factsByName.get(samples.pod);
    if (facts === undefined) return { ...samples, expected: false };
    return {
      ...samples,
      appearedAt: samples.appearedAt ?? bornBefore(facts, at),
      ready: facts.isReady,
      expected: isExpected(facts),
    };
  });
  const unseen = known.filter((facts) => isExpected(facts) && !seen.has(facts.name));
  return [
    ...sampled,
    ...unseen.map((facts) => ({
      pod: facts.name,
      appearedAt: bornBefore(facts, at),
      ready: true,
      expected: true,
      scrapes: [],
      series: [],
    })),
  ];
}

function isExpected({ isReady, isTerminating, isOver }: PodFacts): boolean {
  return isReady && !isTerminating && !isOver;
}

function bornBefore({ createdAt }: PodFacts, at: Instant): Instant | null {
  return createdAt !== null && createdAt <= at ? createdAt : null;
}
