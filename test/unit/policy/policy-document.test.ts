// The normalised document: everything filled in, one form, and a fixed point of reading.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Policy } from "../../../src/domain/policy.ts";
import { millis } from "../../../src/domain/units.ts";
import { checkDocument } from "../../../src/policy/check-document.ts";
import { POLICY_FIELDS } from "../../../src/policy/defaults.ts";
import { documentHash, toDocument } from "../../../src/policy/policy-document.ts";
import { VALID_POLICY } from "./documents.ts";

function read(text: string): Policy | null {
  return checkDocument({ file: "f", bytes: new TextEncoder().encode(text) }, null).policy;
}

const span = fc.integer({ min: 1, max: 30 * 86_400_000 }).map(millis);
const spanOrZero = fc.nat({ max: 30 * 86_400_000 }).map(millis);
const count = fc.integer({ min: 1, max: 10_000 });
const amount = fc.double({ min: 0.001, max: 1e9, noNaN: true });
const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/);
const load = fc.record({ targetPerReplica: amount, window: span, required: fc.boolean() });
const limits = fc.array(
  fc.oneof(
    fc.record({ replicas: count, percent: amount, per: span }),
    fc.record({ replicas: count, percent: fc.constant(null), per: span }),
    fc.record({ replicas: fc.constant(null), percent: amount, per: span }),
  ),
  { maxLength: 3 },
);
const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });

const customCommon = {
  query: fc.string({ minLength: 1 }).filter((query) => query.trim() !== ""),
  window: span,
  required: fc.boolean(),
};
const custom = fc.uniqueArray(
  fc.oneof(
    fc.record({
      name: label,
      ...customCommon,
      kind: fc.constantFrom("load" as const, "backlog" as const),
      targetPerReplica: amount,
    }),
    fc.record({ name: label, ...customCommon, kind: fc.constant("quality" as const), target: amount }),
  ),
  { maxLength: 3, selector: ({ name }) => name },
);

/** Policies whose rules across fields hold, so that each is valid. */
const policies: fc.Arbitrary<Policy> = fc
  .record({
    name: label,
    mode: fc.constantFrom("enforce" as const, "shadow" as const, "hold" as const),
    target: fc.record({
      kind: fc.constantFrom("Deployment" as const, "StatefulSet" as const),
      namespace: label,
      name: label,
    }),
    models: fc.uniqueArray(fc.record({ name: label, maxQueueDelay: spanOrZero, weight: amount }), {
      minLength: 1,
      maxLength: 4,
      selector: ({ name }) => name,
    }),
    replicas: fc
      .tuple(fc.nat({ max: 5000 }), fc.nat({ max: 5000 }))
      .map(([min, more]) => ({ min, max: Math.max(1, min + more) })),
    gpusPerReplica: fc.nat({ max: 16 }),
    objective: fc.record({ percentile: fc.constantFrom(50, 95, 99, 99.9), latency: span }),
    signals: fc.record({
      requestRate: load,
      inFlight: orNull(load),
      pendingRequests: orNull(
        fc.record({ targetPerReplica: amount, window: span, clearWithin: span, required: fc.boolean() }),
      ),
      queueDuration: orNull(
        fc.record({ target: fc.constant(millis(1)), window: span, required: fc.boolean() }),
      ),
      latency: orNull(fc.record({ target: fc.constant(millis(1)), window: span, required: fc.boolean() })),
      gpuMemory: orNull(
        fc.record({
          blockScaleInAbove: fc.constant(0.5),
          criticalAbove: fc.constant(0.75),
          required: fc.boolean(),
        }),
      ),
      custom,
    }),
    startup: fc.record({ expected: spanOrZero }),
    scaleOut: fc.record({ stabilizationWindow: spanOrZero, tolerance: share, limits }),
    scaleIn: fc.record({ stabilizationWindow: spanOrZero, cooldown: spanOrZero, tolerance: share, limits }),
    activation: fc.record({
      query: fc.string({ minLength: 1, maxLength: 40 }),
      above: fc.integer(),
      cooldown: spanOrZero,
    }),
    missingData: fc.record({ maxAge: span, holdFor: spanOrZero }),
    keda: fc.record({ tolerance: fc.constantFrom(0, 0.05, 0.1) }),
  })
  .map((policy) => ({ ...policy, activation: policy.replicas.min === 0 ? policy.activation : null }));

