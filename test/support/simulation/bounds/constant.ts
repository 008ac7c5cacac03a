// Constant demand must give a constant count: B1, B4 and B7.

import { LOAD_TARGET, type LoadTarget } from "../bound-policy.ts";
import {
  attainedRatio,
  CAPACITY,
  changesAfter,
  desiredAt,
  type Experiment,
  HOUR,
  meanDesired,
  run,
} from "../experiments.ts";
import type { Figures } from "../figure-sheet.ts";
import { bursty, poisson } from "../scenario.ts";
import type { Bound } from "./bound.ts";

/** A quarter above what is right for the objective. */
const TOO_HIGH = 37.5;

type Demand = { readonly replicas: number; readonly share: number };

const DEMANDS: readonly Demand[] = [3, 8].flatMap((replicas) =>
  [0.3, 0.6, 0.8, 0.9].map((share) => ({ replicas, share })),
);

/** Names a load target in the reports. */
export function targetWords(target: LoadTarget): string {
  if (target === null) return "none declared";
  return target === "learned" ? "`learned`" : `target ${target}`;
}

/** B1, B4, B7. */
export const CONSTANT_BOUNDS: readonly Bound[] = [
  ...DEMANDS.map((demand) => steady(demand, LOAD_TARGET)),
  ...DEMANDS.map((demand) => steady(demand, null)),
  ...DEMANDS.map((demand) => steady(demand, "learned")),
  {
    id: "B4",
    about: "237/s, 7.9 replicas' worth, 8 h",
    limits: { changes: { atMost: 2 } },
    play: ({ shape, seed }) =>
      calm({ shape, seed, initialReplicas: 8, durationSeconds: 8 * HOUR, traffic: poisson([8 * HOUR, 237]) }),
  },
  {
    id: "B7",
    about: `96/s in bursts (CV 4), target ${TOO_HIGH} from 8`,
    limits: { changes: { atMost: 4 }, attained: { atLeast: 0.99 }, meanS: { atMost: 5 } },
    play: ({ shape, seed }) =>
      calm({
        shape,
        seed,
        loadTarget: TOO_HIGH,
        initialReplicas: 8,
        durationSeconds: 6 * HOUR,
        traffic: bursty(4, [6 * HOUR, 96]),
      }),
  },
];

function steady({ replicas, share }: Demand, loadTarget: LoadTarget): Bound {
  const isDeclared = typeof loadTarget === "number";
  return {
    id: "B1",
    about: `${100 * share} % of ${replicas}, ${targetWords(loadTarget)}`,
    limits: isDeclared
      ? { changes: { atMost: 2 }, attained: { atLeast: 0.995 } }
      : { changes: { atMost: 12 }, attained: { atLeast: 0.99 } },
    play: ({ shape, seed }) =>
      calm({
        shape,
        seed,
        loadTarget,
        initialReplicas: replicas,
        durationSeconds: 6 * HOUR,
        traffic: poisson([6 * HOUR, share * replicas * CAPACITY]),
      }),
  };
}

/** All after the first hour, but for what was attained in it. */
function calm(experiment: Experiment): Figures {
  const { durationSeconds } = experiment;
  const outcome = run(experiment);
  return {
    changes: changesAfter(outcome, HOUR),
    attained: attainedRatio(outcome, 60),
    meanS: meanDesired(outcome, HOUR, durationSeconds),
    last: desiredAt(outcome, durationSeconds),
    firstHour: attainedRatio(outcome, 0, 60),
    breaches: outcome.run.invariantBreaches.length,
  };
}
