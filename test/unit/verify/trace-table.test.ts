// Who wins on real traffic, and how the tables say it.

import { describe, expect, test } from "vitest";
import { TRACE_CASES } from "../../verify/trace-cases.ts";
import { compared } from "../../verify/trace-comparison.ts";
import type { Entrant } from "../../verify/trace-contest.ts";
import { contestMarkdown } from "../../verify/trace-table.ts";

/** One setting, with GPU-hours and attainment under each of three seeds. */
function entrant(
  rule: string,
  scores: readonly (readonly [number, number])[],
  boundGpuHours: number | null = null,
): Entrant {
  const heldOut = scores.map(([gpuHours, attainmentRatio]) => ({
    gpuHours,
    attainmentRatio,
    boundGpuHours,
    requests: 1000,
  }));
  const isTrained = boundGpuHours === null;
  const [trained] = heldOut;
  return {
    rule,
    settings: [
      {
        parameters: isTrained ? { replicas: 3 } : {},
        goals: isTrained ? [0.99] : [],
        trained: isTrained ? (trained ?? null) : null,
        heldOut,
      },
    ],
  };
}

const steady = (rule: string, hours: number, attained: number): Entrant =>
  entrant(rule, [
    [hours, attained],
    [hours + 0.1, attained],
    [hours + 0.2, attained],
  ]);

describe("a rule beside ours", () => {
  const ours = steady("tidemark", 10, 0.995);
  test.each([
    { name: "dearer under every seed: won", other: steady("x", 11, 0.992), outcome: "won" },
    { name: "cheaper under every seed: lost", other: steady("x", 9, 0.992), outcome: "lost" },
    {
      name: "now dearer, now cheaper: level",
      other: entrant("x", [
        [9, 0.995],
        [11, 0.995],
        [10.5, 0.995],
      ]),
      outcome: "level",
    },
    { name: "cheaper, but too often late: won", other: steady("x", 5, 0.98), outcome: "won" },
  ])("$name", ({ other, outcome }) => {
    expect(compared(ours, other).outcome).toBe(outcome);
  });

  test("ours too often late, and the other not: lost, whatever it costs", () => {
    const late = steady("tidemark", 5, 0.98);
    expect(compared(late, steady("x", 50, 0.992))).toMatchObject({
      outcome: "lost",
      attainmentRatio: null,
      moreHoursRatio: null,
    });
  });

  test("both too often late: compared at what both attain", () => {
    const found = compared(steady("tidemark", 10, 0.97), steady("x", 12, 0.97));
    expect(found.outcome).toBe("won");
    expect(found.attainmentRatio).toBeCloseTo(0.969, 9);
    expect(found.moreHoursRatio).toBeCloseTo(12.1 / 10.1 - 1, 9);
  });
});

describe("the section", () => {
  const [traced] = TRACE_CASES;
  if (traced === undefined) throw new Error("no case");
  const entrants = [
    steady("tidemark", 9.9, 0.995),
    steady("cheaper", 8.9, 0.995),
    steady("dearer", 10.9, 0.995),
    steady("late", 4.9, 0.9),
    entrant(
      "clairvoyant",
      [
        [8, 0.995],
        [8, 0.995],
        [8, 0.995],
      ],
      5,
    ),
  ];
  const lines = contestMarkdown([{ traced, entrants }], 16).split("\n");

  test.each([
    "16 parameter sets tried by each rule on each trace; 6 held-out seeds.",
    "| cheaper | 0 of 1 | 0 of 1 | 1 of 1 | +11.1 % |",
    "| dearer | 1 of 1 | 0 of 1 | 0 of 1 | −9.1 % |",
    "| late | 1 of 1 | 0 of 1 | 0 of 1 |  |",
    "| tidemark | 10.00 h |",
    "| cheaper | **−10.0 %** |",
    "| dearer | +10.0 % |",
    "| late | (attains 90.00 % at most) |",
    "| clairvoyant | **−20.0 %** |",
    "| certified lower bound | −50.0 % |",
    "| tidemark, replicas 3 | 9.90, 99.50 % | 10.00, 99.50 % | 10.00 h |  |",
    "| cheaper, replicas 3 | 8.90, 99.50 % | 9.00, 99.50 % | 9.00: **−10.0 %** | −1.00 (−1.00 to −1.00) |",
    "| late, replicas 3 | 4.90, 90.00 % (missed) | 5.00, 90.00 % (missed) | (attains 90.00 % at most) |  |",
    "| certified lower bound | | 5.00, 99.00 % | no rule goes below it | |",
  ])("says %s", (line) => {
    expect(lines).toContain(line);
  });
});
