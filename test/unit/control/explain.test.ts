// A record as text: the whole text, column by column.

import { describe, expect, test } from "vitest";

import { explain } from "../../../src/control/explain.ts";
import { reasonInWords } from "../../../src/control/reason-words.ts";
import { spanText } from "../../../src/control/text-row.ts";
import { millis, minutes } from "../../../src/domain/units.ts";
import { controlPolicy } from "../../support/control-ports.ts";
import { surgeRecord } from "../../support/control-records.ts";

test("shows every other wish, each step, and what blocks scale-in", () => {
  expect(explain(surgeRecord(), controlPolicy())).toBe(
    [
      "ai-inference/embedder at 2026-01-05T00:00:50.000Z: 3 -> 7 replicas, degraded",
      "  requestRate      105/s       target 20/replica   wish 6    ABOVE_TARGET",
      "  pendingRequests  412         target 8/replica    wish 10   ABOVE_TARGET",
      "  combine          3 -> 10     LARGEST_WISH (pendingRequests)",
      "  rateLimit        10 -> 7     SCALE_OUT_LIMITED (4 replicas or 100 % per 1m, 0 used)",
      "  scale-in blocked by: ABSENT gpuMemory",
    ].join("\n"),
  );
});

test("says what KEDA is told where that is another number, or none", () => {
  const record = surgeRecord();
  const answer = { ...record.answer, metricValue: 3 };
  expect(explain({ ...record, answer }, controlPolicy()).split("\n")).toContain(
    "  answer           3           shadow mode",
  );
  const none = { ...record.answer, code: "UNAVAILABLE", metricValue: null } as const;
  expect(explain({ ...record, answer: none }, controlPolicy()).split("\n")).toContain(
    "  answer           UNAVAILABLE",
  );
});

test.each([
  {
    name: "against the starts that were seen",
    late: { replicas: 2, seconds: 840, expectedSeconds: 200.4, isLearned: true },
    line: "  startup          8 -> 8      STARTING_TOO_LONG (2 replicas not ready after 14m, p90 of starts is 3m20s)",
  },
  {
    name: "against what the policy expects",
    late: { replicas: 1, seconds: 360, expectedSeconds: 180, isLearned: false },
    line: "  startup          8 -> 8      STARTING_TOO_LONG (1 replica not ready after 6m, expected within 3m)",
  },
])("tells which replicas are late, for how long, $name", ({ late, line }) => {
  const step = { step: "startup", from: 8, to: 8, reason: "STARTING_TOO_LONG", late } as const;
  expect(explain({ ...surgeRecord(), steps: [step] }, null).split("\n")).toContain(line);
});

test("leaves out targets of a policy that is no longer known, and what is unknown says so", () => {
  const record = surgeRecord();
  const replicas = { ...record.observation.replicas, desired: null };
  const unknown = { ...record, observation: { ...record.observation, replicas } };
  const lines = explain(unknown, null).split("\n");
  expect(lines[0]).toBe("ai-inference/embedder at 2026-01-05T00:00:50.000Z: unknown -> 7 replicas, degraded");
  expect(lines[1]).toBe(`  requestRate      105/s       ${" ".repeat(20)}wish 6    ABOVE_TARGET`);
});

describe("a custom signal", () => {
  const { signals } = controlPolicy();
  const common = { query: "q", window: minutes(1), required: true } as const;
  const custom = [
    { ...common, name: "gateway-queue", kind: "backlog", targetPerReplica: 4 },
    { ...common, name: "first-token", kind: "quality", target: 0.5 },
  ] as const;
  const policy = controlPolicy({ signals: { ...signals, custom } });
  const record = surgeRecord();
  const measured = { state: "live", unit: "query", ageSeconds: 0 } as const;
  const readings = {
    "gateway-queue": { ...measured, kind: "backlog", value: 41.25, oldest: 3, newest: 60 },
    "first-token": {
      ...measured,
      kind: "quality",
      value: 0.71234,
      valueFirstHalf: 0.7,
      valueSecondHalf: 0.8,
    },
  } as const;
  const asked = {
    ...record,
    observation: { ...record.observation, signals: { ...record.observation.signals, ...readings } },
    steps: [
      { step: "signal", signal: "gateway-queue", wish: 6, reason: "ABOVE_TARGET" },
      { step: "signal", signal: "first-token", wish: 5, reason: "ABOVE_TARGET" },
      { step: "combine", from: 3, to: 6, reason: "LARGEST_WISH", signal: "gateway-queue" },
    ],
  } as const;

  test("is explained by its name, in its own unit", () => {
    expect(explain(asked, policy).split("\n").slice(1, 4)).toEqual([
      "  gateway-queue    41.25       target 4/replica    wish 6    ABOVE_TARGET",
      "  first-token      0.7123      target 0.5          wish 5    ABOVE_TARGET",
      "  combine          3 -> 6      LARGEST_WISH (gateway-queue)",
    ]);
    expect(explain(asked, null).split("\n")[1]).toContain("gateway-queue    41.25");
  });

  test("is named in words", () => {
    expect(reasonInWords(asked)).toBe("the signal gateway-queue (41.3) asks for 6");
  });
});

describe("spanText", () => {
  test.each([
    { span: 0, want: "0s" },
    { span: 250, want: "250ms" },
    { span: 60_000, want: "1m" },
    { span: 90_000, want: "1m30s" },
    { span: 129_600_000, want: "1d12h" },
  ])("$want", ({ span, want }) => expect(spanText(millis(span))).toBe(want));
});

test("a reason in words names what asked for more, and what held it back", () => {
  expect(reasonInWords(surgeRecord())).toBe(
    "the backlog of waiting requests (412) asks for 10; the rate limit allows no more at once",
  );
});
