// Which pods belong to a workload, by name alone.

import { describe, expect, test } from "vitest";
import { isPodOf } from "../../../src/domain/target.ts";

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
