// Replay: a log repeats itself value for value, and one changed digit is found and named.

import { describe, expect, test } from "vitest";

import { openingLines } from "../../../src/control/log-lines.ts";
import { decideAndAnswer } from "../../../src/control/outcome.ts";
import { type LogJson, type ReplayLine, replayLog } from "../../../src/control/replay.ts";
import { withInstantsAsText } from "../../../src/domain/instant.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { LogRecord } from "../../../src/domain/record.ts";
import { initialState } from "../../../src/domain/state.ts";
import { at, hashOf, loadedPolicy } from "../../support/control-ports.ts";
import { anObservation } from "../../support/control-records.ts";

const loaded = loadedPolicy();
const parsePolicy = (document: unknown) => {
  const policy = document as Policy;
  return { policy, hash: hashOf(policy) };
};

/** Policy, state, then one decision a second; the backlog grows from the fourth on. */
function log(): LogRecord[] {
  let state = initialState();
  const entry = { loaded, state, record: null, deletedAt: null };
  const records: LogRecord[] = [...openingLines(entry, { at: at(50), version: "0.1.0" })];
  for (let second = 50; second < 60; second += 1) {
    const observation = withBacklog(anObservation({ second }), second < 53 ? 2 : 400);
    const { state: next, ...outcome } = decideAndAnswer(state, observation, loaded.policy);
    state = next;
    const head = { kind: "decision", v: 1, version: "0.1.0", at: at(second), policy: loaded.key } as const;
    records.push({ ...head, policyHash: loaded.hash, observation, ...outcome });
  }
  return records;
}

function withBacklog(observation: ReturnType<typeof anObservation>, value: number): typeof observation {
  const { pendingRequests } = observation.signals;
  if (pendingRequests === undefined) throw new Error("it is declared");
  const levels = { ...pendingRequests, value, newest: value, capped: value };
  return { ...observation, signals: { ...observation.signals, pendingRequests: levels } };
}

function asLines(records: readonly LogRecord[]): ReplayLine[] {
  return records.map((record, index) => ({
    line: index + 1,
    json: JSON.parse(JSON.stringify(withInstantsAsText(record))) as LogJson,
  }));
}

test("a log comes out again", () => {
  expect(replayLog(asLines(log()), parsePolicy)).toEqual({
    ok: true,
    decisions: 10,
    policies: 1,
    firstDifference: null,
  });
});

describe("one changed value", () => {
  test.each([
    { name: "of a step", line: 7, edit: '"to":4', by: '"to":6', path: "steps[2].to", logged: 6, replayed: 4 },
    {
      name: "of the decision",
      line: 7,
      edit: '"replicas":4',
      by: '"replicas":14',
      path: "decision.replicas",
      logged: 14,
      replayed: 4,
    },
    {
      name: "of the answer",
      line: 12,
      edit: '"metricValue":4',
      by: '"metricValue":5',
      path: "answer.metricValue",
      logged: 5,
      replayed: 4,
    },
  ])("$name is found, with its line and path", ({ line, edit, by, path, logged, replayed }) => {
    const lines = asLines(log()).map((item) => {
      const text = JSON.stringify(item.json);
      return item.line === line ? { line, json: JSON.parse(text.replace(edit, by)) as LogJson } : item;
    });
    const result = replayLog(lines, parsePolicy);
    expect(result.ok).toBe(false);
    expect(result.firstDifference).toEqual({
      line,
      policy: "ai-inference/embedder",
      at: `2026-01-05T00:00:${47 + line}.000Z`,
      path,
      logged,
      replayed,
    });
  });
});

test("decisions before the first state are left out", () => {
  const [policyLine, stateLine, ...decisions] = asLines(log());
  if (policyLine === undefined || stateLine === undefined) throw new Error("the log has both");
  const early = decisions.slice(0, 1);
  const result = replayLog([...early, policyLine, stateLine, ...decisions], parsePolicy);
  expect(result).toMatchObject({ ok: true, decisions: 10 });
});

test("a state in mid-log without a new policy line does not hide a wrong one", () => {
  const lines = asLines(log());
  const other = {
    kind: "state",
    v: 1,
    version: "0.1.0",
    at: "2026-01-05T00:00:55.000Z",
    policy: loaded.key,
    state: initialState(),
  };
  const result = replayLog(
    [...lines.slice(0, 7), { line: 99, json: other as LogJson }, ...lines.slice(7)],
    parsePolicy,
  );
  expect(result.ok).toBe(true);
});

test("a decision under a policy that the log does not hold is a difference", () => {
  const lines = asLines(log()).map(({ line, json }) =>
    line === 5 ? { line, json: { ...json, policyHash: "0000000000000000" } as LogJson } : { line, json },
  );
  expect(replayLog(lines, parsePolicy).firstDifference).toMatchObject({
    line: 5,
    path: "policyHash",
    logged: "0000000000000000",
    replayed: loaded.hash,
  });
});
