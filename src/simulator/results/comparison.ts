// Two folders of policies through the same scenarios: paired differences, and whether they break a gate.

import type { ComparedPolicy, ComparisonResult, PairedFigure } from "../../domain/comparison-result.ts";
import { pairedDifference } from "./paired.ts";
import type { PolicyScore } from "./policy-score.ts";

/** Scores of one policy under one scenario; those at one index come from one seed. */
export type ComparedRuns = {
  readonly scenario: string;
  readonly policy: string;
  readonly base: readonly PolicyScore[];
  readonly head: readonly PolicyScore[];
};

/** The most that a change may cost; null = not asked. */
export type Gates = {
  /** Relative: 0.05 = 5 % more GPU-hours. */
  readonly maxGpuHoursIncrease: number | null;
  /** Absolute: 0.001 = 0.1 percentage points. */
  readonly maxAttainmentLoss: number | null;
};

const NO_FIGURE: PairedFigure = { base: null, head: null, difference: null, low: null, high: null };

/** Returns the comparison, in the order of `runs`. */
export function compareRuns(runs: readonly ComparedRuns[], gates: Gates): ComparisonResult {
  const pairs = runs.map(comparePolicy);
  const broken = pairs.flatMap((pair) => brokenGates(pair, gates));
  return { kind: "ComparisonResult", v: 1, pairs, broken, ok: broken.length === 0 };
}

function comparePolicy({ scenario, policy, base, head }: ComparedRuns): ComparedPolicy {
  const figure = (of: (score: PolicyScore) => number | null): PairedFigure =>
    pairedDifference(base.map(of), head.map(of)) ?? NO_FIGURE;
  return {
    scenario,
    policy,
    n: Math.min(base.length, head.length),
    gpuHours: figure((score) => score.gpuHours),
    attainmentRatio: figure((score) => score.attainmentRatio),
    reversals: figure((score) => score.reversals),
    latencyP99Ms: figure((score) => score.latencyP99Ms),
  };
}

function brokenGates(pair: ComparedPolicy, gates: Gates): readonly string[] {
  const { maxGpuHoursIncrease, maxAttainmentLoss } = gates;
  const increase = gpuHoursIncrease(pair.gpuHours);
  const loss = attainmentLoss(pair.attainmentRatio);
  const of = `${pair.policy} under ${pair.scenario}`;
  return [
    ...(maxGpuHoursIncrease !== null && increase !== null && increase > maxGpuHoursIncrease
      ? [
          `${of}: GPU-hours rise by at least ${percent(increase)}, at most ${percent(maxGpuHoursIncrease)} allowed`,
        ]
      : []),
    ...(maxAttainmentLoss !== null && loss !== null && loss > maxAttainmentLoss
      ? [
          `${of}: attainment falls by at least ${percent(loss)}, at most ${percent(maxAttainmentLoss)} allowed`,
        ]
      : []),
  ];
}

/** The least increase that the interval leaves possible, relative; of a single pair the increase itself. */
function gpuHoursIncrease({ base, difference, low }: PairedFigure): number | null {
  const least = low ?? difference;
  if (least === null || base === null) return null;
  if (base === 0) return least > 0 ? Number.POSITIVE_INFINITY : 0;
  return least / base;
}

/** The least loss that the interval leaves possible; of a single pair the loss itself. */
function attainmentLoss({ difference, high }: PairedFigure): number | null {
  const most = high ?? difference;
  return most === null ? null : -most;
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toPrecision(3))} %`;
}
