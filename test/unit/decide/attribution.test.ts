// Latency that replicas do not cure is named instead of bought; execution is judged as it would be unloaded.

import { describe, expect, test } from "vitest";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import type { RequestTime } from "../../../src/domain/observation.ts";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy, at, DECLARED, live } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

/** The target is 0.4 s; guards count GPU memory as full above 0.9. */
const policy = aPolicy({ signals: { latency: DECLARED.latency, gpuMemory: DECLARED.gpuMemory } });

const NO_TIME: RequestTime = {
  batchingDelaySeconds: 0,
  queueSeconds: 0,
  inputSeconds: 0,
  inferSeconds: 0,
  outputSeconds: 0,
  outsideSeconds: 0,
  meanBatch: 1,
  inferencesPerRequest: 1,
  requests: 1000,
};

type Slow = {
  readonly time: Partial<RequestTime>;
  /** What a batch of one was seen to take, in seconds. */
  readonly alone?: number;
  readonly gpuMemory?: number;
  readonly latency?: number;
};

/** The step of `latency` and the answer, on four replicas. */
function told({ time, alone, gpuMemory = 0.5, latency = 0.6 }: Slow) {
  const observation = anObservation({
    signals: live({ latency, gpuMemory }),
    requestTime: { m: { ...NO_TIME, ...time } },
  });
  const services = alone === undefined ? [] : [{ model: "m", batch: 1, executionSeconds: alone }];
  const state = { ...initialState({ remembers: true }), learned: { ...NOTHING_LEARNED, services } };
  const [result] = run(policy, [observation], state);
  const step = result?.steps.find((each) => each.step === "signal" && each.signal === "latency");
  return { reason: step?.reason, replicas: result?.decision.replicas };
}

describe("latency of 0.6 s where 0.4 s is the target", () => {
  test.each([
    { name: "slow execution", slow: { time: { inferSeconds: 0.5 } }, reason: "COMPUTE_BOUND" },
    {
      name: "slow input and output",
      slow: { time: { inputSeconds: 0.2, outputSeconds: 0.25 } },
      reason: "COMPUTE_BOUND",
    },
    {
      name: "deliberate batching delay",
      slow: { time: { batchingDelaySeconds: 0.35, inferSeconds: 0.1 } },
      reason: "COMPUTE_BOUND",
    },
    {
      name: "time outside of queue and execution",
      slow: { time: { outsideSeconds: 0.45, inferSeconds: 0.05 } },
      reason: "EXTERNAL_BOUND",
    },
    {
      name: "slow execution beside full memory",
      slow: { time: { inferSeconds: 0.5 }, gpuMemory: 0.95 },
      reason: "MEMORY_BOUND",
    },
    {
      name: "waiting too short to explain the slowest hundredth",
      slow: { time: { inferSeconds: 0.2, queueSeconds: 0.0039 } },
      reason: "COMPUTE_BOUND",
    },
    {
      name: "large batches, of requests that alone take as long",
      slow: { time: { inferSeconds: 0.5, meanBatch: 8 }, alone: 0.45 },
      reason: "COMPUTE_BOUND",
    },
  ])("$name is named, and no replica bought", ({ slow, reason }) => {
    expect(told(slow)).toEqual({ reason, replicas: 4 });
  });

  test.each([
    { name: "queueing", slow: { time: { inferSeconds: 0.1, queueSeconds: 0.3 } } },
    {
      name: "execution and queueing, below the target without the latter",
      slow: { time: { inferSeconds: 0.35, queueSeconds: 0.1 } },
    },
    {
      name: "large batches, of requests that alone are quick",
      slow: { time: { inferSeconds: 0.5, meanBatch: 8 }, alone: 0.1 },
    },
    { name: "large batches, where none was seen small", slow: { time: { inferSeconds: 0.5, meanBatch: 8 } } },
    { name: "a cause that too few requests tell", slow: { time: { inferSeconds: 0.5, requests: 19 } } },
    {
      name: "waiting that just explains the slowest hundredth",
      slow: { time: { inferSeconds: 0.2, queueSeconds: 0.0041 } },
    },
  ])("$name is answered with replicas", ({ slow }) => {
    expect(told(slow)).toEqual({ reason: "ABOVE_TARGET", replicas: 6 });
  });
});

test("memory alone is no cause", () => {
  expect(told({ time: { inferSeconds: 0.1 }, gpuMemory: 0.95, latency: 0.3 }).reason).toBe("ALLOWS_SCALE_IN");
});

