// What the demo writes: one plain line a change, and a table that never grows past its own lines.

import { expect, test } from "vitest";

import { plainView, tableView } from "../../../src/cli/demo-view.ts";
import { surgeRecord } from "../../support/control-records.ts";

const LINE =
  "2026-01-05T00:00:50.000Z ai-inference/embedder 3 7 degraded SCALE_OUT_LIMITED (the backlog of waiting requests (412) asks for 10; the rate limit allows no more at once)";

test("a plain line is `time policy current wanted status reason`, once a change and at every answer", () => {
  const lines: string[] = [];
  const view = plainView((text) => lines.push(text));
  const record = surgeRecord();
  view.record(record);
  view.record(record);
  view.answer(record.policy, { ok: true, active: true, replicas: 7 });
  view.answer(record.policy, { ok: false, problem: "14 UNAVAILABLE: no tick yet" });
  expect(lines).toEqual([
    `${LINE}\n`,
    `${LINE}; KEDA is told 7, active\n`,
    `${LINE}; KEDA is told: 14 UNAVAILABLE: no tick yet\n`,
  ]);
});

test("the table is drawn over itself", () => {
  const texts: string[] = [];
  const view = tableView((text) => texts.push(text), ["heading"]);
  const record = surgeRecord();
  view.record(record);
  view.answer(record.policy, { ok: true, active: true, replicas: 7 });
  const [first = "", second = ""] = texts;
  const lines = first.split("\n").length - 1;
  expect(second).toContain(`\u001b[${lines}A`);
  expect(second.split("\n").length - 1).toBe(lines);
  expect(second).toContain("is told 7, active");
  expect(second).toContain("3 desired, 3 ready, 0 starting");
});
