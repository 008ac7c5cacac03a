// The recent records of a policy: what was added comes back, newest first, compressed or not.

import { describe, expect, test } from "vitest";
import { CompressedHistory, RECORDS_KEPT } from "../../../src/adapters/compressed-history.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { at } from "../../support/builders.ts";
import { buildRecord } from "../../support/registry-builder.ts";

const KEY = "ai-inference/embedder";
const ALL = { from: null, to: null, limit: RECORDS_KEPT };

/** A history of ticks 1 to `count`, and those records. */
function historyOf(count: number): {
  readonly history: CompressedHistory;
  readonly records: DecisionRecord[];
} {
  const history = new CompressedHistory();
  const records = Array.from({ length: count }, (_, index) =>
    buildRecord({ at: at(index + 1), replicas: index + 1 }),
  );
  for (const record of records) history.add(record);
  return { history, records };
}

describe("returns what was added, newest first", () => {
  test.each([0, 1, 15, 16, 17, 100])("%d records", async (count) => {
    const { history, records } = historyOf(count);
    expect(await history.newest(KEY, ALL)).toEqual(records.toReversed());
  });
});

test("keeps a thousand, and not many more", async () => {
  const { history, records } = historyOf(RECORDS_KEPT + 500);
  const kept = await history.newest(KEY, { ...ALL, limit: 10_000 });
  expect(kept).toEqual(records.toReversed().slice(0, kept.length));
  expect(kept.length).toBeGreaterThanOrEqual(RECORDS_KEPT);
  expect(kept.length).toBeLessThan(RECORDS_KEPT + 50);
});

describe("returns the span asked for", () => {
  test.each([
    { name: "from an instant", span: { from: at(58), to: null, limit: 100 }, want: [60, 59, 58] },
    { name: "up to an instant", span: { from: null, to: at(3), limit: 100 }, want: [3, 2, 1] },
    { name: "between two", span: { from: at(20), to: at(22), limit: 100 }, want: [22, 21, 20] },
    { name: "at most so many", span: { from: null, to: at(40), limit: 2 }, want: [40, 39] },
    { name: "of nothing", span: { from: at(61), to: null, limit: 100 }, want: [] },
  ])("$name", async ({ span, want }) => {
    const { history } = historyOf(60);
    const found = await history.newest(KEY, span);
    expect(found.map(({ decision }) => decision.replicas)).toEqual(want);
  });
});

test("knows nothing of a policy that was forgotten, or never there", async () => {
  const { history } = historyOf(20);
  history.forget(KEY);
  expect(await history.newest(KEY, ALL)).toEqual([]);
  expect(await history.newest("ai-inference/other", ALL)).toEqual([]);
});
