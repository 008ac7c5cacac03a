// What one policy wishes while its source is read in real time, tick by tick, by the production loop.

import { realPacing } from "../../../src/adapters/real-pacing.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { TickLoop } from "../../../src/control/loop.ts";
import { Registry } from "../../../src/control/registry.ts";
import type { Policy, SignalName } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import type { Instant, Millis } from "../../../src/domain/units.ts";
import type { MetricsSource } from "../../../src/ports/metrics-source.ts";
import { loadedPolicy, MemoryLogger, MemorySink, MemoryTelemetry } from "../../support/control-ports.ts";
import type { Wish } from "./follows.ts";

export type LiveLoop = {
  /** Filled while the loop runs. */
  readonly records: readonly DecisionRecord[];
  /** The ticks whose reading succeeded. */
  readonly readTicks: readonly Instant[];
  /** Resolves when the loop has stopped. */
  readonly done: Promise<void>;
};

/** Ticks from now until `stop`, and calls `ticked` after each. */
export function liveLoop(
  source: MetricsSource,
  policy: Policy,
  {
    interval,
    lag,
    stop,
    ticked,
  }: {
    readonly interval: Millis;
    readonly lag: Millis;
    readonly stop: AbortSignal;
    readonly ticked: (at: Instant) => void;
  },
): LiveLoop {
  const clock = systemClock();
  const registry = new Registry();
  const telemetry = new MemoryTelemetry();
  const records: DecisionRecord[] = [];
  const readTicks: Instant[] = [];
  const startAfter = clock.now();
  registry.apply([loadedPolicy(policy)], { rejected: [], at: startAfter });
  registry.onRecord((record) => records.push(record));
  const loop = new TickLoop(
    {
      clock,
      pacing: realPacing(),
      source,
      registry,
      sink: new MemorySink(),
      telemetry,
      logger: new MemoryLogger(),
    },
    { interval, lag, detail: "observation", version: "test", startAfter, everyInstant: false },
  );
  const done = loop.run(stop, (at) => {
    if (telemetry.ticks.at(-1) === "ok") readTicks.push(at);
    ticked(at);
  });
  return { records, readTicks, done };
}

/** Returns what a signal asked for at each tick, or what was decided; no number is none. */
export function wishesOf(records: readonly DecisionRecord[], of: SignalName | "decision"): readonly Wish[] {
  return records.map(({ at, steps, decision }) => {
    if (of === "decision") return { at, replicas: decision.replicas ?? 0 };
    const step = steps.find((each) => each.step === "signal" && each.signal === of);
    return { at, replicas: step?.step === "signal" ? (step.wish ?? 0) : 0 };
  });
}
