// The ScaledObject of a policy: what follows from the policy, and what from how KEDA reaches Tidemark.

import { describe, expect, test } from "vitest";
import { minutes } from "../../../src/domain/units.ts";
import { fallbackReplicas, kedaManifests } from "../../../src/manifests/scaled-object.ts";
import { usualPolicy } from "../../support/builders.ts";

const PLAIN = { scalerAddress: "tidemark.tidemark:6000", push: false, tlsSecret: null };
const ACTIVATION = { query: "sum(queued)", above: 0, cooldown: minutes(20) };

function rules(window: number): object {
  const policies = [{ type: "Pods", value: 8, periodSeconds: 15 }];
  return { stabilizationWindowSeconds: window, tolerance: "0", policies };
}

describe("the manifests for KEDA", () => {
  test("are a ScaledObject with the policy's target and bounds and no dynamics of its own", () => {
    expect(kedaManifests(usualPolicy(), PLAIN).map(({ object }) => object)).toEqual([
      {
        apiVersion: "keda.sh/v1alpha1",
        kind: "ScaledObject",
        metadata: { name: "embedder", namespace: "ai-inference" },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "triton-embedder" },
          minReplicaCount: 1,
          maxReplicaCount: 8,
          pollingInterval: 15,
          cooldownPeriod: 30,
          fallback: { failureThreshold: 3, replicas: 4, behavior: "currentReplicasIfHigher" },
          advanced: {
            horizontalPodAutoscalerConfig: { behavior: { scaleUp: rules(0), scaleDown: rules(60) } },
          },
          triggers: [
            {
              type: "external",
              metricType: "AverageValue",
              metadata: { scalerAddress: "tidemark.tidemark:6000", policy: "embedder" },
            },
          ],
        },
      },
    ]);
  });

  test("have, with a Secret, a TriggerAuthentication that the trigger names", () => {
    const [authentication, scaled] = kedaManifests(usualPolicy(), { ...PLAIN, tlsSecret: "certificates" });
    expect(authentication?.object).toEqual({
      apiVersion: "keda.sh/v1alpha1",
      kind: "TriggerAuthentication",
      metadata: { name: "embedder", namespace: "ai-inference" },
      spec: {
        secretTargetRef: [
          { parameter: "caCert", name: "certificates", key: "ca.crt" },
          { parameter: "tlsClientCert", name: "certificates", key: "tls.crt" },
          { parameter: "tlsClientKey", name: "certificates", key: "tls.key" },
        ],
      },
    });
    expect(scaled?.object["spec"]).toMatchObject({
      triggers: [
        {
          metadata: { scalerAddress: "tidemark.tidemark:6000", policy: "embedder", enableTLS: "true" },
          authenticationRef: { name: "embedder" },
        },
      ],
    });
  });

  test("push by the other type of trigger, and nothing else", () => {
    const [polled] = kedaManifests(usualPolicy(), PLAIN);
    const [pushed] = kedaManifests(usualPolicy(), { ...PLAIN, push: true });
    const text = JSON.stringify(polled).replace('"type":"external"', '"type":"external-push"');
    expect(JSON.stringify(pushed)).toBe(text);
  });

  test("leave the cluster its tolerance where the policy goes by it", () => {
    const [scaled] = kedaManifests(usualPolicy({ keda: { tolerance: 0.1 } }), PLAIN);
    expect(scaled?.object["spec"]).toMatchObject({
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: { scaleUp: expect.not.objectContaining({ tolerance: expect.anything() }) },
        },
      },
    });
    expect(JSON.stringify(scaled?.object)).not.toContain("tolerance");
  });

  test("say how zero is left, where the minimum is zero, and do not wait for the cooldown twice", () => {
    const policy = usualPolicy({ replicas: { min: 0, max: 4 }, activation: ACTIVATION });
    const [scaled] = kedaManifests(policy, PLAIN);
    expect(scaled?.remark[1]).toBe(
      "Scale to zero: the activation query of the policy decides on the first replica.",
    );
    expect(scaled?.object["spec"]).toMatchObject({ minReplicaCount: 0, cooldownPeriod: 30 });
  });
});

test.each([
  { name: "half of the maximum", min: 2, max: 12, want: 6 },
  { name: "the half rounded up", min: 1, max: 5, want: 3 },
  { name: "never below the minimum", min: 7, max: 8, want: 7 },
  { name: "one where there may be none", min: 0, max: 40, want: 1 },
  { name: "a fleet of one", min: 1, max: 1, want: 1 },
])("the fallback is $name: $min to $max gives $want", ({ min, max, want }) => {
  expect(fallbackReplicas(usualPolicy({ replicas: { min, max } }))).toBe(want);
});