describe("the normalised document", () => {
  test("has every default filled in, in the order of the interface", () => {
    const policy = read(VALID_POLICY);
    expect(policy && JSON.stringify(toDocument(policy))).toBe(
      JSON.stringify({
        apiVersion: "tidemark.dev/v1alpha1",
        kind: "ScalingPolicy",
        metadata: { name: "burst" },
        spec: {
          mode: "enforce",
          target: { kind: "Deployment", namespace: "ai-inference", name: "triton-burst" },
          models: [{ name: "burst", maxQueueDelay: "0s", weight: 1 }],
          replicas: { min: 1, max: 8 },
          gpusPerReplica: 1,
          objective: { percentile: 99, latency: "500ms" },
          signals: { requestRate: { targetPerReplica: 64, window: "1m", required: true } },
          startup: { expected: "3m" },
          scaleOut: {
            stabilizationWindow: "0s",
            tolerance: 0.1,
            limits: [{ replicas: 4, percent: 100, per: "1m" }],
          },
          scaleIn: {
            stabilizationWindow: "5m",
            cooldown: "5m",
            tolerance: 0.1,
            limits: [{ replicas: 1, percent: 25, per: "2m" }],
          },
          activation: null,
          missingData: { maxAge: "1m", holdFor: "10m" },
          keda: { tolerance: 0 },
          pool: null,
          priority: 0,
        },
      }),
    );
  });

  test("has every signal's defaults, latency's target from the objective", () => {
    const text = VALID_POLICY.concat(
      "    inFlight: { targetPerReplica: 6 }\n    pendingRequests: { targetPerReplica: 8 }\n    queueDuration: { target: 50ms }\n    latency: {}\n    gpuMemory: {}\n",
    );
    expect(read(text)?.signals).toEqual({
      requestRate: { targetPerReplica: 64, window: 60_000, required: true },
      inFlight: { targetPerReplica: 6, window: 60_000, required: true },
      pendingRequests: { targetPerReplica: 8, window: 15_000, clearWithin: 300_000, required: true },
      queueDuration: { target: 50, window: 60_000, required: true },
      latency: { target: 500, window: 120_000, required: true },
      gpuMemory: { blockScaleInAbove: 0.9, criticalAbove: 0.97, required: true },
      custom: [],
    });
  });

  test("read again gives the same policy, the same document and the same hash", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        const document = toDocument(policy);
        const again = read(stringify(document, { lineWidth: 0 }));
        expect(again).toEqual(policy);
        expect(again && JSON.stringify(toDocument(again))).toBe(JSON.stringify(document));
      }),
      { numRuns: 200 },
    );
  });

  test("is the same however the policy is written, and so is its hash", () => {
    const spelled = VALID_POLICY.replace("500ms", "0.5s")
      .replace("{ min: 1, max: 8 }", "{ max: 8 }")
      .concat("  priority: 0\n  startup: { expected: 180s }\n");
    const hashes = [VALID_POLICY, spelled].map((text) => {
      const policy = read(text);
      return policy && documentHash(toDocument(policy));
    });
    expect(hashes).toEqual(["e6db0e4cdb4c8c24", "e6db0e4cdb4c8c24"]);
  });

  test("changes its hash with any change of meaning", () => {
    const one = read(VALID_POLICY);
    const other = read(VALID_POLICY.replace("max: 8", "max: 9"));
    expect(one && other && documentHash(toDocument(one)) === documentHash(toDocument(other))).toBe(false);
  });

  test("fills in exactly the defaults of the table", () => {
    const document: unknown = toDocument(read(VALID_POLICY) as Policy);
    const at = (path: string): unknown =>
      path
        .split(".")
        .reduce<unknown>(
          (value, step) =>
            value === null || typeof value !== "object" ? undefined : Reflect.get(value, step),
          document,
        );
    const filled = Object.entries(POLICY_FIELDS)
      .filter(([path, entry]) => "default" in entry && !/\[\]|signals|activation\./.test(path))
      .filter(([, entry]) => "default" in entry && JSON.stringify(entry.default) !== "{}");
    for (const [path, entry] of filled) {
      const expected = "default" in entry ? entry.default : undefined;
      expect([path, at(path)]).toEqual([path, expected === "60s" ? "1m" : expected]);
    }
    expect(filled.length).toBeGreaterThan(12);
  });
});
