// Builds the clock and the metrics source of a simulated world whose replicas follow the service's own answers.

import { resolve } from "node:path";
import { RecordingClock } from "../adapters/recording-clock.ts";
import { timed } from "../adapters/timed-source.ts";
import type { Registry } from "../control/registry.ts";
import type { SimulationSourceConfiguration } from "../domain/configuration.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import type { WorkloadScenario } from "../domain/scenario.ts";
import type { TargetRef } from "../domain/target.ts";
import type { Instant, Millis } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import { answerOf } from "../keda/answers.ts";
import type { Logger } from "../ports/logger.ts";
import { SimulationSource, type WakingQuery } from "../simulator/simulation-source.ts";
import type { ComposedSource, SourceNeeds } from "./composed-source.ts";
import { readScenario } from "./read-scenario.ts";
import { readTraces } from "./read-traces.ts";

const FIRST_SEED = 1;

/**
 * Returns the scenario's world with the first of its seeds, not yet started; its candidates stay aside. Throws a
 * CommandError where the scenario or a trace of it cannot be read.
 */
export async function composeSimulation(
  { scenario: path, speed }: SimulationSourceConfiguration,
  { configuration, directory, keep, registry, telemetry, logger }: SourceNeeds,
): Promise<ComposedSource> {
  const read = await readScenario(resolve(directory, path));
  const { scenario } = read;
  const source = new SimulationSource({
    scenario,
    seed: scenario.seeds[0] ?? FIRST_SEED,
    traces: await readTraces(scenario, read.directory),
    tick: configuration.tick,
    keep,
    version: VERSION,
    policyOf: (workload) => scalingPolicy(workload, { registry, logger }),
    reply: (key, at) => replyOf(registry, key, { now: at, tickInterval: configuration.tick.interval }),
    wakingQueries: () => wakingQueries(registry),
  });
  const end = source.end();
  const clock = new RecordingClock({ epoch: scenario.start, speed, end });
  return {
    clock,
    source: timed(source, telemetry),
    startAfter: scenario.start,
    everyInstant: true,
    ended: clock.ended,
    isUp: null,
    knowsPast: false,
    beginsTime: true,
    end,
    workloads: () => scenario.workloads.map(targetOf),
    start: () => Promise.resolve(clock.start()),
  };
}

type Looking = { readonly registry: Registry; readonly logger: Logger };

/** One that is not in shadow goes before others. */
function scalingPolicy(workload: WorkloadScenario, { registry, logger }: Looking): LoadedPolicy | null {
  const { kind, namespace, name } = workload;
  const fitting = registry
    .entries()
    .map(({ loaded }) => loaded)
    .filter(({ policy: { target } }) => {
      return target.kind === kind && target.namespace === namespace && target.name === name;
    });
  const chosen = fitting.find(({ policy }) => policy.mode !== "shadow") ?? fitting[0] ?? null;
  if (chosen === null)
    logger.warn({ workload: targetOf(workload) }, "no policy; its replicas stay as they are");
  return chosen;
}

function targetOf({ kind, namespace, name }: WorkloadScenario): TargetRef {
  return { kind, namespace, name };
}

/** What KEDA would be told, by the service's own rules. */
function replyOf(
  registry: Registry,
  key: string,
  asked: { readonly now: Instant; readonly tickInterval: Millis },
) {
  const entry = registry.entry(key);
  const answer = entry === null ? null : answerOf(entry, asked);
  return answer?.ok === true ? answer.value : null;
}

function wakingQueries(registry: Registry): readonly WakingQuery[] {
  return registry.entries().flatMap(({ loaded: { policy } }) => {
    return policy.activation === null ? [] : [{ query: policy.activation.query, target: policy.target }];
  });
}
