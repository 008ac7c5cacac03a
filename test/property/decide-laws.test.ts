// Algebraic laws of the decision core: what may change nothing, and what may only change it one way.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DecideResult, decide } from "../../src/decide/decide.ts";
import { withInstantsAsNumbers, withInstantsAsText } from "../../src/domain/instant.ts";
import { type AnySignalName, CAPACITY_SIGNAL, type Policy, SIGNAL_NAMES } from "../../src/domain/policy.ts";
import { initialState, type ScalerState } from "../../src/domain/state.ts";
import { after, hours, millis } from "../../src/domain/units.ts";
import { memorySpan } from "../../src/domain/windows.ts";
import { type PlayedTick, play, RUN_START, scriptedTicks, scripts, TICK } from "../support/arbitraries.ts";
import { policies } from "../support/arbitrary-policies.ts";
import { withDemand } from "../support/more-demand.ts";

/** A law that fails is shrunk for seconds, not for minutes. */
const SHRINKING = { interruptAfterTimeLimit: 8000 };
const RUNS = { numRuns: 200, ...SHRINKING };
const ANY = policies({ modes: ["enforce", "hold", "shadow"] });

const told = ({ result }: PlayedTick): Omit<DecideResult, "state"> => ({
  steps: result.steps,
  decision: result.decision,
});

describe("reasons", () => {
  test("each change starts from what the one before left; the first from S, the last is the decision", () => {
    fc.assert(
      fc.property(ANY, scripts(), (policy, script) => {
        for (const { observation, result } of play(policy, script)) {
          const named = result.steps.flatMap((step) => (step.step === "signal" ? step.signal : []));
          const sizesByCapacity = policy.signals.requestRate === null && named[0] === CAPACITY_SIGNAL;
          const declared = sizesByCapacity ? named.slice(1) : named;
          expect(declared).toEqual(declaredNames(policy));
          const changes = result.steps.slice(named.length);
          expect(changes[0]?.step).toBe("combine");
          let inHand: number | null | undefined;
          for (const step of changes) {
            if (step.step === "signal") throw new Error("a signal step after the signals");
            if (inHand !== undefined) expect(step.from).toBe(inHand);
            else if (observation.replicas.desired !== null)
              expect(step.from).toBe(observation.replicas.desired);
            inHand = step.to;
          }
          if (result.decision.replicas !== null) expect(result.decision.replicas).toBe(inHand);
        }
      }),
      RUNS,
    );
  });
});

describe("the same from the same", () => {
  test("equal arguments give an equal result and are left as they were", () => {
    fc.assert(
      fc.property(ANY, scripts({}, 1), (policy, script) => {
        for (const { before, observation, result } of play(deepFrozen(policy), deepFrozen(script))) {
          expect(decide(deepFrozen(before), observation, policy)).toEqual(result);
        }
      }),
      RUNS,
    );
  });

  test("a policy's decisions do not depend on what is decided for another in between", () => {
    fc.assert(
      fc.property(ANY, ANY, scripts({}, 1), scripts({}, 1), (policy, other, script, disturbance) => {
        const alone = play(policy, script).map(told);
        const disturbed = script.map((_, index) => {
          play(other, disturbance);
          return play(policy, script.slice(0, index + 1))
            .map(told)
            .at(-1);
        });
        expect(disturbed).toEqual(alone);
      }),
      { numRuns: 30, ...SHRINKING },
    );
  });

  test("a state that was written and read again decides alike", () => {
    fc.assert(
      fc.property(ANY, scripts({}, 1), (policy, script) => {
        for (const { before, observation, result } of play(policy, script)) {
          expect(decide(reread(before), observation, policy)).toEqual(result);
        }
      }),
      RUNS,
    );
  });

  test("the whole run moved in time decides alike", () => {
    fc.assert(
      fc.property(
        ANY,
        scripts(),
        fc.integer({ min: -100_000, max: 100_000 }),
        (policy, script, intervals) => {
          const start = after(RUN_START, millis(intervals * TICK));
          expect(play(policy, script, { start }).map(told)).toEqual(play(policy, script).map(told));
        },
      ),
      RUNS,
    );
  });

  test("our own last answer plays no part while S is known, something is live and a load signal sizes", () => {
    fc.assert(
      fc.property(
        policies({ loadSignal: true }),
        scripts({}, 1),
        fc.nat(30),
        (policy, script, lastAnswer) => {
          for (const { before, observation, result } of play(policy, script)) {
            if (
              observation.replicas.desired === null ||
              !["live", "degraded"].includes(result.decision.status)
            )
              continue;
            const { steps, decision } = decide({ ...before, lastAnswer }, observation, policy);
            expect({ steps, decision }).toEqual({ steps: result.steps, decision: result.decision });
          }
        },
      ),
      RUNS,
    );
  });

  test("how a state began is forgotten after the memory span", () => {
    const steady = { states: fc.constantFrom("live", "live", "idle"), gaps: false, foreign: false } as const;
    const policy = policies({ loadSignal: true });
    const script = fc.array(fc.tuple(fc.nat(24), scriptedTicks(steady)), { minLength: 45, maxLength: 60 });
    fc.assert(
      fc.property(policy, scripts(), script, (fixed, past, future) => {
        const ticks = future.map(([desired, tick]) => ({ ...tick, desired }));
        const [reached] = play(fixed, past).slice(-1);
        const state = reached?.result.state ?? initialState({ remembers: true });
        const late = after(RUN_START, hours(3));
        // What is remembered for longer, both know from the checkpoint.
        const { learned, startups } = state;
        const fresh = play(fixed, ticks, {
          start: late,
          state: { ...initialState({ remembers: true }), learned, startups },
        });
        const old = play(fixed, ticks, { start: late, state });
        const forgotten = Math.ceil(memorySpan(fixed) / TICK) + 1;
        expect(old.slice(forgotten).map(told)).toEqual(fresh.slice(forgotten).map(told));
      }),
      { numRuns: 100, ...SHRINKING },
    );
  });
});

