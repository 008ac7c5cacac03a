// A service that becomes 1.8 times slower for three hours and recovers: replicas follow it there, and back.

import { LOAD_TARGET, type LoadTarget } from "../bound-policy.ts";
import {
  attainedRatio,
  CAPACITY,
  desiredAt,
  type Experiment,
  HOUR,
  meanDesired,
  mostDesired,
  run,
} from "../experiments.ts";
import type { Figures } from "../figure-sheet.ts";
import { poisson } from "../scenario.ts";
import type { Bound, Setting } from "./bound.ts";
import { targetWords } from "./constant.ts";

/** Ten replicas' worth at the right target: one more or less is a tenth. */
const RATE = 300;
const RIGHT = Math.ceil(RATE / LOAD_TARGET);
const FACTOR = 1.8;
const SLOW_FROM = 3 * HOUR;
const SLOW_FOR = 3 * HOUR;
const DURATION = 9 * HOUR;
const STATIC_SECONDS = HOUR;
/** Of the requests, within the objective: what a count must serve to be enough. */
const ENOUGH = 0.99;
const MOST = 60;

/** S: what is needed is the least count that serves the objective of the slow service while it stays as it is; after it, what the right target asks for. */
export const SLOW_DOWN_BOUNDS: readonly Bound[] = (
  [LOAD_TARGET, null, "learned", 2 * LOAD_TARGET] as const
).map(slowDown);

function slowDown(loadTarget: LoadTarget): Bound {
  return {
    id: "S",
    about: `${RATE}/s, ${FACTOR} times slower for 3 h, ${targetWords(loadTarget)}`,
    limits: { mostRatio: { atMost: 1.5 }, afterRatio: { atMost: 1.15 } },
    play: (setting) => slowed(loadTarget, setting),
  };
}

function slowed(loadTarget: LoadTarget, { shape, seed }: Setting): Figures {
  const experiment: Experiment = {
    shape,
    seed,
    traffic: poisson([DURATION, RATE]),
    loadTarget,
    initialReplicas: RIGHT,
    durationSeconds: DURATION,
    faults: [slowModel(SLOW_FROM, SLOW_FOR)],
  };
  const outcome = run(experiment);
  const slowTo = SLOW_FROM + SLOW_FOR;
  const before = desiredAt(outcome, SLOW_FROM);
  const needed = neededSlow({ shape, seed });
  const most = mostDesired(outcome, SLOW_FROM, slowTo);
  const after = desiredAt(outcome, slowTo + HOUR);
  return {
    mostRatio: most / needed,
    afterRatio: after / RIGHT,
    needed,
    before,
    most,
    meanDuring: meanDesired(outcome, SLOW_FROM, slowTo),
    after,
    attainedDuring: attainedRatio(outcome, SLOW_FROM / 60, slowTo / 60),
    attainedAfter: attainedRatio(outcome, slowTo / 60 + 60),
    breaches: outcome.run.invariantBreaches.length,
  };
}

/** The least count that serves the objective of the slow service for an hour. */
function neededSlow({ shape, seed }: Setting): number {
  const serves = (replicas: number): boolean => {
    const outcome = run({
      shape,
      seed,
      traffic: poisson([STATIC_SECONDS, RATE]),
      initialReplicas: replicas,
      durationSeconds: STATIC_SECONDS,
      faults: [slowModel(0, STATIC_SECONDS)],
      isScaled: false,
    });
    return attainedRatio(outcome) >= ENOUGH;
  };
  let count = Math.ceil((RATE * FACTOR) / CAPACITY);
  while (count < MOST && !serves(count)) count += 1;
  return count;
}

function slowModel(atSeconds: number, forSeconds: number) {
  return { kind: "slow-model", factor: FACTOR, model: null, atSeconds, forSeconds } as const;
}
