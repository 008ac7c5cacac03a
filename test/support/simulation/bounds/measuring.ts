// Arrivals are measured right while pods come and go by hand: B6.

import type { Scenario } from "../../../../src/domain/scenario.ts";
import { boundPolicy } from "../bound-policy.ts";
import { boundScenario } from "../experiments.ts";
import type { Figures } from "../figure-sheet.ts";
import { playForced } from "../forced-run.ts";
import { poisson } from "../scenario.ts";
import { rateOn } from "../shapes.ts";
import type { Bound, Setting } from "./bound.ts";

/** On shape C. */
const RATE = 60;
/** Of fewer in a minute, what chance adds or takes would outweigh what is measured: those come evenly. */
const ENOUGH_FOR_POISSON = 1000;
const EVENLY = { kind: "constant" } as const;
const DURATION_SECONDS = 900;
const MOVED_AT = 400;
const MEASURED_FROM = 180;

type Move = {
  readonly from: number;
  readonly to: number;
  readonly scrapeSeconds: number;
  readonly least: number;
  readonly most: number;
};

/**
 * Scraped every 15 s, the phases of the pods' scrapes decide: in one run of 15 a pod's last or first seconds weigh
 * double or not at all (22 s of half the load in a window of a minute). The limits hold what every run keeps to.
 */
const MOVES: readonly Move[] = [
  { from: 4, to: 2, scrapeSeconds: 15, least: 0.82, most: 1.1 },
  { from: 2, to: 4, scrapeSeconds: 15, least: 0.82, most: 1.1 },
  { from: 4, to: 2, scrapeSeconds: 1, least: 0.93, most: 1.08 },
  { from: 2, to: 4, scrapeSeconds: 1, least: 0.93, most: 1.08 },
];

/** B6. */
export const MEASURING_BOUNDS: readonly Bound[] = MOVES.map((move) => ({
  id: "B6",
  about: `60/s, ${move.from} → ${move.to} by hand, scraped every ${move.scrapeSeconds} s`,
  limits: { least: { atLeast: move.least }, most: { atMost: move.most } },
  play: (setting) => measured(move, setting),
}));

/** The least and the most of measured ÷ true arrivals, from the third minute on. */
function measured({ from, to, scrapeSeconds }: Move, { shape, seed }: Setting): Figures {
  const shares: number[] = [];
  const traffic = poisson([DURATION_SECONDS, RATE]);
  const experiment = {
    seed,
    shape,
    traffic: rateOn(shape, RATE) * 60 < ENOUGH_FOR_POISSON ? { ...traffic, generator: EVENLY } : traffic,
    initialReplicas: from,
    durationSeconds: DURATION_SECONDS,
  };
  playForced({
    scenario: scrapedEvery(scrapeSeconds, boundScenario(experiment)),
    policy: boundPolicy({ shape }),
    seed,
    forced: [{ atSeconds: MOVED_AT, replicas: to }],
    onTick(atSeconds, { traffic: seen }) {
      const share = (seen.arrivalsPerSecond ?? 0) / rateOn(shape, RATE);
      if (atSeconds >= MEASURED_FROM) shares.push(share);
    },
  });
  return { least: Math.min(...shares), most: Math.max(...shares), breaches: 0 };
}

function scrapedEvery(scrapeIntervalSeconds: number, scenario: Scenario): Scenario {
  const { controlPlane } = scenario;
  const { source } = controlPlane;
  const lagSeconds = scrapeIntervalSeconds === 1 ? 0 : source.lagSeconds;
  return {
    ...scenario,
    controlPlane: { ...controlPlane, source: { ...source, scrapeIntervalSeconds, lagSeconds } },
  };
}
