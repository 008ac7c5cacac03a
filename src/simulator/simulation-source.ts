// A scenario behind the port of metrics sources: its world runs as far as it is read, and follows what is answered.

import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { QuerySamples, WorkloadSamples } from "../domain/samples.ts";
import type { Scenario, WorkloadScenario } from "../domain/scenario.ts";
import type { TargetRef } from "../domain/target.ts";
import { after, elapsed, type Instant, type Millis, seconds, toSeconds } from "../domain/units.ts";
import type { MetricsSource, SourceOutcome } from "../ports/metrics-source.ts";
import { ActivationHistory } from "./scalers/activation-history.ts";
import { AnsweredScaler, type ScalerReply } from "./scalers/answered-scaler.ts";
import type { ScalerView } from "./scalers/scaler.ts";
import type { TraceData } from "./traffic/trace-data.ts";
import { buildPlant, type WorkloadBuild } from "./world/build-workload.ts";
import { viewOf, WorkloadWorld } from "./world/workload-world.ts";
import { World } from "./world/world.ts";

const NOTHING: WorkloadSamples = { pods: [], replicas: { desired: null, ready: null, source: "kubernetes" } };
const OUTAGE: SourceOutcome = { ok: false, detail: "the scenario's metrics outage" };

/** A query of a policy's activation, and the workload that waits for it. */
export type WakingQuery = { readonly query: string; readonly target: TargetRef };

export type SimulationSourceOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  /** By path, as the scenario writes it. */
  readonly traces: ReadonlyMap<string, TraceData>;
  /** The service's own grid. */
  readonly tick: { readonly interval: Millis; readonly lag: Millis };
  /** How far back results of queries stay. */
  readonly keep: Millis;
  readonly version: string;
  /** Returns the policy whose ScaledObject scales a workload, asked once at the beginning; null = its replicas stay. */
  readonly policyOf: (workload: WorkloadScenario) => LoadedPolicy | null;
  /** Returns what the policy with this key answers KEDA at an instant; null = an error. */
  readonly reply: (key: string, at: Instant) => ScalerReply | null;
  /** Returns the activation queries of the policies in force. */
  readonly wakingQueries: () => readonly WakingQuery[];
};

type ServedWorkload = { readonly world: WorkloadWorld; readonly view: ScalerView };

/** The world begins at the first reading: policies are known by then. Time only moves forward. */
export class SimulationSource implements MetricsSource {
  readonly kind = "simulation";
  readonly scrapeInterval: Millis;
  readonly #options: SimulationSourceOptions;
  readonly #world: World;
  readonly #activations = new Map<string, ActivationHistory>();
  #workloads: readonly ServedWorkload[] | null = null;

  constructor(options: SimulationSourceOptions) {
    const { scenario, seed } = options;
    this.#options = options;
    this.#world = new World({ scenario, seed });
    this.scrapeInterval = seconds(scenario.controlPlane.source.scrapeIntervalSeconds);
  }

  /** Returns the instant at which the scenario is over. */
  end(): Instant {
    const { start, durationSeconds } = this.#options.scenario;
    return after(start, seconds(durationSeconds));
  }

  /** Plays on to the tick that reads at `at`; what that tick decides is asked for when the next one is played. */
  refresh(at: Instant): Promise<SourceOutcome> {
    const { scenario, tick } = this.#options;
    this.#begun();
    this.#world.advanceTo(toSeconds(elapsed(scenario.start, after(at, tick.lag))));
    if (!this.#world.ground.faults.isSourceUp()) return Promise.resolve(OUTAGE);
    this.#recordWaiting(at);
    return Promise.resolve({ ok: true, detail: null });
  }

  workload(target: TargetRef, at: Instant, span: Millis): WorkloadSamples {
    const sinceStart = toSeconds(elapsed(this.#options.scenario.start, at));
    return this.#find(target)?.view.samples(sinceStart, toSeconds(span)) ?? NOTHING;
  }

  /** Activation queries have data, all others none. */
  queried(query: string, at: Instant, span: Millis): QuerySamples {
    return this.#activations.get(query)?.samples(at, span) ?? { times: [], values: [] };
  }

  wanted(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A text that several policies share is one query: it counts what waits for any of them. */
  #recordWaiting(at: Instant): void {
    const waiting = new Map<string, number>();
    for (const { query, target } of this.#options.wakingQueries()) {
      const count = this.#find(target)?.view.waitingAtBalancer();
      if (count !== undefined) waiting.set(query, (waiting.get(query) ?? 0) + count);
    }
    for (const [query, count] of waiting) {
      const history = this.#activations.get(query) ?? new ActivationHistory(this.#options.keep);
      history.record(at, count);
      this.#activations.set(query, history);
    }
  }

  #find({ kind, namespace, name }: TargetRef): ServedWorkload | null {
    const isTarget = ({ workload }: WorkloadWorld["plant"]): boolean =>
      workload.kind === kind && workload.namespace === namespace && workload.name === name;
    return this.#begun().find(({ world }) => isTarget(world.plant)) ?? null;
  }

  #begun(): readonly ServedWorkload[] {
    if (this.#workloads !== null) return this.#workloads;
    const served = this.#options.scenario.workloads.map((workload, index) => this.#served(workload, index));
    this.#workloads = served;
    this.#world.begin(served.map(({ world }) => world));
    return served;
  }

  #served(workload: WorkloadScenario, index: number): ServedWorkload {
    const { scenario, seed, tick, policyOf, reply } = this.#options;
    const { start, controlPlane } = scenario;
    const loaded = policyOf(workload);
    const plant = buildPlant(this.#buildOf(workload, { index, loaded }), this.#world.ground);
    const scaler =
      loaded === null
        ? null
        : new AnsweredScaler({
            loaded,
            controlPlane,
            tickSeconds: toSeconds(tick.interval),
            reply: (atSeconds) => reply(loaded.key, after(start, seconds(atSeconds))),
          });
    const bounds = loaded?.policy.replicas ?? null;
    const { durationSeconds } = scenario;
    const control = { candidate: scenario.name, scaler, bounds, controlPlane, seed, durationSeconds };
    return {
      world: new WorkloadWorld(plant, control),
      view: viewOf(plant, scenario),
    };
  }

  #buildOf(
    workload: WorkloadScenario,
    { index, loaded }: { readonly index: number; readonly loaded: LoadedPolicy | null },
  ): WorkloadBuild {
    const { scenario, seed, traces, version } = this.#options;
    return {
      scenario,
      workload,
      index,
      candidateName: scenario.name,
      baseline: null,
      // Not the one of the beginning: later ones may look further back than it.
      policy: null,
      reference: loaded,
      planned: null,
      seed,
      traces,
      version,
      keepRequests: false,
      onLine: () => undefined,
    };
  }
}
