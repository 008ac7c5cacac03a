// What is new of the queries of policies from one reading of a source to the next.

import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { QuerySamples } from "../domain/samples.ts";
import type { Instant, Millis } from "../domain/units.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";
import { wantedQueries } from "./queries.ts";

export type NewQuerySample = {
  readonly at: Instant;
  readonly policy: string;
  readonly query: string;
  readonly value: number;
};

/** Follows what the queries of policies give. */
export class RecordedQueries {
  readonly #policies: readonly LoadedPolicy[];
  readonly #newest = new Map<string, Instant>();

  constructor(policies: readonly LoadedPolicy[]) {
    this.#policies = policies;
  }

  /** Returns the samples of (at − span, at] that were not returned before, oldest first. */
  take(source: MetricsSource, at: Instant, span: Millis): readonly NewQuerySample[] {
    const found = this.#policies.flatMap(({ key, policy }) =>
      wantedQueries([policy]).flatMap((query) =>
        this.#samplesOf(source.queried(query, at, span), { key, query }),
      ),
    );
    return found.toSorted((one, other) => one.at - other.at);
  }

  #samplesOf(
    { times, values }: QuerySamples,
    { key, query }: { readonly key: string; readonly query: string },
  ): readonly NewQuerySample[] {
    const name = JSON.stringify([key, query]);
    const newest = this.#newest.get(name);
    const last = times.at(-1);
    if (last !== undefined) this.#newest.set(name, last);
    return times.flatMap((at, index) => {
      const value = values[index];
      if (value === undefined || Number.isNaN(value) || (newest !== undefined && at <= newest)) return [];
      return [{ at, policy: key, query, value }];
    });
  }
}
