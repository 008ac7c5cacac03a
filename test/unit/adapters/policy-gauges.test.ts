// The gauges of a policy with signals of its own.

import { expect, test } from "vitest";
import { policyGauges } from "../../../src/adapters/policy-gauges.ts";
import { minutes } from "../../../src/domain/units.ts";
import { anObservation, aPolicy } from "../../support/builders.ts";
import { surgeRecord } from "../../support/control-records.ts";

test("custom signals show under their names, targets in their own unit; one without a reading does not", () => {
  const common = { query: "q", window: minutes(1), required: true } as const;
  const policy = aPolicy({
    signals: {
      custom: [
        { ...common, name: "tokens", kind: "load", targetPerReplica: 900 },
        { ...common, name: "first-token", kind: "quality", target: 0.5 },
        { ...common, name: "constructor", kind: "backlog", targetPerReplica: 4 },
      ],
    },
  });
  const signals = {
    tokens: { kind: "load", state: "live", value: 1200, unit: "query", ageSeconds: 0 },
    "first-token": {
      kind: "quality",
      state: "stale",
      value: null,
      unit: "query",
      ageSeconds: 70,
      valueFirstHalf: null,
      valueSecondHalf: null,
    },
  } as const;
  const record = {
    ...surgeRecord(),
    observation: anObservation({ signals }),
    steps: [{ step: "signal", signal: "tokens", wish: 2, reason: "BELOW_TARGET" }],
  } as const;
  const shown = policyGauges(policy, record).filter(
    ({ name, value }) => name.includes("_signal_") && !(name.endsWith("_state") && value === 0),
  );
  expect(shown.map(({ name, labels, value }) => [name.slice(16), Object.values(labels), value])).toEqual([
    ["value", ["tokens"], 1200],
    ["target", ["tokens"], 900],
    ["wish_replicas", ["tokens"], 2],
    ["age_seconds", ["tokens"], 0],
    ["state", ["tokens", "live"], 1],
    ["target", ["first-token"], 0.5],
    ["age_seconds", ["first-token"], 70],
    ["state", ["first-token", "stale"], 1],
  ]);
});
