// Random custom signals, one of each kind at most: how policies declare them, and what ticks have read of them.

import fc from "fast-check";
import {
  type CustomReading,
  customReading,
  type SignalReadings,
  type SignalState,
} from "../../src/domain/observation.ts";
import type { CustomSignalPolicy } from "../../src/domain/policy.ts";
import { type Millis, seconds } from "../../src/domain/units.ts";

/** Names of the custom signals; one is also that of a property which every object inherits. */
const NAMES = { load: "tokens", backlog: "gateway-queue", quality: "constructor" } as const;

/** Custom signals of all kinds, of none, and of all but loads. */
export function customPolicies({
  loads,
}: {
  readonly loads: boolean;
}): fc.Arbitrary<readonly CustomSignalPolicy[]> {
  const common = {
    window: fc.constantFrom<Millis>(seconds(15), seconds(60), seconds(120)),
    required: fc.boolean(),
    query: fc.constant("sum(gateway)"),
  };
  const load = fc.record({
    ...common,
    kind: fc.constant("load" as const),
    name: fc.constant(NAMES.load),
    targetPerReplica: fc.constantFrom(8, 32),
  });
  const backlog = fc.record({
    ...common,
    kind: fc.constant("backlog" as const),
    name: fc.constant(NAMES.backlog),
    targetPerReplica: fc.constantFrom(4, 8),
  });
  const quality = fc.record({
    ...common,
    kind: fc.constant("quality" as const),
    name: fc.constant(NAMES.quality),
    target: fc.constantFrom(0.0625, 0.5),
  });
  const rarely = <Value>(signal: fc.Arbitrary<Value>): fc.Arbitrary<readonly Value[]> =>
    fc.option(signal, { freq: 1 }).map((value) => (value === null ? [] : [value]));
  const sizing = loads ? rarely(load) : fc.constant([]);
  return fc.tuple(sizing, rarely(backlog), rarely(quality)).map((all) => all.flat());
}

/** A reading of each, whether it is declared or not. */
export function customReadings(
  states: fc.Arbitrary<SignalState>,
  { rate, time }: { readonly rate: fc.Arbitrary<number>; readonly time: fc.Arbitrary<number> },
): fc.Arbitrary<Readonly<Record<string, CustomReading>>> {
  const levels = fc.record({ state: states, value: rate, oldest: rate, newest: rate });
  const quality = fc.record({ state: states, value: time, first: time, second: time });
  return fc.record({ load: levels, backlog: levels, quality }).map(({ load, backlog, quality: served }) => ({
    [NAMES.load]: { kind: "load", ...measured(load) },
    [NAMES.backlog]: {
      kind: "backlog",
      ...measured(backlog),
      oldest: ifLive(backlog, backlog.oldest),
      newest: ifLive(backlog, backlog.newest),
    },
    [NAMES.quality]: {
      kind: "quality" as const,
      ...measured(served),
      valueFirstHalf: ifLive(served, served.first),
      valueSecondHalf: ifLive(served, served.second),
    },
  }));
}

/** Returns the custom readings of loads and backlogs with their numbers changed by `times`. */
export function moreCustomDemand(
  signals: SignalReadings,
  times: (value: number | null) => number | null,
): Readonly<Record<string, CustomReading>> {
  const changed = [NAMES.load, NAMES.backlog].flatMap((name): readonly [string, CustomReading][] => {
    const reading = customReading(signals, name);
    if (reading === null || reading.kind === "quality") return [];
    const value = times(reading.value);
    return reading.kind === "load"
      ? [[name, { ...reading, value }]]
      : [[name, { ...reading, value, oldest: times(reading.oldest), newest: times(reading.newest) }]];
  });
  return Object.fromEntries(changed);
}

type Raw = { readonly state: SignalState; readonly value: number };

function measured({ state, value }: Raw) {
  const shown = state === "live" ? value : state === "idle" ? 0 : null;
  return { state, value: shown, unit: "query", ageSeconds: state === "absent" ? null : 1 } as const;
}

function ifLive({ state }: Raw, value: number): number | null {
  return state === "live" ? value : null;
}
