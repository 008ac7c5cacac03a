// A tuning on a plant of one formula: what it recommends, what it refuses to, and why.

import { describe, expect, it } from "vitest";
import type { TuningDocument } from "../../../src/domain/tuning.ts";
import { randomStream } from "../../../src/simulator/random/random-stream.ts";
import type { RunTrials, Stretch, TrialRun } from "../../../src/tuning/trial.ts";
import { splitTime, tune } from "../../../src/tuning/tune.ts";

const RATE = "spec.signals.requestRate.targetPerReplica";
const DOCUMENT: TuningDocument = {
  name: "embedder",
  scenario: "week.yaml",
  space: [{ path: RATE, unit: "number", values: { kind: "range", from: 20, to: 80, scale: "linear" } }],
  split: { train: 0.6, validate: 0.2, holdOut: 0.2 },
  seeds: 3,
  budget: { evaluations: 60 },
  require: { attainmentRatioMin: 0.99, latencyP99MsMax: null, reversalsMax: null },
  minimize: "gpuHours",
};

/** One request in a hundred is late where a replica has as much as its capacity; GPU-hours are what the target asks for. */
function plant(capacityAt: (stretch: Stretch) => number, today = 30, asked: TrialRun[] = []): RunTrials {
  return async (runs) =>
    runs.map((run) => {
      asked.push(run);
      const target = run.changes?.[RATE] ?? today;
      if (target > 75) return { kind: "refused", why: "target above 75" };
      const late = 0.009999 * (target / capacityAt(run.stretch)) ** 8;
      const hours = (run.stretch.toSeconds - run.stretch.fromSeconds) / 3600;
      const gpuHours = hours * (240 / target) * (1 + run.seed / 100);
      const score = { gpuHours, attainmentRatio: Math.max(0, 1 - late), reversals: 0, latencyP99Ms: 100 };
      return { kind: "score", score };
    });
}

function tuned(run: RunTrials, current = 30) {
  return tune({
    document: DOCUMENT,
    current: { [RATE]: current },
    durationSeconds: 36_000,
    telling: (of, lengthSeconds) => ({ ...of, toSeconds: of.fromSeconds + lengthSeconds }),
    random: randomStream(1, "search"),
    run,
  });
}

describe("a tuning", () => {
  it("splits the scenario's time in order", () => {
    expect(splitTime(DOCUMENT.split, 36_000)).toEqual({
      train: { fromSeconds: 0, toSeconds: 21_600 },
      validate: { fromSeconds: 21_600, toSeconds: 28_800 },
      holdOut: { fromSeconds: 28_800, toSeconds: 36_000 },
    });
  });

  it("recommends the highest target that meets the requirement, confirmed on held-out time", async () => {
    const result = await tuned(plant(() => 60));
    const target = result.recommended?.changes[RATE] ?? 0;
    expect(target).toBeGreaterThan(57);
    expect(target).toBeLessThanOrEqual(60);
    expect(result.recommended?.gpuHours?.high).toBeLessThan(0);
    expect(result.recommended?.holdOut.attainmentRatio).toBeGreaterThanOrEqual(0.99);
    expect(result.current.train.gpuHours).toBeCloseTo(48 * 1.02, 6);
  });

  it("asks held-out time of today's policy and the chosen one only, under seeds that the search has not seen", async () => {
    const asked: TrialRun[] = [];
    await tuned(plant(() => 60, 30, asked));
    const heldOut = asked.filter(({ stretch }) => stretch.toSeconds === 36_000);
    expect(heldOut.map(({ seed }) => seed)).toEqual([4, 5, 6, 4, 5, 6]);
    expect(heldOut.slice(0, 3).map(({ changes }) => changes)).toEqual([null, null, null]);
  });

  it.each([
    {
      name: "what fails on validation time is passed over",
      capacity: (stretch: Stretch) => (stretch.fromSeconds === 21_600 ? 45 : 60),
      recommended: true,
      why: /^validation: attainment 0[.\d]*, at least 0\.99 required$/,
    },
    {
      name: "what fails on held-out time is not recommended",
      capacity: (stretch: Stretch) => (stretch.fromSeconds === 28_800 ? 30 : 60),
      recommended: false,
      why: /^held-out time: attainment 0[.\d]*, at least 0\.99 required$/,
    },
    {
      name: "nothing meets the requirement in training",
      capacity: () => 10,
      recommended: false,
      why: /^training: attainment 0[.\d]*, at least 0\.99 required$/,
    },
  ])("$name", async ({ capacity, recommended, why }) => {
    const result = await tuned(plant(capacity));
    expect(result.recommended !== null).toBe(recommended);
    expect(result.rejected.map((each) => each.why)).toContainEqual(expect.stringMatching(why));
  });

  it("says so where today's policy is as good as any", async () => {
    const result = await tuned(
      plant(() => 60, 60),
      60,
    );
    expect(result.recommended).toBeNull();
    expect(result.rejected.at(-1)?.why).toMatch(
      /^held-out time: GPU-hours (fall|rise) by .*may be chance or nothing/,
    );
  });

  it("a policy that alone meets the requirement may cost more", async () => {
    const result = await tuned(
      plant(() => 60, 74),
      74,
    );
    expect(result.recommended?.gpuHours?.mean).toBeGreaterThan(0);
  });
});
