// A load target is not needed, nor a right one: after the first hour none, a learned one and one twice too high cost and
// serve as the right one does; one twice too low is obeyed.

import type { GeneratedTraffic } from "../../../../src/domain/scenario.ts";
import { LOAD_TARGET, type LoadTarget } from "../bound-policy.ts";
import { attainedRatio, HOUR, type Outcome, run } from "../experiments.ts";
import type { Figures } from "../figure-sheet.ts";
import { diurnal } from "../scenario.ts";
import type { Bound, Limit, Setting } from "./bound.ts";

const HOURS = 24;
const DAY = { least: 64, most: 320, hours: HOURS } as const;

const AS_RIGHT = { hours: { atMost: 1.1 }, loss: { atMost: 0.005 } } as const;
/** Half the load a replica: nearly twice the replicas. */
const AS_DECLARED = { hours: { atLeast: 1.7 }, loss: { atMost: 0.005 } } as const;

const OTHERS: readonly {
  readonly name: string;
  readonly loadTarget: LoadTarget;
  readonly limits: { readonly hours: Limit; readonly loss: Limit };
}[] = [
  { name: "none", loadTarget: null, limits: AS_RIGHT },
  { name: "learned", loadTarget: "learned", limits: AS_RIGHT },
  { name: "high", loadTarget: 2 * LOAD_TARGET, limits: AS_RIGHT },
  { name: "low", loadTarget: LOAD_TARGET / 2, limits: AS_DECLARED },
];

/** E: hours as a multiple of the right target's, attainment less than the right target's, under the same seed. */
export const EQUIVALENCE_BOUNDS: readonly Bound[] = [
  bound("a day of 64 → 320/s, Poisson", diurnal({ kind: "poisson" }, DAY)),
  bound("a day of 64 → 320/s in bursts (CV 4)", diurnal({ kind: "gamma", cv: 4 }, DAY)),
];

function bound(name: string, traffic: GeneratedTraffic): Bound {
  return {
    id: "E",
    about: `${name}: no target, \`learned\`, ${2 * LOAD_TARGET} and ${LOAD_TARGET / 2} against ${LOAD_TARGET}`,
    limits: Object.assign(
      {},
      ...OTHERS.map(({ name: other, limits }) => ({
        [`${other} hours`]: limits.hours,
        [`${other} loss`]: limits.loss,
      })),
    ),
    play: (setting) => compared(traffic, setting),
  };
}

function compared(traffic: GeneratedTraffic, setting: Setting): Figures {
  const right = dayOf(traffic, LOAD_TARGET, setting);
  const figures: Record<string, number> = {
    rightHours: right.run.gpuHours.total,
    rightAttained: attainedRatio(right, 60),
    breaches: right.run.invariantBreaches.length,
  };
  for (const { name, loadTarget } of OTHERS) {
    const other = dayOf(traffic, loadTarget, setting);
    figures[`${name} hours`] = other.run.gpuHours.total / right.run.gpuHours.total;
    figures[`${name} loss`] = attainedRatio(right, 60) - attainedRatio(other, 60);
    figures["breaches"] = (figures["breaches"] ?? 0) + other.run.invariantBreaches.length;
  }
  return figures;
}

function dayOf(traffic: GeneratedTraffic, loadTarget: LoadTarget, { shape, seed }: Setting): Outcome {
  return run({
    shape,
    seed,
    traffic,
    loadTarget,
    initialReplicas: 3,
    durationSeconds: HOURS * HOUR,
    uncountedSeconds: HOUR,
  });
}