describe("a breach that replicas did not cure (rule 15b)", () => {
  const queued = aPolicy({ signals: { queueDuration: DECLARED.queueDuration } });
  const tick = (t: number, { load, queue, desired = 4 }: { load: number; queue: number; desired?: number }) =>
    anObservation({
      t,
      desired,
      signals: live({ queueDuration: queue }),
      traffic: { arrivalsPerSecond: load, recentArrivalsPerSecond: load },
    });
  const begun = tick(0, { load: 100, queue: 0.3 });
  const told15 = (ticks: readonly ReturnType<typeof tick>[]) =>
    run(queued, ticks, initialState({ remembers: true })).map(({ steps }) => steps[0]?.reason);
  const futile = tick(15, { load: 100, queue: 0.26, desired: 5 });

  test.each([
    { name: "a fifth less load, and 0.85 of the value", second: futile, reason: "FUTILE" },
    { name: "less relief", second: tick(15, { load: 101, queue: 0.26, desired: 5 }), reason: "ABOVE_TARGET" },
    { name: "more help", second: tick(15, { load: 100, queue: 0.25, desired: 5 }), reason: "ABOVE_TARGET" },
  ])("after $name the signal says $reason", ({ second, reason }) => {
    const third = { ...second, at: at(30) };
    expect(told15([begun, second, third]).at(-1)).toBe(reason);
  });

  test("counts for nothing for half an hour, also just above the target", () => {
    const ticks = [begun, futile, tick(30, { load: 100, queue: 0.105, desired: 5 })];
    const later = Array.from({ length: 120 }, (_, index) => ({ ...futile, at: at(45 + 15 * index) }));
    const reasons = told15([...ticks, ...later]);
    expect(reasons.slice(0, 4)).toEqual(["ABOVE_TARGET", "ABOVE_TARGET", "FUTILE", "FUTILE"]);
    // t = 1815 is half an hour after it was found.
    expect([reasons[120], reasons[121]]).toEqual(["FUTILE", "ABOVE_TARGET"]);
  });

  test("ends where the target is reached, hardly anybody asks, or ticks have a gap", () => {
    const calm = { ...tick(15, { load: 40, queue: 0.05 }) };
    const idle = anObservation({ t: 15, signals: {} });
    const relieved = (t: number) => tick(t, { load: 40, queue: 0.3 });
    for (const between of [calm, { ...idle, signals: withFewRequests(0.3) }]) {
      expect(told15([begun, between, relieved(30), relieved(45)]).at(-1)).toBe("ABOVE_TARGET");
    }
    expect(told15([begun, relieved(600), relieved(615)]).at(-1)).toBe("ABOVE_TARGET");
  });

  function withFewRequests(queue: number) {
    const { queueDuration } = live({ queueDuration: queue });
    return queueDuration === undefined ? {} : { queueDuration: { ...queueDuration, requests: 19 } };
  }
});

describe("with a learned limit", () => {
  const cap = { at: at(-60), perReplica: 40 };
  const state = { ...initialState({ remembers: true }), learned: { ...NOTHING_LEARNED, cap } };

  test.each([
    { name: "shrinks: its own signal says what clears it", newest: 300, known: state, told: [4, "RESIDUE"] },
    { name: "grows", newest: 500, known: state, told: [6, "ABOVE_TARGET"] },
    {
      name: "shrinks, and no cap says what clears it",
      newest: 300,
      known: initialState({ remembers: true }),
      told: [6, "ABOVE_TARGET"],
    },
  ])("a breach beside a backlog that $name", ({ newest, known, told: expected }) => {
    const { queueDuration, pendingRequests } = DECLARED;
    const signals = live({ queueDuration: 0.3, pendingRequests: 400 });
    const waiting = signals.pendingRequests && { ...signals.pendingRequests, oldest: 400, newest };
    const observation = anObservation({
      desired: 4,
      signals: { ...signals, ...(waiting && { pendingRequests: waiting }) },
      traffic: { arrivalsPerSecond: 140, recentArrivalsPerSecond: 140 },
    });
    const steps = run(aPolicy({ signals: { queueDuration, pendingRequests } }), [observation], known)[0]
      ?.steps;
    const step = steps?.find((each) => each.step === "signal" && each.signal === "queueDuration");
    expect(step?.step === "signal" ? [step.wish, step.reason] : null).toEqual(expected);
  });

  test("a breach asks for no more than one and a half times the load takes", () => {
    const queued = aPolicy({ signals: { queueDuration: DECLARED.queueDuration } });
    const wishes = [100, 60].map((load) => {
      const observation = anObservation({
        desired: 4,
        signals: live({ queueDuration: 0.3 }),
        traffic: { arrivalsPerSecond: load, recentArrivalsPerSecond: load },
      });
      const steps = run(queued, [observation], state)[0]?.steps ?? [];
      return steps.flatMap((step) =>
        step.step === "signal" && step.signal === "queueDuration" ? [step.wish] : [],
      );
    });
    // 150 and 90 requests/s at 32 a replica, and never below the four that there are.
    expect(wishes.flat()).toEqual([5, 4]);
  });

  test("a backlog is cleared within its time on top of the load", () => {
    const waiting = aPolicy({ signals: { pendingRequests: DECLARED.pendingRequests } });
    const reading = live({ pendingRequests: 3000 }).pendingRequests;
    if (reading === undefined) throw new Error("no reading");
    const observation = anObservation({
      desired: 4,
      signals: { pendingRequests: { ...reading, arrivalsPerSecond: 150, oldest: 3001 } },
      traffic: { arrivalsPerSecond: 150, recentArrivalsPerSecond: 150 },
    });
    const steps = run(waiting, [observation], state)[0]?.steps ?? [];
    // (150 + 3000 ÷ 300 s) ÷ 32.
    expect(steps.flatMap((step) => (step.step === "signal" ? [[step.signal, step.wish]] : []))).toEqual([
      ["capacity", 5],
      ["pendingRequests", 5],
    ]);
  });
});
