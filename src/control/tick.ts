// One tick of one policy: samples → observation → decision → record. The same for live service, backtest and replay.

import type { RecordDetail } from "../domain/configuration.ts";
import type { ActivationReading } from "../domain/observation.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import type { ScalerState } from "../domain/state.ts";
import type { Instant, Millis } from "../domain/units.ts";
import { buildObservation } from "../observe/build-observation.ts";
import { decideAndAnswer } from "./outcome.ts";

/** All that a tick depends on. `at` is the grid instant, `readAt` the instant at which the source was read. */
export type TickInput = {
  readonly at: Instant;
  readonly readAt: Instant;
  readonly loaded: LoadedPolicy;
  readonly state: ScalerState;
  readonly samples: WorkloadSamples;
  readonly scrapeInterval: Millis;
  readonly tickInterval: Millis;
  readonly activation: ActivationReading | null;
  /** What the custom signals' queries gave, by their text. */
  readonly queries: ReadonlyMap<string, QuerySamples>;
  readonly detail: RecordDetail;
  readonly version: string;
};

/** The state for the next tick, and what is published and written of this one. */
export type TickResult = { readonly state: ScalerState; readonly record: DecisionRecord };

/** Returns the record of one tick and the state after it. */
export function tickPolicy(input: TickInput): TickResult {
  const { at, readAt, loaded, samples, scrapeInterval, tickInterval, activation, queries } = input;
  const { policy } = loaded;
  const observation = buildObservation({
    at,
    readAt,
    policy,
    samples,
    scrapeInterval,
    tickInterval,
    activation,
    queries,
  });
  const { state, steps, decision, answer } = decideAndAnswer(input.state, observation, policy);
  const record: DecisionRecord = {
    kind: "decision",
    v: 1,
    version: input.version,
    at,
    policy: loaded.key,
    policyHash: loaded.hash,
    observation,
    steps,
    decision,
    answer,
  };
  return { state, record: input.detail === "raw" ? { ...record, samples } : record };
}
