// What a decision means for replicas that may have changed since.

import { describe, expect, test } from "vitest";
import { intentionOf } from "../../../src/autoscaler/intention.ts";
import type { PolicyMode } from "../../../src/domain/policy.ts";
import { after, millis, seconds } from "../../../src/domain/units.ts";
import { buildRecord, RECORD_AT } from "../../support/registry-builder.ts";

const write = (replicas: number) => ({ kind: "write", replicas });
const none = (why: string) => ({ kind: "none", why });

describe("a decision for 3 replicas", () => {
  test.each([
    { name: "more is written", wanted: 7, now: 3, want: write(7) },
    { name: "fewer is written", wanted: 2, now: 3, want: write(2) },
    { name: "none is written", wanted: 0, now: 3, want: write(0) },
    { name: "as many is not", wanted: 3, now: 3, want: none("agreed") },
    { name: "more, and somebody has done it", wanted: 7, now: 7, want: none("agreed") },
    { name: "more, and somebody has given some", wanted: 7, now: 5, want: write(7) },
    { name: "more, and somebody has given more yet", wanted: 7, now: 9, want: none("changed") },
    { name: "more, and somebody has taken away", wanted: 7, now: 2, want: write(7) },
    { name: "fewer, and somebody has given more", wanted: 2, now: 5, want: none("changed") },
    { name: "fewer, and somebody has taken more away", wanted: 2, now: 1, want: none("changed") },
    { name: "as many, and somebody has taken away", wanted: 3, now: 1, want: none("changed") },
  ])("$name", ({ wanted, now: desired, want }) => {
    const record = buildRecord({ desired: 3, replicas: wanted, answer: { metricValue: wanted } });
    const standing = { record, mode: "enforce", tickInterval: seconds(15), now: RECORD_AT, desired } as const;
    expect(intentionOf(standing)).toEqual(want);
  });

  const usual = { desired: 3, replicas: 7 } as const;
  test.each([
    { name: "in shadow", parts: usual, mode: "shadow" as PolicyMode, lateMs: 0, want: none("shadow") },
    { name: "on hold", parts: usual, mode: "hold" as PolicyMode, lateMs: 0, want: write(7) },
    {
      name: "without a number",
      parts: { ...usual, answer: { code: "UNAVAILABLE", metricValue: null } as const },
      mode: "enforce" as PolicyMode,
      lateMs: 0,
      want: none("noNumber"),
    },
    {
      name: "of replicas that were unknown",
      parts: { ...usual, desired: null },
      mode: "enforce" as PolicyMode,
      lateMs: 0,
      want: none("noNumber"),
    },
    { name: "three ticks old", parts: usual, mode: "enforce" as PolicyMode, lateMs: 45_000, want: write(7) },
    { name: "older", parts: usual, mode: "enforce" as PolicyMode, lateMs: 45_001, want: none("stale") },
  ])("$name", ({ parts, mode, lateMs, want }) => {
    const now = after(RECORD_AT, millis(lateMs));
    const standing = { record: buildRecord(parts), mode, tickInterval: seconds(15), now, desired: 3 };
    expect(intentionOf(standing)).toEqual(want);
  });
});