describe("one way only", () => {
  test("more load and backlog everywhere never give fewer replicas", () => {
    fc.assert(
      fc.property(
        policies({ modes: ["enforce", "hold"] }),
        scripts({}, 1),
        fc.constantFrom(1.0625, 1.5, 4),
        (policy, script, factor) => {
          for (const { before, observation, result } of play(policy, script)) {
            const more = decide(before, withDemand(observation, factor), policy);
            const imbalanced = [...result.steps, ...more.steps].some(({ reason }) => reason === "IMBALANCE");
            if (imbalanced || result.decision.replicas === null) continue;
            expect(more.decision.replicas).toBeGreaterThanOrEqual(result.decision.replicas);
          }
        },
      ),
      RUNS,
    );
  });

  test("a lower maximum never gives more replicas", () => {
    fc.assert(
      fc.property(
        policies({ modes: ["enforce", "hold"] }),
        scripts({}, 1),
        fc.nat(20),
        (policy, script, less) => {
          const max = Math.max(1, policy.replicas.min, policy.replicas.max - less);
          const lowered = { ...policy, replicas: { ...policy.replicas, max } };
          for (const { before, observation, result } of play(policy, script)) {
            if (result.decision.replicas === null) continue;
            expect(decide(before, observation, lowered).decision.replicas).toBeLessThanOrEqual(
              result.decision.replicas,
            );
          }
        },
      ),
      RUNS,
    );
  });
});

test("units: all rates and all targets times the same number change nothing", () => {
  fc.assert(
    fc.property(ANY, scripts(), fc.constantFrom(2, 8), (policy, script, factor) => {
      const scaled = play(
        withTargets(policy, factor),
        script.map((tick) => {
          const observation = {
            ...tick.observed,
            at: RUN_START,
            replicas: { desired: 0, ready: 0, starting: 0, source: "pods" as const },
            tickIntervalSeconds: 15,
          };
          const { at, replicas, tickIntervalSeconds, ...observed } = withDemand(observation, factor);
          void [at, replicas, tickIntervalSeconds];
          const { saturatedPerSecond: seen } = observed.capacity;
          const saturatedPerSecond = seen === null ? null : seen * factor;
          return {
            ...tick,
            observed: { ...observed, capacity: { ...observed.capacity, saturatedPerSecond } },
          };
        }),
      );
      expect(scaled.map(told)).toEqual(play(policy, script).map(told));
    }),
    RUNS,
  );
});

function declaredNames({ signals }: Policy): readonly AnySignalName[] {
  const builtIn = SIGNAL_NAMES.filter((name) => signals[name] !== null);
  return [...builtIn, ...signals.custom.map(({ name }) => name)];
}

function withTargets(policy: Policy, factor: number): Policy {
  const { requestRate, inFlight, pendingRequests, custom } = policy.signals;
  const times = <Signal extends { readonly targetPerReplica: number | "learned" } | null>(
    signal: Signal,
  ): Signal =>
    signal === null || signal.targetPerReplica === "learned"
      ? signal
      : { ...signal, targetPerReplica: signal.targetPerReplica * factor };
  const signals = {
    ...policy.signals,
    requestRate: times(requestRate),
    inFlight: times(inFlight),
    pendingRequests: times(pendingRequests),
    custom: custom.map((signal) => (signal.kind === "quality" ? signal : times(signal))),
  };
  return { ...policy, signals };
}

function reread(state: ScalerState): ScalerState {
  return withInstantsAsNumbers(JSON.parse(JSON.stringify(withInstantsAsText(state)))) as ScalerState;
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
