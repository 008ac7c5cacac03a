// Safety laws of the decision core: what no sequence of observations may bring about.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerOf } from "../../src/control/answer.ts";
import { isRequired } from "../../src/decide/declared.ts";
import type { ChangeStep, Step } from "../../src/domain/decision.ts";
import type { SignalState } from "../../src/domain/observation.ts";
import type { Policy } from "../../src/domain/policy.ts";
import { elapsed } from "../../src/domain/units.ts";
import { type PlayedTick, play, scripts, TICK } from "../support/arbitraries.ts";
import { policies } from "../support/arbitrary-policies.ts";

/** A law that fails is shrunk for seconds, not for minutes. */
const RUNS = { numRuns: 200, interruptAfterTimeLimit: 8000 };
const MISSING: readonly SignalState[] = ["stale", "absent", "implausible"];

/** A tick that lowers S although S lies within the bounds; N→0 in one step is a rule of its own. */
function isScaleIn({ observation, result }: PlayedTick, policy: Policy): boolean {
  const { desired } = observation.replicas;
  const { replicas } = result.decision;
  return (
    desired !== null &&
    replicas !== null &&
    replicas < desired &&
    desired <= policy.replicas.max &&
    replicas > 0
  );
}

/** A tick that goes to zero although replicas are ready. */
function isEndOfService({ observation, result }: PlayedTick): boolean {
  const { desired, ready } = observation.replicas;
  return (desired ?? 0) > 0 && (ready ?? 0) > 0 && result.decision.replicas === 0;
}

describe("bounds", () => {
  test("the number is an integer between min and max; 0 only where the policy allows it", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        for (const { result } of play(policy, script)) {
          const { replicas, active } = result.decision;
          if (replicas === null) continue;
          expect(Number.isInteger(replicas)).toBe(true);
          expect(active).toBe(replicas > 0);
          if (replicas === 0) expect(policy.replicas.min).toBe(0);
          else expect(replicas).toBeGreaterThanOrEqual(Math.max(1, policy.replicas.min));
          expect(replicas).toBeLessThanOrEqual(policy.replicas.max);
        }
      }),
      RUNS,
    );
  });

  test("a number is known from the first tick with known replicas on", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        const played = play(policy, script);
        const first = played.findIndex(({ observation }) => observation.replicas.desired !== null);
        for (const { result } of first === -1 ? [] : played.slice(first))
          expect(result.decision.replicas).not.toBeNull();
      }),
      RUNS,
    );
  });
});

describe("missing data", () => {
  test("nothing scales in while a required signal has no data or pods are not fresh", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        for (const tick of play(policy, script)) {
          const { signals, pods } = tick.observation;
          const missing = Object.entries(signals).some(
            ([name, reading]) => isRequired(name, policy.signals) && MISSING.includes(reading.state),
          );
          if (missing || pods.fresh < pods.expected)
            expect(isScaleIn(tick, policy) || isEndOfService(tick)).toBe(false);
        }
      }),
      RUNS,
    );
  });

  test("a load signal that asks for more gets more, though all others are missing", () => {
    const script = scripts(
      { states: fc.constantFrom<SignalState>("stale", "absent", "implausible"), foreign: false, gaps: false },
      1,
    );
    fc.assert(
      fc.property(
        policies({ loadSignal: true, zero: false, limits: fc.constant([]) }),
        script,
        (policy, ticks) => {
          const declared = policy.signals.requestRate?.targetPerReplica;
          const perReplica = typeof declared === "number" ? declared : 0;
          const raised = ticks.map((tick) => {
            const reading = {
              state: "live",
              value: 3 * perReplica * policy.replicas.max,
              unit: "requests/s",
              ageSeconds: 1,
              freshPods: 4,
            } as const;
            return {
              ...tick,
              observed: { ...tick.observed, signals: { ...tick.observed.signals, requestRate: reading } },
            };
          });
          const unhurried = { ...policy, scaleOut: { ...policy.scaleOut, stabilizationWindow: TICK } };
          for (const { result } of play(unhurried, raised))
            expect(result.decision.replicas).toBe(policy.replicas.max);
        },
      ),
      RUNS,
    );
  });
});

/** The number after the startup rule, which later ticks look back on; null where the tick leaves none. */
function recommendationOf({ observation, result }: PlayedTick): number | null {
  const early = result.steps.filter(isChange).filter(({ step }) => step === "combine" || step === "startup");
  const combined = early[0];
  if (combined?.reason === "HELD") return observation.replicas.desired;
  const { scaleInBlocked } = result.decision;
  if (combined?.reason === "SCALE_IN_BLOCKED" && scaleInBlocked.join() === "COVERAGE") return null;
  return early.at(-1)?.to ?? observation.replicas.desired;
}

function isChange(step: Step): step is ChangeStep {
  return step.step !== "signal";
}

