// When somebody else sets the replicas against us. Scripted readings.

import { describe, expect, test } from "vitest";
import { NO_RIVALRY, type Rivalry, sawReplicas, wroteReplicas } from "../../../src/autoscaler/rivalry.ts";
import { at } from "../../support/builders.ts";

type Happening = { readonly t: number; readonly saw?: number; readonly wrote?: number };

/** Returns whether it was contested after each happening. */
function contested(happenings: readonly Happening[]): readonly boolean[] {
  let rivalry: Rivalry = NO_RIVALRY;
  return happenings.map(({ t, saw, wrote }) => {
    if (saw !== undefined) rivalry = sawReplicas(rivalry, saw, at(t));
    if (wrote !== undefined && !rivalry.isContested) rivalry = wroteReplicas(rivalry, wrote);
    return rivalry.isContested;
  });
}

/** An HPA that wants 3 where we want 7, every 15 s. */
const fight = (from: number, rounds: number): readonly Happening[] =>
  Array.from({ length: rounds }, (_, round) => ({ t: from + 15 * round, saw: 3, wrote: 7 }));

describe("somebody else's replicas", () => {
  test.each([
    {
      name: "what we wrote is not another's",
      happenings: [
        { t: 0, saw: 3, wrote: 7 },
        { t: 15, saw: 7 },
        { t: 30, saw: 7 },
      ],
    },
    {
      name: "one kubectl scale is no fight",
      happenings: [
        { t: 0, saw: 3, wrote: 7 },
        { t: 15, saw: 3, wrote: 7 },
        { t: 30, saw: 7 },
      ],
    },
    {
      name: "nor are three in an hour",
      happenings: [0, 1200, 2400, 3600].map((t) => ({ t, saw: 3, wrote: 7 })),
    },
    {
      name: "nor is one who sets it again and again while we write nothing",
      happenings: [3, 4, 3, 4, 3, 4].map((saw, index) => ({ t: 15 * index, saw })),
    },
  ])("$name", ({ happenings }) => {
    expect(contested(happenings).includes(true)).toBe(false);
  });

  test("overruled three times in ten minutes, we stop", () => {
    expect(contested(fight(0, 4))).toEqual([false, false, false, true]);
  });

  test("and try again once nobody has changed the number for ten minutes", () => {
    const quiet = [100, 300, 644, 645, 646].map((t) => ({ t, saw: 3 }));
    expect(contested([...fight(0, 4), ...quiet])).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("whose changes go on meanwhile keeps us away", () => {
    const others = [200, 400, 600, 800, 1000].map((t, index) => ({ t, saw: 3 + (index % 2) }));
    expect(contested([...fight(0, 4), ...others]).slice(4)).toEqual([true, true, true, true, true]);
  });

  test("one more round after the quiet does not stop us at once", () => {
    const happenings = [...fight(0, 4), { t: 646, saw: 3, wrote: 7 }, { t: 661, saw: 3, wrote: 7 }];
    expect(contested(happenings).slice(4)).toEqual([false, false]);
  });
});
