// For how long the busiest pod that was seen forbids to take a less busy one for saturated.

import { expect, test } from "vitest";
import { initialState } from "../../../src/domain/state.ts";
import { anObservation, aPolicy } from "../../support/builders.ts";
import { run } from "../../support/scripted-ticks.ts";

const MINUTE = 60;
const HOUR = 3600;

/** When the first cap is learned: from a minute after the high readings on, a saturated pod shows one busy instance. */
function capAfter(busyAt: (t: number) => number, hours: number): number | null {
  const ticks = Array.from({ length: hours * 60 }, (_, minute) => {
    const t = MINUTE * minute;
    const busiestPodInstances = busyAt(t);
    const isSaturated = busiestPodInstances === 1;
    const saturatedPerSecond = isSaturated ? 40 : null;
    return anObservation({ t, capacity: { busiestPodInstances, saturatedPerSecond } });
  });
  const results = run(aPolicy(), ticks, initialState({ remembers: true }));
  const first = results.findIndex(({ state }) => state.learned.cap !== null);
  return first < 0 ? null : first / 60;
}

test.each([
  { name: "nothing higher: at once", busyAt: () => 1, hours: 1, learnedAfter: 0 },
  {
    name: "a little more: at once",
    busyAt: (t: number) => (t === 0 ? 1.2 : 1),
    hours: 1,
    learnedAfter: 1 / 60,
  },
  {
    name: "one inflated reading: an hour later",
    busyAt: (t: number) => (t === 0 ? 1.75 : 1),
    hours: 3,
    learnedAfter: 1,
  },
  {
    name: "an inflated reading for as long as its window: an hour later",
    busyAt: (t: number) => (t <= MINUTE ? 1.75 : 1),
    hours: 3,
    learnedAfter: 1 + 1 / 60,
  },
  {
    name: "more, seen again later: a day later",
    busyAt: (t: number) => (t === 0 || t === HOUR / 2 ? 2 : 1),
    hours: 25,
    learnedAfter: 24.5,
  },
])("after $name", ({ busyAt, hours, learnedAfter }) => {
  expect(capAfter(busyAt, hours)).toBeCloseTo(learnedAfter, 6);
});
