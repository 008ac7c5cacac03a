// The queries of a tick: what they ask for, and how few they are.

import { describe, expect, test } from "vitest";

import { over, selectorsFor } from "../../../../src/adapters/prometheus/selectors.ts";
import { seconds } from "../../../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../../../support/builders.ts";

const SETTINGS = {
  matchers: { job: 'tri"ton' },
  labels: { namespace: "ns", pod: "kubernetes_pod" },
  replicas: "kube-state-metrics",
} as const;

const [LEAN, RICH] = [
  aPolicy({ signals: { ...DECLARED, latency: null, gpuMemory: null } }),
  aPolicy({ signals: DECLARED }),
];

function selectors(policies = [LEAN], settings: Parameters<typeof selectorsFor>[1] = SETTINGS) {
  return selectorsFor(policies, settings).map(({ selector }) => selector);
}

describe("the selectors of a fleet", () => {
  test("are at most seven, however many policies there are", () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      aPolicy({
        target: { kind: "Deployment", namespace: `team-${index}`, name: "triton" },
        signals: DECLARED,
      }),
    );
    expect(selectors(many)).toHaveLength(7);
  });

  test("ask for percentiles and memory only where a policy needs them", () => {
    expect(selectors([LEAN])).toHaveLength(5);
    expect(selectors([LEAN, RICH])).toHaveLength(7);
    expect(selectors([LEAN]).join()).not.toMatch(/_bucket|nv_gpu/);
  });

  test("carry the matchers, escaped, on Triton's series alone, and the configured label names", () => {
    const [scrapes, ...others] = selectors();
    expect(scrapes).toBe('up{kubernetes_pod!="",ns=~"ai-inference",job="tri\\"ton"}');
    const counts = others.at(-1);
    expect(counts).toMatch(/^\{__name__=~"kube_deployment_spec_replicas\|.*",namespace=~"ai-inference"\}$/);
  });

  test("leave kube-state-metrics alone where pods are counted", () => {
    expect(selectors([LEAN], { ...SETTINGS, replicas: "pods" }).join()).not.toMatch(/kube_/);
  });

  test("name no function: raw samples over a range", () => {
    const all = selectorsFor([RICH], SETTINGS).map((selector) => over(selector, seconds(60)));
    for (const expression of all) expect(expression).toMatch(/^(up)?\{[^()]*\}\[60000ms\]$/);
  });
});
