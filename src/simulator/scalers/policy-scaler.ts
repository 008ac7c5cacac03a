// Our own scaler in a run: the production tick on scraped samples, at the instants of the grid.

import { TARGET_SIZE } from "../../control/answer.ts";
import { LogOpenings } from "../../control/log-lines.ts";
import { readActivation, readQueries } from "../../control/queries.ts";
import { shownReason } from "../../control/reason.ts";
import { tickPolicy } from "../../control/tick.ts";
import { type PastSource, warmingUp } from "../../control/warm-up.ts";
import type { ChangeStep } from "../../domain/decision.ts";
import type { LoadedPolicy } from "../../domain/policy-set.ts";
import type { DecisionRecord, LogRecord } from "../../domain/record.ts";
import type { QuerySamples } from "../../domain/samples.ts";
import type { ControlPlaneScenario } from "../../domain/scenario.ts";
import { initialState, type ScalerState } from "../../domain/state.ts";
import { after, before, elapsed, type Instant, millis, seconds, toSeconds } from "../../domain/units.ts";
import { memorySpan, sampleSpan } from "../../domain/windows.ts";
import type { HpaMetricReading } from "../hpa/metric.ts";
import { ActivationHistory } from "./activation-history.ts";
import type { Scaler, ScalerHand, ScalerTick, ScalerView } from "./scaler.ts";

const MILLI = 1000;
/** A record older than this many tick intervals no longer answers, as in the service. */
const RECORD_AGE_MAX_TICKS = 3;

export type PolicyScalerParts = {
  readonly loaded: LoadedPolicy;
  readonly view: ScalerView;
  readonly controlPlane: ControlPlaneScenario;
  readonly version: string;
  /** False while the source cannot be asked. */
  readonly canQuery: () => boolean;
  /** Is told every line of the decision log. */
  readonly onLine: (line: LogRecord) => void;
  /** Is told of each decision with the state before it. */
  readonly onDecision: (record: DecisionRecord, stateBefore: ScalerState) => void;
};

/** One policy and its state. It begins as with a readable checkpoint that knows nothing of the policy yet. */
export class PolicyScaler implements Scaler {
  readonly hand: ScalerHand;
  readonly tickSeconds: number;
  readonly #parts: PolicyScalerParts;
  readonly #source: PastSource;
  readonly #activation: ActivationHistory;
  #openings = new LogOpenings();
  #state = initialState({ remembers: true });
  #record: DecisionRecord | null = null;
  #isRestarted = false;

  constructor(parts: PolicyScalerParts) {
    const { loaded, view, controlPlane } = parts;
    const { policy } = loaded;
    this.#parts = parts;
    this.tickSeconds = controlPlane.tickIntervalSeconds;
    this.hand = handOf(parts);
    this.#activation = new ActivationHistory(millis(memorySpan(policy) + sampleSpan(policy)));
    this.#source = {
      scrapeInterval: seconds(view.scrapeIntervalSeconds),
      workload: (_, at, span) => view.samples(toSeconds(elapsed(view.start, at)), toSeconds(span)),
      queried: (query, at, span): QuerySamples =>
        query === policy.activation?.query ? this.#activation.samples(at, span) : { times: [], values: [] },
    };
  }

  tick(atSeconds: number): ScalerTick {
    const at = this.#instant(atSeconds);
    const { loaded, view, version, canQuery, onLine, onDecision } = this.#parts;
    const { policy } = loaded;
    const lag = seconds(view.lagSeconds);
    const interval = seconds(this.tickSeconds);
    const readAt = before(at, lag);
    if (canQuery()) this.#activation.record(readAt, view.waitingAtBalancer());
    if (this.#isRestarted) this.#warmUp(at);
    const { state, record } = tickPolicy({
      at,
      readAt,
      loaded,
      state: this.#state,
      samples: this.#source.workload(policy.target, readAt, sampleSpan(policy)),
      scrapeInterval: this.#source.scrapeInterval,
      tickInterval: interval,
      activation: readActivation(this.#source, policy, readAt),
      queries: readQueries(this.#source, policy, readAt),
      detail: "observation",
      version,
    });
    const entry = { loaded, state: this.#state, record: this.#record, deletedAt: null };
    for (const line of this.#openings.due(entry, { at, version })) onLine(line);
    onLine(record);
    onDecision(record, this.#state);
    this.#state = state;
    this.#record = record;
    return tickOf(record);
  }

  hpaMetrics(atSeconds: number): readonly HpaMetricReading[] {
    const replicas = this.#answer(atSeconds);
    return [replicas === null ? { kind: "error" } : { kind: "values", milli: [Math.ceil(replicas * MILLI)] }];
  }

  isActive(atSeconds: number): boolean | null {
    return this.#answer(atSeconds) === null ? null : (this.#record?.decision.active ?? null);
  }

  wanted(): number | null {
    const { metricValue } = this.#record?.answer ?? { metricValue: null };
    return metricValue;
  }

  /** The process ends and another one begins, which knows no more than the source's past. */
  restart(): void {
    this.#record = null;
    this.#state = initialState();
    this.#openings = new LogOpenings();
    this.#isRestarted = true;
  }

  #warmUp(at: Instant): void {
    const { loaded, view, version } = this.#parts;
    const settings = { interval: seconds(this.tickSeconds), lag: seconds(view.lagSeconds), version };
    const ticks = warmingUp({ loaded, state: this.#state }, at, { source: this.#source, settings });
    let step = ticks.next();
    while (step.done !== true) step = ticks.next();
    this.#state = step.value;
    this.#isRestarted = false;
  }

  /** The number that is told now; null = an error. */
  #answer(atSeconds: number): number | null {
    if (this.#record === null) return null;
    const { at, decision, answer } = this.#record;
    const isSilent = decision.status === "starting" || decision.status === "unavailable";
    const age = elapsed(at, this.#instant(atSeconds));
    if (isSilent || age > RECORD_AGE_MAX_TICKS * seconds(this.tickSeconds)) return null;
    return answer.metricValueFloat ?? answer.metricValue;
  }

  #instant(atSeconds: number): Instant {
    return after(this.#parts.view.start, seconds(atSeconds));
  }
}

/** Returns whose hand moves the replicas of a policy of ours, with the ScaledObject that its manifests describe. */
export function handOf({
  loaded,
  controlPlane,
}: Pick<PolicyScalerParts, "loaded" | "controlPlane">): ScalerHand {
  if (controlPlane.actuation !== "keda") return { kind: "direct" };
  const { min, max } = loaded.policy.replicas;
  return {
    kind: "hpa",
    minReplicas: min,
    maxReplicas: max,
    metrics: [{ type: "External", target: { type: "AverageValue", milli: TARGET_SIZE * MILLI } }],
    behavior: controlPlane.hpa.behavior,
    keda: controlPlane.keda,
  };
}

/** The raw recommendation is what signals and starting replicas ask for, before any dynamics. */
function tickOf({ steps, answer }: DecisionRecord): ScalerTick {
  const recommended = steps.findLast(
    (step): step is ChangeStep => step.step === "combine" || step.step === "startup",
  );
  return {
    raw: recommended?.to ?? null,
    published: answer.metricValue,
    reason: shownReason(steps) ?? "",
  };
}
