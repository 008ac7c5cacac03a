// Demand that changes and scrapes that fail: B2, B3, B5, B8 and B9.

import type { GeneratedTraffic } from "../../../../src/domain/scenario.ts";
import { LOAD_TARGET, type LoadTarget } from "../bound-policy.ts";
import {
  attainedRatio,
  desiredAt,
  type Experiment,
  HOUR,
  lastMinuteBelow,
  mostDesired,
  type Outcome,
  run,
} from "../experiments.ts";
import type { Figures } from "../figure-sheet.ts";
import { diurnal, poisson } from "../scenario.ts";
import { rateOn } from "../shapes.ts";
import type { Bound, Limit, Setting } from "./bound.ts";
import { targetWords } from "./constant.ts";

const STEP_AT = 5 * 60;
const STEP_DURATION = 1.5 * HOUR;
/** By so long after saturation began, what saturates a replica must be known. */
const CAP_KNOWN_AFTER = 75;

type Step = {
  readonly from: number;
  readonly to: number;
  readonly initialReplicas: number;
  readonly startupSeconds: number;
  readonly loadTarget: LoadTarget;
};

const B2: Step = { from: 224, to: 672, initialReplicas: 8, startupSeconds: 180, loadTarget: LOAD_TARGET };
const B3: Step = { from: 84, to: 252, initialReplicas: 3, startupSeconds: 420, loadTarget: LOAD_TARGET };
/** Half of what eight carry, then three times as much. */
const B9: Step = { from: 160, to: 480, initialReplicas: 8, startupSeconds: 180, loadTarget: null };

const STEP_LIMITS = {
  overshoot: { atMost: 1.7 },
  recovery: { atMost: 17 },
  hoursRatio: { atMost: 1.3 },
} as const satisfies Record<string, Limit>;

/** B2, B3, B5, B8, B9. */
export const CHANGING_BOUNDS: readonly Bound[] = [
  stepBound({ id: "B2", about: "224 → 672/s from 8" }, B2, STEP_LIMITS),
  stepBound({ id: "B2", about: "the same, target 60" }, { ...B2, loadTarget: 60 }, STEP_LIMITS),
  stepBound({ id: "B3", about: "84 → 252/s from 3, starts of 420 s" }, B3, {
    overshoot: { atMost: 1.9 },
    recovery: { atMost: 25 },
  }),
  {
    id: "B5",
    about: "a fifth of all scrapes lost, 7.8 → 3.5 replicas",
    limits: { minutesLater: { atMost: 20 }, last: { atMost: 4 }, attained: { atLeast: 0.999 } },
    play: lossyFall,
  },
  dayBound("in bursts (CV 4)", diurnal({ kind: "gamma", cv: 4 }, { least: 64, most: 320, hours: 24 })),
  dayBound("Poisson", diurnal({ kind: "poisson" }, { least: 64, most: 320, hours: 24 })),
  ...([null, "learned"] as const).map((loadTarget) =>
    stepBound(
      { id: "B9", about: `160 → 480/s from 8, ${targetWords(loadTarget)}` },
      { ...B9, loadTarget },
      {
        ...STEP_LIMITS,
        capError: { atMost: 0.03 },
      },
    ),
  ),
];

function stepBound(
  name: Pick<Bound, "id" | "about">,
  step: Step,
  limits: Readonly<Record<string, Limit>>,
): Bound {
  return { ...name, limits, play: (setting) => stepped(step, setting) };
}

/** Needed is what the right target asks for, were there no start-up time; minutes count from the step. */
function stepped({ from, to, ...rest }: Step, { shape, seed }: Setting): Figures {
  const after = STEP_DURATION - STEP_AT;
  const outcome = run({
    ...rest,
    shape,
    seed,
    traffic: poisson([STEP_AT, from], [after, to]),
    durationSeconds: STEP_DURATION,
  });
  const needed = Math.ceil(from / LOAD_TARGET) * STEP_AT + Math.ceil(to / LOAD_TARGET) * after;
  const most = mostDesired(outcome);
  return {
    overshoot: most / Math.ceil(to / LOAD_TARGET),
    recovery: lastMinuteBelow(outcome, 0.95) - STEP_AT / 60,
    hoursRatio: (outcome.run.gpuHours.total * HOUR) / needed,
    most,
    last: desiredAt(outcome, STEP_DURATION),
    capError: capError(outcome, { shape, seed }),
    breaches: outcome.run.invariantBreaches.length,
  };
}

/** How far the cap is from what really saturates a replica, soon after the step; NaN while there is none. */
function capError({ learning }: Outcome, { shape }: Setting): number {
  const cap = learning.capAt(STEP_AT + CAP_KNOWN_AFTER);
  return cap === null ? Number.NaN : Math.abs(cap / shape.capacity - 1);
}

function lossyFall({ shape, seed }: Setting): Figures {
  const [from, to] = [7.8 * LOAD_TARGET, 3.5 * LOAD_TARGET];
  const experiment: Experiment = {
    shape,
    seed,
    traffic: poisson([150 * 60, from, to], [HOUR, to]),
    initialReplicas: 8,
    durationSeconds: 3.5 * HOUR,
  };
  const lossy = run({ ...experiment, scrapeLossRatio: 0.2 });
  const faultFreeMinute = minuteOf(run(experiment), 4);
  const lossyMinute = minuteOf(lossy, 4);
  return {
    minutesLater: lossyMinute - faultFreeMinute,
    last: desiredAt(lossy, experiment.durationSeconds),
    attained: attainedRatio(lossy),
    faultFreeMinute,
    breaches: lossy.run.invariantBreaches.length,
  };
}

/** The minute in which desired replicas first came down to a count; NaN = never. */
function minuteOf({ series }: Outcome, replicas: number): number {
  const change = series.desired.find((desired) => desired.replicas === replicas);
  return (change?.atSeconds ?? Number.NaN) / 60;
}

function dayBound(about: string, traffic: GeneratedTraffic): Bound {
  return {
    id: "B8",
    about: `a day of 64 → 320/s, ${about}, ${targetWords(null)}, starts of 420 s`,
    limits: { attained: { atLeast: 0.998 }, hours: { atMost: 145 }, failedProbes: { atMost: 3 } },
    play({ shape, seed }) {
      const outcome = run({
        shape,
        seed,
        traffic,
        loadTarget: null,
        startupSeconds: 420,
        initialReplicas: 3,
        durationSeconds: 24 * HOUR,
      });
      const { learning } = outcome;
      const cap = learning.capAt(24 * HOUR);
      return {
        attained: attainedRatio(outcome),
        hours: outcome.run.gpuHours.total,
        failedProbes: learning.failedProbes,
        badPoints: learning.badPoints,
        most: mostDesired(outcome),
        cap: cap === null ? Number.NaN : cap / rateOn(shape, 1),
        breaches: outcome.run.invariantBreaches.length,
      };
    },
  };
}
