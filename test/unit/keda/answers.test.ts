// What a last record answers, and when it does not.

import { status } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../../src/control/registry.ts";
import { initialState } from "../../../src/domain/state.ts";
import { after, millis, seconds } from "../../../src/domain/units.ts";
import { answerOf, encodeReplicas, METRIC_SPEC } from "../../../src/keda/answers.ts";
import { buildRecord, loadPolicy, RECORD_AT, type RecordParts } from "../../support/registry-builder.ts";

const TICK = seconds(1);

function entryWith(parts: RecordParts | null): Entry {
  const record = parts === null ? null : buildRecord(parts);
  return { loaded: loadPolicy(), state: initialState(), record, deletedAt: null };
}

const NOTHING_KNOWN = "no decision now: nothing is known of the workload";
const UNAVAILABLE_ANSWER = { code: "UNAVAILABLE", metricValue: null } as const;

describe("an entry's answer", () => {
  test.each([
    { name: "a live record answers", parts: {}, replicas: 7, active: true },
    { name: "a degraded record answers", parts: { status: "degraded" }, replicas: 7, active: true },
    { name: "a holding record answers", parts: { status: "holding" }, replicas: 7, active: true },
    {
      name: "an inactive record answers zero",
      parts: { replicas: 0, active: false },
      replicas: 0,
      active: false,
    },
    {
      name: "the answer counts, not the decision: a shadow policy answers what is there",
      parts: { replicas: 7, answer: { metricValue: 3 } },
      replicas: 3,
      active: true,
    },
  ] as const)("$name", ({ parts, replicas, active }) => {
    const answer = answerOf(entryWith(parts), { now: RECORD_AT, tickInterval: TICK });
    expect(answer).toEqual({ ok: true, value: { replicas, active } });
  });

  test.each([
    { name: "no tick yet", parts: null, details: "no decision yet: the first tick is not over" },
    { name: "starting", parts: { status: "starting" }, details: "no decision yet: the policy is starting" },
    { name: "unavailable", parts: { status: "unavailable" }, details: NOTHING_KNOWN },
    {
      name: "an answer that is UNAVAILABLE itself",
      parts: { answer: UNAVAILABLE_ANSWER },
      details: NOTHING_KNOWN,
    },
  ] as const)("is refused: $name", ({ parts, details }) => {
    const answer = answerOf(entryWith(parts), { now: RECORD_AT, tickInterval: TICK });
    expect(answer).toEqual({ ok: false, failure: { code: status.UNAVAILABLE, details } });
  });

  test("stands for three tick intervals and not a millisecond more", () => {
    const entry = entryWith({});
    const atLast = answerOf(entry, { now: after(RECORD_AT, seconds(45)), tickInterval: seconds(15) });
    const tooLate = answerOf(entry, { now: after(RECORD_AT, millis(45_001)), tickInterval: seconds(15) });
    expect(atLast).toEqual({ ok: true, value: { replicas: 7, active: true } });
    expect(tooLate).toEqual({
      ok: false,
      failure: {
        code: status.UNAVAILABLE,
        details: "no decision now: the last one is older than 3 tick intervals",
      },
    });
  });
});

describe("the last answer of a deleted policy", () => {
  const deletedAt = after(RECORD_AT, seconds(1));
  const deleted: Entry = { ...entryWith({}), deletedAt };
  const { holdFor } = deleted.loaded.policy.missingData;
  const stale = {
    code: status.UNAVAILABLE,
    details: "no decision now: the last one is older than 3 tick intervals",
  };

  test.each([
    {
      name: "stands for holdFor, though nothing ticks any more",
      entry: deleted,
      now: after(deletedAt, holdFor),
    },
    { name: "stands right after", entry: deleted, now: deletedAt },
  ])("$name", ({ entry, now }) => {
    expect(answerOf(entry, { now, tickInterval: TICK })).toEqual({
      ok: true,
      value: { replicas: 7, active: true },
    });
  });

  test.each([
    { name: "no longer than that", entry: deleted, now: after(after(deletedAt, holdFor), millis(1)) },
    {
      name: "not at all where ticks had stopped before",
      entry: { ...deleted, deletedAt: after(RECORD_AT, seconds(4)) },
      now: after(RECORD_AT, seconds(4)),
    },
  ])("stands $name", ({ entry, now }) => {
    expect(answerOf(entry, { now, tickInterval: TICK })).toEqual({ ok: false, failure: stale });
  });
});

describe("the encoder", () => {
  test.each([0, 1, 7, 2 ** 31 - 1])("puts %d in both fields", (replicas) => {
    expect(encodeReplicas(replicas)).toEqual({
      metricValues: [{ metricName: "desired-replicas", metricValue: replicas, metricValueFloat: replicas }],
    });
  });

  test.each([-1, 0.5, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (replicas) => {
    expect(() => encodeReplicas(replicas)).toThrow("an answer must be a whole number");
  });

  test("puts an edge value into the float alone, and its ceiling into the integer", () => {
    expect(encodeReplicas(18, 17.01)).toEqual({
      metricValues: [{ metricName: "desired-replicas", metricValue: 18, metricValueFloat: 17.01 }],
    });
    const entry = entryWith({ replicas: 18, answer: { metricValue: 18, metricValueFloat: 17.01 } });
    expect(answerOf(entry, { now: RECORD_AT, tickInterval: TICK })).toEqual({
      ok: true,
      value: { replicas: 18, edge: 17.01, active: true },
    });
  });

  test.each([17, 18.01, 0, Number.NaN])("refuses %d as an edge value of 18", (edge) => {
    expect(() => encodeReplicas(18, edge)).toThrow("must be above 0 and have the ceiling 18");
  });

  test("never sends a negative zero", () => {
    expect(Object.is(encodeReplicas(-0).metricValues?.[0]?.metricValueFloat, 0)).toBe(true);
  });

  test("has one spec: the metric's value is the number of replicas", () => {
    expect(METRIC_SPEC).toEqual({
      metricSpecs: [{ metricName: "desired-replicas", targetSize: 1, targetSizeFloat: 1 }],
    });
  });
});
