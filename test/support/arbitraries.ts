// Random observations and whole runs of ticks, for laws that must hold whatever comes.

import fc from "fast-check";
import { type DecideResult, decide } from "../../src/decide/decide.ts";
import type {
  HalvesReading,
  LatencyReading,
  Observation,
  PendingRequestsReading,
  SignalReadings,
  SignalState,
} from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../src/domain/state.ts";
import { after, type Instant, instant, millis, seconds } from "../../src/domain/units.ts";
import { customReadings } from "./arbitrary-custom-signals.ts";

export const TICK = seconds(15);
/** Where every run of ticks begins unless it is shifted. */
export const RUN_START: Instant = instant(Date.UTC(2026, 0, 5));

/** Missing data come less often than data, or hardly any run would ever scale in. */
const STATES: fc.Arbitrary<SignalState> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<SignalState>("live") },
  { weight: 2, arbitrary: fc.constant<SignalState>("idle") },
  { weight: 1, arbitrary: fc.constantFrom<SignalState>("stale", "absent", "implausible") },
);

const QUIET_STATES: fc.Arbitrary<SignalState> = fc.oneof(
  { weight: 60, arbitrary: fc.constant<SignalState>("live") },
  { weight: 1, arbitrary: fc.constantFrom<SignalState>("idle", "absent") },
);

const ratio = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: Math.ceil(max * 16) }).map((count) => count / 16);
/** One tick of a run. `desired` "follow": what the tick before answered, as the HPA would set it. */
export type ScriptedTick = {
  readonly intervals: number;
  readonly desired: "follow" | number | null;
  readonly missing: number;
  readonly observed: Omit<Observation, "at" | "replicas" | "tickIntervalSeconds">;
};

type Mood = "busy" | "calm" | "silent";

/** What a law may fix about the ticks it is tried on. */
export type TickChoices = {
  readonly states?: fc.Arbitrary<SignalState>;
  /** Calm: little demand, quick answers, nearly all of it known, as a scale-in needs. Silent: no demand at all. */
  readonly mood?: Mood;
  readonly gaps?: boolean;
  /** Whoever else may scale, and whether replicas are ever unknown. */
  readonly foreign?: boolean;
};

/** One tick of any kind. */
export function scriptedTicks({
  states = STATES,
  mood = "busy",
  gaps = true,
  foreign = true,
}: TickChoices = {}): fc.Arbitrary<ScriptedTick> {
  const interval = fc.constant(1);
  const unusual = fc.constantFrom(2, 4, 12);
  const follow: fc.Arbitrary<ScriptedTick["desired"]> = fc.constant("follow");
  const other = fc.oneof(fc.nat(24), fc.constant(null));
  return fc.record({
    intervals: gaps
      ? fc.oneof({ weight: 40, arbitrary: interval }, { weight: 1, arbitrary: unusual })
      : interval,
    desired: foreign ? fc.oneof({ weight: 16, arbitrary: follow }, { weight: 1, arbitrary: other }) : follow,
    missing: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
    observed:
      mood === "busy" ? observations(states, 1) : observations(QUIET_STATES, mood === "calm" ? 1 / 16 : 0),
  });
}

/** Runs of busy, calm and silent spells, up to `spells` of each. */
export function scripts(choices: TickChoices = {}, spells = 2): fc.Arbitrary<readonly ScriptedTick[]> {
  const busy = fc.array(scriptedTicks(choices), { minLength: 1, maxLength: 6, size: "max" });
  const calm = fc.array(scriptedTicks({ ...choices, mood: "calm" }), {
    minLength: 1,
    maxLength: 16,
    size: "max",
  });
  const silent = fc.array(scriptedTicks({ ...choices, mood: "silent" }), { maxLength: 8, size: "max" });
  return fc
    .array(fc.tuple(busy, calm, silent), { minLength: 1, maxLength: spells, size: "max" })
    .map((all) => all.flat(2));
}

/** A tick as it was played. */
export type PlayedTick = {
  readonly before: ScalerState;
  readonly observation: Observation;
  readonly result: DecideResult;
};

/** Plays a script: each tick is decided from the state that the one before left. */
export function play(
  policy: Policy,
  script: readonly ScriptedTick[],
  {
    start = RUN_START,
    state = initialState({ remembers: true }),
  }: { readonly start?: Instant; readonly state?: ScalerState } = {},
): readonly PlayedTick[] {
  const played: PlayedTick[] = [];
  let [at, before, answer] = [start, state, Math.max(1, policy.replicas.min)];
  for (const tick of script) {
    at = after(at, millis(tick.intervals * TICK));
    const observation = observationOf(tick, at, answer);
    const result = decide(before, observation, policy);
    played.push({ before, observation, result });
    before = result.state;
    answer = result.decision.replicas ?? answer;
  }
  return played;
}

/** Returns the observation of a scripted tick. */
export function observationOf(
  { desired, missing, observed }: ScriptedTick,
  at: Instant,
  answer: number,
): Observation {
  const known = desired === "follow" ? answer : desired;
  const ready = known === null ? null : Math.max(0, known - missing);
  const starting = known === null || ready === null ? null : known - ready;
  return {
    at,
    replicas: { desired: known, ready, starting, source: "kubernetes" },
    ...observed,
    tickIntervalSeconds: TICK / 1000,
  };
}

