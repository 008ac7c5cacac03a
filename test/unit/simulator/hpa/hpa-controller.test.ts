// What the HPA does with wishes: what it follows, what it ignores, how fast, and for how long it remembers.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openBehavior, openRules, rules, ScriptedHpa, wishSpec } from "./scripted-hpa.ts";

const DEFAULTS = { scaleUp: rules(), scaleDown: rules() };
const COUNTS = Array.from({ length: 60 }, (_, index) => index + 1);

/** The wishes up to twice the replicas that are not followed. */
function ignored(replicas: number, version: string): readonly number[] {
  const wishes = Array.from({ length: 2 * replicas }, (_, index) => index + 1);
  const spec = wishSpec(openBehavior());
  return wishes.filter((wish) => new ScriptedHpa(spec, replicas, version).sync(0, wish) !== wish);
}

function from(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe("tolerance", () => {
  test("of 0 follows every wish from every count, 1 to 60", () => {
    const spec = wishSpec(openBehavior({ tolerance: 0 }));
    const followed = COUNTS.map((replicas) =>
      COUNTS.map((wish) => new ScriptedHpa(spec, replicas).sync(0, wish)),
    );
    expect(followed).toEqual(COUNTS.map(() => COUNTS));
  });

  test.each([
    { replicas: 9, newer: [9], older: [9] },
    { replicas: 10, newer: [9, 10, 11], older: [9, 10] },
    { replicas: 11, newer: [10, 11, 12], older: [10, 11, 12] },
    { replicas: 20, newer: from(18, 22), older: from(18, 21) },
    { replicas: 30, newer: from(27, 33), older: from(27, 32) },
    { replicas: 50, newer: from(45, 55), older: from(45, 54) },
    { replicas: 100, newer: from(90, 110), older: from(90, 109) },
  ])("of 0.1 keeps $replicas replicas within a tenth, the upper edge only from 1.33 on", (row) => {
    const kept = (version: string) => new Set([...ignored(row.replicas, version), row.replicas]);
    expect(kept("1.35")).toEqual(new Set(row.newer));
    expect(kept("1.32")).toEqual(new Set(row.older));
  });

  test("in band answers the status's replicas, so that a surge stays", () => {
    const hpa = new ScriptedHpa(wishSpec(openBehavior()), 20);
    expect([hpa.sync(0, 20), hpa.sync(15, 20, 2), hpa.sync(30, 20)]).toEqual([20, 22, 22]);
  });

  test("of 0 keeps no surge", () => {
    const hpa = new ScriptedHpa(wishSpec(openBehavior({ tolerance: 0 })), 20);
    expect([hpa.sync(0, 20), hpa.sync(15, 20, 2), hpa.sync(30, 20)]).toEqual([20, 20, 20]);
  });

  test.each([
    { tolerance: 0.059, edge: 941, beyond: 940 },
    { tolerance: 0.172, edge: 828, beyond: 827 },
    { tolerance: 0.283, edge: 717, beyond: 716 },
    { tolerance: 0.118, edge: 1_118, beyond: 1_119 },
    { tolerance: 0.235, edge: 1_235, beyond: 1_236 },
    { tolerance: 0.344, edge: 1_344, beyond: 1_345 },
  ])("of $tolerance holds at $edge of 1000, as its thousandths times 0.001 have it", (row) => {
    const spec = { ...wishSpec(openBehavior({ tolerance: row.tolerance })), maxReplicas: 5_000 };
    const synced = (wish: number) => new ScriptedHpa(spec, 1_000).sync(0, wish);
    expect([row.edge, row.beyond].map(synced)).toEqual([1_000, row.beyond]);
  });
});

describe("rate", () => {
  const climb = from(1, 6).map(() => 100);
  test.each([
    { name: "without behavior doubles, from 4", behavior: null, replicas: [4, 8, 16, 32, 64, 100] },
    { name: "with its defaults adds 4 or doubles", behavior: DEFAULTS, replicas: [5, 10, 20, 40, 80, 100] },
  ])("$name", ({ behavior, replicas }) => {
    expect(new ScriptedHpa(wishSpec(behavior), 1).play(climb)).toEqual(replicas);
  });

  test("a sync a moment early finds the budget still used", () => {
    const wishes = from(1, 9).map(() => 50);
    expect(new ScriptedHpa(wishSpec(DEFAULTS), 1).play(wishes, 14.99)).toEqual([
      5, 5, 10, 10, 20, 20, 40, 40, 50,
    ]);
  });

  test.each([
    { start: 50, percent: 10, to: 56 },
    { start: 90, percent: 10, to: 100 },
    { start: 100, percent: 10, to: 111 },
    { start: 110, percent: 10, to: 122 },
    { start: 200, percent: 10, to: 221 },
    { start: 300, percent: 50, to: 450 },
  ])("$percent % up from $start gives $to, as doubles have it", ({ start, percent, to }) => {
    const policies = [{ type: "Percent" as const, value: percent, periodSeconds: 15 }];
    const behavior = { scaleUp: openRules({ policies }), scaleDown: openRules() };
    expect(new ScriptedHpa(wishSpec(behavior), start).sync(0, 900)).toBe(to);
  });

  test.each([
    { start: 5, percent: 80, to: 1 },
    { start: 10, percent: 80, to: 1 },
    { start: 10, percent: 50, to: 5 },
    { start: 300, percent: 10, to: 270 },
  ])("$percent % down from $start gives $to", ({ start, percent, to }) => {
    const policies = [{ type: "Percent" as const, value: percent, periodSeconds: 15 }];
    const behavior = { scaleUp: openRules(), scaleDown: openRules({ policies }) };
    expect(new ScriptedHpa(wishSpec(behavior), start).sync(0, 1)).toBe(to);
  });

  test("a policy near the largest int32 wraps and forbids scaling out", () => {
    const policies = [{ type: "Pods" as const, value: 2_147_483_647, periodSeconds: 15 }];
    const behavior = { scaleUp: openRules({ policies }), scaleDown: openRules() };
    expect(new ScriptedHpa(wishSpec(behavior), 10).sync(0, 50)).toBe(10);
  });
});

describe("memory", () => {
  const spike = [100, ...from(2, 22).map(() => 4)];

  test("without behavior one spike is climbed after for five minutes", () => {
    const played = new ScriptedHpa(wishSpec(null), 4).play([4, ...spike]);
    const [start = 0, ...rest] = played;
    expect([start, ...rest.slice(0, 6)]).toEqual([4, 8, 16, 32, 64, 100, 100]);
    expect(played.findIndex((replicas, index) => index > 1 && replicas === 4)).toBe(22);
  });

  test("with behavior the same spike is one step, held for five minutes", () => {
    const played = new ScriptedHpa(wishSpec(DEFAULTS), 4).play([4, ...spike]);
    expect(played).toEqual([4, ...from(1, 20).map(() => 8), 4, 4]);
  });

  test("is empty after an outage longer than the window: the first low reading scales in", () => {
    const hpa = new ScriptedHpa(wishSpec(DEFAULTS), 20);
    expect(hpa.sync(0, 20)).toBe(20);
    for (let at = 15; at <= 330; at += 15) expect(hpa.sync(at, null)).toBe(20);
    expect(hpa.sync(345, 5)).toBe(5);
  });

  test("begins anew with a restarted controller: scale-in waits one whole window", () => {
    const hpa = new ScriptedHpa(wishSpec(DEFAULTS), 20);
    const syncs = from(0, 60).map((index) => 15 * index);
    const dropped = syncs.find((at) => {
      if (at === 285) hpa.controller.forget();
      return hpa.sync(at, at === 0 ? 20 : 5) < 20;
    });
    expect(dropped).toBe(585);
  });

  test("without windows holds nothing back: every wish is followed within the bounds", () => {
    const wishes = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(wishes, fc.constantFrom("1.35", "1.36", "1.37"), (script, version) => {
        const spec = { ...wishSpec(openBehavior({ tolerance: 0 })), minReplicas: 2, maxReplicas: 90 };
        expect(new ScriptedHpa(spec, 2, version).play(script)).toEqual(
          script.map((wish) => Math.min(90, Math.max(2, wish))),
        );
      }),
      { numRuns: 200 },
    );
  });
});
