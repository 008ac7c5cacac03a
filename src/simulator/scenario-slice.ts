// A stretch of a scenario as a scenario of its own: for a search that may not see all of its time at once.

import type { Fault, ModelScenario, RatePhase, Scenario, TrafficStream } from "../domain/scenario.ts";
import { after, seconds } from "../domain/units.ts";

/**
 * Returns the scenario from `fromSeconds` to `toSeconds`, led in by up to `leadSeconds` that run and do not count. Its
 * instants are those of the whole scenario; traffic, faults and phases are cut to the stretch; nothing is expected.
 */
export function sliceScenario(
  scenario: Scenario,
  {
    fromSeconds,
    toSeconds,
    leadSeconds,
  }: {
    readonly fromSeconds: number;
    readonly toSeconds: number;
    readonly leadSeconds: number;
  },
): Scenario {
  const start = Math.max(0, fromSeconds - leadSeconds);
  return {
    ...scenario,
    start: after(scenario.start, seconds(start)),
    durationSeconds: toSeconds - start,
    warmupSeconds: Math.max(fromSeconds, scenario.warmupSeconds) - start,
    workloads: scenario.workloads.map((workload) => ({
      ...workload,
      models: workload.models.map((model) => cutModel(model, start)),
    })),
    faults: scenario.faults.flatMap((fault) => cutFault(fault, start)),
    expect: [],
  };
}

function cutModel(model: ModelScenario, start: number): ModelScenario {
  return { ...model, traffic: model.traffic.flatMap((stream) => cutStream(stream, start)) };
}

function cutStream(stream: TrafficStream, start: number): readonly TrafficStream[] {
  if (stream.kind === "traced") {
    const forSeconds = stream.forSeconds === null ? null : stream.forSeconds - start;
    const isOver = forSeconds !== null && forSeconds <= 0;
    return isOver ? [] : [{ ...stream, fromSeconds: stream.fromSeconds + start, forSeconds }];
  }
  // Without phases a stream lasts as long as the scenario.
  if (stream.phases.length === 0) return [stream];
  const phases = cutPhases(stream.phases, start);
  return phases.length === 0 ? [] : [{ ...stream, phases }];
}

/** What is left of the phases after `start`; a ramp that is cut begins at its rate of that time. */
function cutPhases(phases: readonly RatePhase[], start: number): readonly RatePhase[] {
  let begin = 0;
  return phases.flatMap((phase) => {
    const [from, end] = [begin, begin + phase.forSeconds];
    begin = end;
    if (end <= start) return [];
    if (from >= start) return [phase];
    const share = (start - from) / phase.forSeconds;
    const fromRate = phase.fromRate + (phase.toRate - phase.fromRate) * share;
    return [{ ...phase, forSeconds: end - start, fromRate }];
  });
}

/** What happens once happens only if it lies in the stretch; what lasts is on from its beginning. */
function cutFault(fault: Fault, start: number): readonly Fault[] {
  const atSeconds = fault.atSeconds - start;
  if (atSeconds >= 0) return [{ ...fault, atSeconds }];
  const forSeconds = fault.forSeconds + atSeconds;
  const isOnce = fault.kind === "replica-crash" || fault.kind === "scaler-restart";
  return isOnce || forSeconds <= 0 ? [] : [{ ...fault, atSeconds: 0, forSeconds }];
}