/** Demand of 0 to 24 replicas' worth or so at the targets that `policies` uses, times `level`; times of requests too. */
function observations(
  states: fc.Arbitrary<SignalState>,
  level: number,
): fc.Arbitrary<ScriptedTick["observed"]> {
  const rate = ratio(500 * level);
  const count = fc.integer({ min: 20, max: 4000 });
  return fc.record({
    pods: fc.oneof(
      { weight: 16, arbitrary: fc.constant({ expected: 4, fresh: 4 }) },
      { weight: 1, arbitrary: fc.constant({ expected: 4, fresh: 3 }) },
    ),
    signals: signals(states, level),
    rejectedRequests: fc.oneof(
      { weight: 19, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.nat(200) },
    ),
    activation: fc.constantFrom({ value: null }, { value: 0 }, { value: 0 }, { value: 3 }),
    traffic: fc.record({
      arrivalsPerSecond: fc.option(rate, { freq: 9 }),
      recentArrivalsPerSecond: fc.option(rate, { freq: 9 }),
      completionsPerSecond: rate,
      pendingRequests: rate,
      inFlightRequests: rate,
      meanRequestSeconds: ratio(1),
      meanQueueSeconds: ratio(1),
      meanComputeSeconds: ratio(1),
      meanBatch: ratio(4),
      completedRequests: count,
    }),
    capacity: fc.record({
      saturatedPerSecond: fc.option(ratio(60), { freq: 1 }),
      saturatedBatch: fc.option(ratio(8), { freq: 9 }),
      saturatedPods: fc.nat(4),
      busyInstances: fc.option(ratio(8), { freq: 9 }),
      busiestPodInstances: fc.option(ratio(2), { freq: 9 }),
      largestBatch: fc.option(ratio(8), { freq: 9 }),
      versions: fc.constant([]),
    }),
    requestTime: fc.constant({}),
  });
}

function signals(states: fc.Arbitrary<SignalState>, level: number): fc.Arbitrary<SignalReadings> {
  const rate = ratio(500 * level);
  const time = ratio(2 * level);
  const raw = fc.record({
    state: states,
    value: rate,
    oldest: rate,
    newest: rate,
    arrivals: rate,
    part: fc.constantFrom(null, 0.25, 1),
  });
  const quality = fc.record({
    state: states,
    value: time,
    halves: fc.tuple(time, time),
    without: fc.option(time),
    few: fc.constantFrom(false, false, false, true),
    requests: fc.integer({ min: 20, max: 4000 }),
    source: fc.constantFrom<LatencyReading["quality"]>("histogram", "summary", "counters"),
  });
  return fc
    .record({
      load: raw,
      flight: raw,
      backlog: raw,
      queue: quality,
      tail: quality,
      memory: fc.record({ state: states, value: ratio(level) }),
      custom: customReadings(states, { rate, time }),
    })
    .map(
      ({ load, flight, backlog, queue, tail, memory, custom }): SignalReadings => ({
        requestRate: { ...base(load, "requests/s", 0) },
        inFlight: { ...base(flight, "requests", 0), oldest: flight.oldest, newest: flight.newest },
        pendingRequests: pendingReading(backlog),
        queueDuration: { ...base(queue, "seconds", null), ...halves(queue) },
        latency: { ...base(tail, "seconds", null), ...halves(tail), quality: tail.source, overTarget: null },
        gpuMemory: { ...base(memory, "ratio", null) },
        ...custom,
      }),
    );
}

type Raw = { readonly state: SignalState; readonly value: number };

function base<Unit extends string, Idle extends number | null>(
  { state, value }: Raw,
  unit: Unit,
  idle: Idle,
) {
  const shown = state === "live" ? value : state === "idle" ? idle : null;
  return { state, value: shown, unit, ageSeconds: state === "absent" ? null : 1, freshPods: 4 };
}

function pendingReading(
  raw: Raw & {
    readonly oldest: number;
    readonly newest: number;
    readonly arrivals: number;
    readonly part: number | null;
  },
): PendingRequestsReading {
  const reading = base(raw, "requests", 0);
  const capped = raw.part === null || reading.value === null ? null : reading.value * raw.part;
  const live = raw.state === "live";
  return {
    ...reading,
    oldest: live ? raw.oldest : null,
    newest: live ? raw.newest : null,
    arrivalsPerSecond: raw.arrivals,
    capped,
  };
}

function halves(
  raw: Raw & {
    readonly halves: readonly [number, number];
    readonly without: number | null;
    readonly few: boolean;
    readonly requests: number;
  },
): HalvesReading {
  const live = raw.state === "live";
  return {
    valueFirstHalf: live ? raw.halves[0] : null,
    valueSecondHalf: live ? raw.halves[1] : null,
    valueWithoutWorst: live ? raw.without : null,
    requests: raw.few ? 5 : raw.requests,
    noCompletions: raw.state === "absent" && raw.few,
  };
}
