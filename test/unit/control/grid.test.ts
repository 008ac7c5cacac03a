// The grid: which instant is ticked next, and what is left out.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { followingTick, gridAfter, gridAtOrBefore, nextTick } from "../../../src/control/grid.ts";
import { type Instant, instant, millis, seconds } from "../../../src/domain/units.ts";

const interval = seconds(15);
const at = (count: number): Instant => instant(1_767_571_200_000 + count * 1000);

describe("nextTick", () => {
  test.each([
    { name: "starts with the newest instant that has passed", now: 50, last: null, want: 45, skipped: 0 },
    { name: "waits for the instant after the last one", now: 46, last: 45, want: 60, skipped: 0 },
    { name: "runs a late tick with its own instant", now: 61, last: 45, want: 60, skipped: 0 },
    { name: "runs only the newest of those missed", now: 107, last: 45, want: 105, skipped: 3 },
    { name: "waits until time has grown after a step back", now: 3, last: 45, want: 60, skipped: 0 },
  ])("$name", ({ now, last, want, skipped }) => {
    const got = nextTick({ now: at(now), last: last === null ? null : at(last), interval });
    expect(got).toEqual({ at: at(want), skipped });
  });

  test("always moves forward, on the grid, and counts exactly what it leaves out", () => {
    const times = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 60_000 }), (now, lastRaw, span) => {
        const every = millis(span);
        const last = gridAtOrBefore(instant(lastRaw), every);
        const got = nextTick({ now: instant(now), last, interval: every });
        expect(got.at).toBeGreaterThan(last);
        expect(got.at % every).toBe(0);
        expect(got.at).toBe(last + (got.skipped + 1) * every);
        expect(got.at).toBeLessThanOrEqual(Math.max(now, gridAfter(last, every)));
      }),
    );
  });
});

test("played time leaves no instant out, however late", () => {
  expect(followingTick({ now: at(1000), last: at(45), interval })).toEqual({ at: at(60), skipped: 0 });
});

test("the instant after one on the grid is the next one", () => {
  expect(gridAfter(at(45), interval)).toBe(at(60));
  expect(gridAfter(at(46), interval)).toBe(at(60));
});
