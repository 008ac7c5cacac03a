// Which pods belong to a workload, by name alone.

import { describe, expect, test } from "vitest";
import { isPodOf, workloadOfPod } from "../../../src/domain/target.ts";

describe("a pod of triton", () => {
  test.each(["triton-0", "triton-17", "triton-7d9f8b6c5d-x2k4p", "triton-abc-12345"])("%s", (pod) => {
    expect(isPodOf("triton", pod)).toBe(true);
  });
});

describe("not a pod of triton", () => {
  test.each([
    "triton",
    "triton-",
    "triton-large-0",
    "triton-large-7d9f8b6c5d-x2k4p",
    "other-0",
    "triton-7d9f8b6c5d-x2k4",
  ])("%s", (pod) => expect(isPodOf("triton", pod)).toBe(false));
});

test.each([
  { pod: "triton-0", want: { kind: "StatefulSet", name: "triton" } },
  { pod: "triton-large-12", want: { kind: "StatefulSet", name: "triton-large" } },
  { pod: "triton-7d9f8b6c5d-x2k4p", want: { kind: "Deployment", name: "triton" } },
  { pod: "triton-large-7d9f8-12345", want: { kind: "Deployment", name: "triton-large" } },
  { pod: "triton", want: null },
  { pod: "triton-x", want: null },
])("$pod is a pod of $want.name", ({ pod, want }) => {
  expect(workloadOfPod(pod)).toEqual(want);
  if (want !== null) expect(isPodOf(want.name, pod)).toBe(true);
});
