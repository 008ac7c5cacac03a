// When a StreamIsActive says `true`, and when it keeps silent.

import { describe, expect, test } from "vitest";
import { Registry } from "../../../src/control/registry.ts";
import { initialState } from "../../../src/domain/state.ts";
import { after, minutes, seconds } from "../../../src/domain/units.ts";
import { ActivationStreams } from "../../../src/keda/activation-streams.ts";
import { buildRecord, fillRegistry, RECORD_AT, type RecordParts } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

const KEY = "ai-inference/embedder";

/** A policy whose last record is `parts`, one stream on it, and what that stream was told, each with its second. */
function openOn(parts: RecordParts | null) {
  const time = new ScriptedTime(RECORD_AT);
  const registry = fillRegistry(new Registry(), { records: parts === null ? [] : [buildRecord(parts)] });
  const streams = new ActivationStreams({ registry, clock: time, tickInterval: seconds(1), timers: time });
  const told: string[] = [];
  const second = (): string => `${time.elapsedMs() / 1000} s`;
  const entry = registry.entry(KEY);
  if (entry === null) throw new Error("the policy must be there");
  const stop = streams.open(entry, {
    sendActive: () => told.push(`true at ${second()}`),
    fail: ({ details }) => told.push(`${details} at ${second()}`),
  });
  const tick = (next: RecordParts): void => {
    registry.publish(KEY, initialState(), buildRecord({ ...next, at: time.now() }));
  };
  return { time, registry, told, stop, tick };
}

const ACTIVE = { active: true, replicas: 1 } as const;
const INACTIVE = { active: false, replicas: 0, desired: 0 } as const;
const ACTIVE_AT_ZERO = { active: true, replicas: 1, desired: 0 } as const;

describe("a StreamIsActive", () => {
  test.each([
    { name: "hears true at open if active", parts: ACTIVE, told: ["true at 0 s"] },
    { name: "hears nothing at open if inactive", parts: INACTIVE, told: [] },
    { name: "hears nothing at open before the first tick", parts: null, told: [] },
    { name: "hears nothing at open while unavailable", parts: { status: "unavailable" }, told: [] },
  ] as const)("$name", ({ parts, told }) => {
    expect(openOn(parts).told).toEqual(told);
  });

  test("hears true on each edge, once", () => {
    const { time, told, tick } = openOn(INACTIVE);
    for (const parts of [ACTIVE, ACTIVE, INACTIVE, INACTIVE, ACTIVE, ACTIVE]) {
      time.advance(seconds(1));
      tick(parts);
    }
    expect(told).toEqual(["true at 1 s", "true at 5 s"]);
  });

  test("takes a spell of unknown activity for no edge", () => {
    const { time, told, tick } = openOn(ACTIVE);
    for (const parts of [{ status: "unavailable", active: false }, ACTIVE] as const) {
      time.advance(seconds(1));
      tick(parts);
    }
    expect(told).toEqual(["true at 0 s"]);
  });

  test("hears it again every 30 s while active at zero replicas, and no more once there are some", () => {
    const { time, told, tick } = openOn(ACTIVE_AT_ZERO);
    for (let second = 1; second <= 130; second += 1) {
      time.advance(seconds(1));
      tick(second < 100 ? ACTIVE_AT_ZERO : ACTIVE);
    }
    expect(told).toEqual(["true at 0 s", "true at 30 s", "true at 60 s", "true at 90 s"]);
  });

  test("hears it again when replicas fall to zero while it is active", () => {
    const { time, told, tick } = openOn(ACTIVE);
    for (let second = 1; second <= 70; second += 1) {
      time.advance(seconds(1));
      tick(second < 40 ? ACTIVE : ACTIVE_AT_ZERO);
    }
    expect(told).toEqual(["true at 0 s", "true at 60 s"]);
  });

  test("is not told a stale record again", () => {
    const { time, told } = openOn(ACTIVE_AT_ZERO);
    time.advance(minutes(5));
    expect(told).toEqual(["true at 0 s"]);
  });

  test("fails once its policy is forgotten", () => {
    const { time, told, registry } = openOn(ACTIVE);
    registry.apply([], { rejected: [], at: RECORD_AT });
    time.advance(seconds(31));
    registry.forget(after(RECORD_AT, minutes(10)));
    time.advance(seconds(30));
    expect(told).toEqual([
      "true at 0 s",
      'policy "embedder" is not available in namespace "ai-inference" at 60 s',
    ]);
  });

  test("hears nothing after its end, and leaves no timer", () => {
    const { time, told, stop, tick } = openOn(INACTIVE);
    stop();
    stop();
    tick(ACTIVE_AT_ZERO);
    expect({ told, timers: time.pending }).toEqual({ told: [], timers: 0 });
  });
});
