// Loads share one storage: beyond a number of them each gets slower, and faster again when others are done.

import { expect, test } from "vitest";
import { ModelLoads } from "../../../../src/simulator/cluster/model-loads.ts";

test("any number is as fast as one alone where nothing is said", () => {
  const loads = new ModelLoads(null);
  const ends: number[] = [];
  for (const load of [0, 1, 2]) loads.begin(load, 10, { seconds: 30, moved: (at) => ends.push(at) });
  loads.end(0, 20);
  expect(ends).toEqual([40, 40, 40]);
});

test("two loads at the speed of one take twice as long, and the one left catches up", () => {
  const loads = new ModelLoads(1);
  const ends = new Map<string, number>();
  loads.begin(0, 0, { seconds: 30, moved: (at) => ends.set("first", at) });
  expect(ends).toEqual(new Map([["first", 30]]));
  loads.begin(1, 10, { seconds: 30, moved: (at) => ends.set("second", at) });
  // 20 s of the first are left, at half the speed.
  expect(ends).toEqual(
    new Map([
      ["first", 50],
      ["second", 70],
    ]),
  );
  loads.end(0, 50);
  expect(ends.get("second")).toBe(60);
});

test("a load that is given up leaves its speed to the others", () => {
  const loads = new ModelLoads(1);
  let ends = 0;
  loads.begin(0, 0, { seconds: 10, moved: (at) => (ends = at) });
  loads.begin(1, 0, { seconds: 10, moved: () => undefined });
  expect(ends).toBe(20);
  loads.end(1, 10);
  expect(ends).toBe(15);
  loads.end(1, 12);
  expect(ends).toBe(15);
});