describe("pace", () => {
  test("no scale-in within the cooldown after the last increase of S", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        const played = play(policy, script);
        played.forEach((tick, index) => {
          if (!isScaleIn(tick, policy)) return;
          const known = played
            .slice(0, index + 1)
            .filter(({ observation }) => observation.replicas.desired !== null);
          known.forEach(({ observation }, at) => {
            const earlier = known[at - 1]?.observation.replicas.desired ?? Number.POSITIVE_INFINITY;
            if ((observation.replicas.desired ?? 0) <= earlier) return;
            expect(elapsed(observation.at, tick.observation.at)).toBeGreaterThanOrEqual(
              policy.scaleIn.cooldown,
            );
          });
        });
      }),
      RUNS,
    );
  });

  test("no scale-in below the largest recommendation of the stabilization window", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        const played = play(policy, script);
        played.forEach((tick, index) => {
          if (!isScaleIn(tick, policy)) return;
          for (const earlier of played.slice(0, index + 1)) {
            const age = elapsed(earlier.observation.at, tick.observation.at);
            const recommendation =
              age < policy.scaleIn.stabilizationWindow ? recommendationOf(earlier) : null;
            const least = Math.min(recommendation ?? 0, tick.observation.replicas.desired ?? 0);
            expect(tick.result.decision.replicas).toBeGreaterThanOrEqual(
              Math.min(least, policy.replicas.max),
            );
          }
        });
      }),
      RUNS,
    );
  });

  test("after a gap nothing scales in for a stabilization window", () => {
    fc.assert(
      fc.property(policies(), scripts(), (policy, script) => {
        const played = play(policy, script);
        played.forEach((tick, index) => {
          if (!isScaleIn(tick, policy)) return;
          const since = played
            .slice(0, index + 1)
            .findLastIndex((_, at) => at === 0 || (script[at]?.intervals ?? 1) > 3);
          const began = played[since]?.observation.at ?? tick.observation.at;
          expect(elapsed(began, tick.observation.at)).toBeGreaterThanOrEqual(
            policy.scaleIn.stabilizationWindow,
          );
        });
      }),
      RUNS,
    );
  });

  test.each([
    { name: "out", sign: 1 },
    { name: "in", sign: -1 },
  ])("over every sliding window S goes $name no further than each limit lets it", ({ sign }) => {
    const script = scripts({ foreign: false });
    fc.assert(
      fc.property(policies({ zero: false }), script, (policy, ticks) => {
        const seen = play(policy, ticks).map(({ observation }) => ({
          at: observation.at,
          desired: observation.replicas.desired ?? 0,
        }));
        const { limits } = sign > 0 ? policy.scaleOut : policy.scaleIn;
        for (const { replicas, percent, per } of limits) {
          seen.forEach(({ at }, end) => {
            // A change is decided one tick before it is seen; its share is of S one period before that.
            const decidedAt = seen[end - 1]?.at ?? at;
            const base =
              (seen.findLast((tick) => elapsed(tick.at, decidedAt) >= per) ?? seen[0])?.desired ?? 0;
            const exact = (base * (percent ?? 0)) / 100;
            const share =
              percent === null
                ? 0
                : sign > 0
                  ? Math.ceil(exact - 1e-9)
                  : Math.max(1, Math.floor(exact + 1e-9));
            const moves = seen.slice(1, end + 1).map((tick, index) => {
              const move = sign * (tick.desired - (seen[index]?.desired ?? 0));
              return elapsed(tick.at, at) < per ? Math.max(0, move) : 0;
            });
            // Only where S moves: a share of an S that has fallen since says nothing about earlier moves.
            if ((moves.at(-1) ?? 0) === 0) return;
            expect(moves.reduce((sum, move) => sum + move, 0)).toBeLessThanOrEqual(
              Math.max(replicas ?? 0, share),
            );
          });
        }
      }),
      RUNS,
    );
  });
});

describe("modes", () => {
  test("on hold the number never lies below S", () => {
    fc.assert(
      fc.property(policies({ modes: ["hold"] }), scripts(), (policy, script) => {
        for (const { observation, result } of play(policy, script)) {
          const { desired } = observation.replicas;
          if (desired !== null) expect(result.decision.replicas).toBeGreaterThanOrEqual(desired);
        }
      }),
      RUNS,
    );
  });

  test("in shadow the answer is S, whatever is decided", () => {
    fc.assert(
      fc.property(policies({ modes: ["shadow"] }), scripts(), (policy, script) => {
        for (const { observation, result } of play(policy, script)) {
          const answer = answerOf({ decision: result.decision, mode: policy.mode, observation });
          if (answer.code === "OK") expect(answer.metricValue).toBe(observation.replicas.desired);
        }
      }),
      RUNS,
    );
  });
});

test("an answer is an integer in 0..2³¹−1 or refused, and nothing anywhere is NaN or infinite", () => {
  fc.assert(
    fc.property(policies({ modes: ["enforce", "hold", "shadow"] }), scripts(), (policy, script) => {
      for (const { observation, result } of play(policy, script)) {
        const { metricValue } = answerOf({ decision: result.decision, mode: policy.mode, observation });
        if (metricValue !== null) expect(Number.isInteger(metricValue) && metricValue >= 0).toBe(true);
        expect(numbersIn(result).filter((number) => !Number.isFinite(number))).toEqual([]);
      }
    }),
    RUNS,
  );
});

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
