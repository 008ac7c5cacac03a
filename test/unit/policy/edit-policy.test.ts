// A policy's text with new values: everything that people wrote around them stays.

import { describe, expect, it } from "vitest";
import { editPolicy, writtenAt } from "../../../src/policy/edit-policy.ts";

const TEXT = `# Ours
kind: ScalingPolicy
spec:
  signals:
    requestRate: { targetPerReplica: 40, window: 1m } # measured in May
  scaleOut:
    limits: [ { replicas: 4, percent: 100, per: 1m } ]
  scaleIn:
    cooldown: 5m   # as long as a start
`;

/** Where a field is added, blanks before a comment become one. */
const SINGLE_BLANKS = TEXT.replace("5m   #", "5m #");

describe("editPolicy", () => {
  it.each([
    {
      name: "values in their places, comments beside them",
      changes: {
        "spec.scaleIn.cooldown": "7m30s",
        "spec.signals.requestRate.targetPerReplica": 52.5,
        "spec.scaleOut.limits[0].replicas": 12,
      },
      expected: TEXT.replace("cooldown: 5m ", "cooldown: 7m30s ")
        .replace("targetPerReplica: 40,", "targetPerReplica: 52.5,")
        .replace("replicas: 4,", "replicas: 12,"),
    },
    {
      name: "a field that was not written comes last in its mapping",
      changes: { "spec.scaleIn.stabilizationWindow": "10m" },
      expected: `${SINGLE_BLANKS}    stabilizationWindow: 10m\n`,
    },
    {
      name: "a mapping that was not written comes with its field",
      changes: { "spec.startup.expected": "2m" },
      expected: `${SINGLE_BLANKS}  startup:\n    expected: 2m\n`,
    },
    {
      name: "a load target in a policy without one comes with its signal",
      text: TEXT.replace(/ {4}requestRate: .*\n/, "    latency: {} # the objective\n"),
      changes: { "spec.signals.requestRate.targetPerReplica": 30 },
      expected: SINGLE_BLANKS.replace(
        / {4}requestRate: .*\n/,
        "    latency: {} # the objective\n    requestRate:\n      targetPerReplica: 30\n",
      ),
    },
    {
      name: "a load target where it was learned",
      text: TEXT.replace("targetPerReplica: 40", "targetPerReplica: learned"),
      changes: { "spec.signals.requestRate.targetPerReplica": 30 },
      expected: TEXT.replace("targetPerReplica: 40", "targetPerReplica: 30"),
    },
    { name: "no change", changes: {}, expected: TEXT },
  ])("$name", ({ text = TEXT, changes, expected }) => {
    expect(editPolicy(text, changes)).toBe(expected);
  });

  it.each([
    ["spec.signals.requestRate.targetPerReplica", 40],
    ["spec.scaleIn.cooldown", "5m"],
    ["spec.scaleOut.limits[0].per", "1m"],
    ["spec.scaleIn", null],
    ["spec.scaleIn.tolerance", null],
  ])("what stands at %s", (path, value) => {
    expect(writtenAt(TEXT, path)).toBe(value);
  });
});
