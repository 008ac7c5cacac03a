// The clocks: never early, bounded by a recording's end, ended by their signal.

import { describe, expect, test } from "vitest";
import { realPacing } from "../../../src/adapters/real-pacing.ts";
import { RecordingClock } from "../../../src/adapters/recording-clock.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import { after, millis } from "../../../src/domain/units.ts";
import { at, EPOCH } from "../../support/builders.ts";

const never = new AbortController().signal;

describe("the wall clock", () => {
  test("has reached the instant when a sleep ends", async () => {
    const clock = systemClock();
    for (let round = 0; round < 20; round++) {
      const due = after(clock.now(), millis(2));
      await clock.sleepUntil(due, never);
      expect(clock.now()).toBeGreaterThanOrEqual(due);
    }
  });

  test("returns at once for an instant that has passed", async () => {
    const clock = systemClock();
    await expect(clock.sleepUntil(after(clock.now(), millis(-5)), never)).resolves.toBeUndefined();
  });

  test("ends a sleep of a hundred years when its signal aborts", async () => {
    const clock = systemClock();
    const stop = new AbortController();
    const sleep = clock.sleepUntil(after(clock.now(), millis(3e12)), stop.signal);
    stop.abort();
    await expect(sleep).resolves.toBeUndefined();
  });
});

describe("a recording's clock", () => {
  test("shows the epoch until it is started, then real time times the speed", () => {
    let realMs = 5000;
    const clock = new RecordingClock({ epoch: EPOCH, speed: 10, end: null, monotonic: () => realMs });
    expect(clock.now()).toBe(EPOCH);
    clock.start();
    realMs += 250;
    expect(clock.now()).toBe(at(2.5));
  });

  test("never passes its end", () => {
    let realMs = 0;
    const clock = new RecordingClock({ epoch: EPOCH, speed: 1, end: at(60), monotonic: () => realMs });
    clock.start();
    realMs = 3_600_000;
    expect(clock.now()).toBe(at(60));
  });

  test("wakes a sleeper when its scaled time has come", async () => {
    const clock = new RecordingClock({ epoch: EPOCH, speed: 1000, end: null });
    await clock.sleepUntil(at(5), never);
    expect(clock.now()).toBeGreaterThanOrEqual(at(5));
  });

  test("at max speed jumps to each instant asked for, letting other work run between", async () => {
    const clock = new RecordingClock({ epoch: EPOCH, speed: "max", end: null });
    let turns = 0;
    const busy = setInterval(() => turns++, 0);
    for (let second = 1; second <= 1000; second++) {
      await clock.sleepUntil(at(second), never);
      expect(clock.now()).toBe(at(second));
    }
    clearInterval(busy);
    expect(turns).toBeGreaterThan(0);
  });

  test("at max speed wakes two sleepers in the order of time", async () => {
    const clock = new RecordingClock({ epoch: EPOCH, speed: "max", end: null });
    const woken: number[] = [];
    const note = async (second: number): Promise<void> => {
      await clock.sleepUntil(at(second), never);
      woken.push((clock.now() - EPOCH) / 1000);
    };
    await Promise.all([note(9), note(3)]);
    expect(woken).toEqual([3, 9]);
  });

  test.each([{ speed: "max" as const }, { speed: 1000 }])(
    "at speed $speed says that it ended only when someone sleeps past the end, and lets go on abort",
    async ({ speed }) => {
      const clock = new RecordingClock({ epoch: EPOCH, speed, end: at(2) });
      const stop = new AbortController();
      let ended = false;
      void clock.ended.then(() => {
        ended = true;
      });
      await clock.sleepUntil(at(2), stop.signal);
      expect(ended).toBe(false);
      const past = clock.sleepUntil(at(3), stop.signal);
      await clock.ended;
      expect(clock.now()).toBe(at(2));
      stop.abort();
      await expect(past).resolves.toBeUndefined();
    },
  );
});

describe("real pacing", () => {
  test("gives what the work gives, or null once the limit has passed", async () => {
    const pacing = realPacing();
    const hanging = new Promise<string>(() => {});
    await expect(pacing.within(Promise.resolve("done"), millis(10_000))).resolves.toBe("done");
    await expect(pacing.within(hanging, millis(5))).resolves.toBeNull();
  });
});
