// The one key of a trigger's metadata that counts.

import { status } from "@grpc/grpc-js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPolicyName } from "../../../src/keda/trigger-metadata.ts";

const MISSING = "the trigger's metadata must name a policy: policy is missing or empty";
const ILL_FORMED =
  "the trigger's metadata policy is not a DNS label (lower-case letters, digits and inner hyphens, at most 63)";

describe("the policy that a trigger names", () => {
  test.each([
    { name: "a plain name", policy: "embedder" },
    { name: "digits and hyphens", policy: "7b-chat-2" },
    { name: "one letter", policy: "a" },
    { name: "63 characters", policy: "a".repeat(63) },
  ])("is read: $name", ({ policy }) => {
    expect(readPolicyName({ policy })).toEqual({ ok: true, value: policy });
  });

  test.each([
    { name: "no metadata", metadata: undefined, details: MISSING },
    { name: "no policy", metadata: { scalerAddress: "tidemark:6000" }, details: MISSING },
    { name: "an empty policy", metadata: { policy: "" }, details: MISSING },
    { name: "another case of the key", metadata: { Policy: "embedder" }, details: MISSING },
    { name: "64 characters", metadata: { policy: "a".repeat(64) }, details: ILL_FORMED },
    { name: "a key with its namespace", metadata: { policy: "ai-inference/embedder" }, details: ILL_FORMED },
    { name: "a path", metadata: { policy: "../../etc/passwd" }, details: ILL_FORMED },
    { name: "a URL", metadata: { policy: "http://169.254.169.254/" }, details: ILL_FORMED },
    { name: "capitals", metadata: { policy: "Embedder" }, details: ILL_FORMED },
    { name: "a hyphen at the end", metadata: { policy: "embedder-" }, details: ILL_FORMED },
    { name: "a line break at the end", metadata: { policy: "embedder\n" }, details: ILL_FORMED },
  ])("is refused: $name", ({ metadata, details }) => {
    expect(readPolicyName(metadata)).toEqual({
      ok: false,
      failure: { code: status.INVALID_ARGUMENT, details },
    });
  });

  test("does not depend on any other key", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (others) => {
        expect(readPolicyName({ ...others, policy: "embedder" })).toEqual({ ok: true, value: "embedder" });
      }),
    );
  });
});
