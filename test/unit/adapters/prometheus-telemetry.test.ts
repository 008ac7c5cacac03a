// Our own metrics: the page after scripted events, and its equality with docs/METRICS.md.

import { readFileSync } from "node:fs";

import { describe, expect, onTestFinished, test } from "vitest";

import { type OwnMetric, POLICY_GAUGES, SERVICE_METRICS } from "../../../src/adapters/own-metrics.ts";
import { PrometheusTelemetry } from "../../../src/adapters/prometheus-telemetry.ts";
import type { Decision, Step } from "../../../src/domain/decision.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { parseExposition } from "../../../src/observe/exposition.ts";
import { anObservation, aPolicy, DECLARED, live } from "../../support/builders.ts";

const POLICY = aPolicy({
  signals: { requestRate: DECLARED.requestRate, latency: DECLARED.latency, gpuMemory: DECLARED.gpuMemory },
});

function telemetry(options: ConstructorParameters<typeof PrometheusTelemetry>[0] = {}) {
  const made = new PrometheusTelemetry(options);
  onTestFinished(() => made.close());
  return made;
}

/** Returns the page's samples as `name{label="value",…}` → value, without the prefix; labels in their order. */
async function page(made: PrometheusTelemetry): Promise<Record<string, number>> {
  const parsed = parseExposition(await made.render());
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return Object.fromEntries(
    parsed.value.map(({ name, labels, value }) => {
      const shown = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
      return [`${name.replace("tidemark_", "")}{${shown.join(",")}}`, value];
    }),
  );
}

/** Returns the entries whose key begins so, with the policy's own labels left out. */
function only(samples: Record<string, number>, prefix: string): Record<string, number> {
  const own = 'namespace="ai-inference",policy="embedder"';
  const entries = Object.entries(samples).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(
    entries.map(([key, value]) => [key.replace(`${own},`, "").replace(own, ""), value]),
  );
}

function aRecord({
  desired = 3,
  decision = {},
  steps = [],
}: {
  readonly desired?: number | null;
  readonly decision?: Partial<Decision>;
  readonly steps?: readonly Step[];
} = {}): DecisionRecord {
  const { requestRate, latency } = live({ requestRate: 105, latency: 0.5 });
  const absent = { state: "absent", value: null, unit: "ratio", ageSeconds: null, freshPods: 0 } as const;
  const signals = { ...(requestRate && { requestRate }), ...(latency && { latency }), gpuMemory: absent };
  return {
    kind: "decision",
    v: 1,
    version: "0.1.0",
    at: anObservation().at,
    policy: "ai-inference/embedder",
    policyHash: "9f2c",
    observation: anObservation({ desired, ready: 2, pods: { expected: 4, fresh: 3 }, signals }),
    steps,
    decision: {
      replicas: 7,
      active: true,
      status: "degraded",
      scaleInBlocked: ["ABSENT:gpuMemory"],
      ...decision,
    },
    answer: { code: "OK", metricName: "desired-replicas", metricValue: 7, targetSize: 1 },
  };
}

const STEPS: readonly Step[] = [
  { step: "signal", signal: "requestRate", wish: 10, reason: "ABOVE_TARGET" },
  { step: "signal", signal: "latency", wish: null, reason: "NOT_SUSTAINED" },
  { step: "combine", from: 3, to: 10, reason: "LARGEST_WISH", signal: "requestRate" },
  { step: "stabilization", from: 10, to: 9, reason: "SCALE_OUT_STABILIZED" },
  { step: "rateLimit", from: 9, to: 8, reason: "SCALE_OUT_LIMITED" },
  { step: "bounds", from: 8, to: 7, reason: "LOWERED_TO_MAX" },
];

describe("the gauges of a policy", () => {
  test("show its newest record", async () => {
    const made = telemetry();
    made.decision(POLICY, aRecord({ steps: STEPS }), null);
    const samples = await page(made);
    expect(only(samples, "policy_info")).toEqual({ 'policy_info{hash="9f2c",mode="enforce"}': 1 });
    expect(only(samples, "observed_replicas")).toEqual({
      'observed_replicas{state="desired"}': 3,
      'observed_replicas{state="ready"}': 2,
      'observed_replicas{state="starting"}': 1,
    });
    expect(only(samples, "recommended_replicas")).toEqual({
      'recommended_replicas{stage="raw"}': 10,
      'recommended_replicas{stage="stabilized"}': 9,
      'recommended_replicas{stage="limited"}': 8,
      'recommended_replicas{stage="published"}': 7,
    });
    expect(only(samples, "signal_value")).toEqual({
      'signal_value{signal="requestRate"}': 105,
      'signal_value{signal="latency"}': 0.5,
    });
    expect(only(samples, "signal_target")).toEqual({
      'signal_target{signal="requestRate"}': 30,
      'signal_target{signal="latency"}': 0.4,
      'signal_target{signal="gpuMemory"}': 0.9,
    });
    expect(only(samples, "signal_wish_replicas")).toEqual({
      'signal_wish_replicas{signal="requestRate"}': 10,
    });
    expect(only(samples, "signal_age_seconds")).toEqual({
      'signal_age_seconds{signal="requestRate"}': 1,
      'signal_age_seconds{signal="latency"}': 1,
    });
    expect(only(samples, 'coverage_ratio{namespace="ai-inference"')).toEqual({ "coverage_ratio{}": 0.75 });
    const ones = Object.entries(samples).filter(
      ([key, value]) => /^(signal_state|status|scale_in)/.test(key) && value === 1,
    );
    expect(only(Object.fromEntries(ones), "s")).toEqual({
      'signal_state{signal="requestRate",state="live"}': 1,
      'signal_state{signal="latency",state="live"}': 1,
      'signal_state{signal="gpuMemory",state="absent"}': 1,
      'status{status="degraded"}': 1,
      'scale_in_blocked{reason="ABSENT"}': 1,
    });
    expect(Object.keys(only(samples, "status"))).toHaveLength(5);
    expect(Object.keys(only(samples, "scale_in_blocked"))).toHaveLength(8);
  });

  test("lose what the next record no longer has", async () => {
    const made = telemetry();
    made.decision(POLICY, aRecord({ steps: STEPS }), null);
    await made.render();
    made.decision(
      { ...POLICY, mode: "hold" },
      { ...aRecord({ desired: null }), policyHash: "0000" },
      aRecord(),
    );
    const samples = await page(made);
    expect(only(samples, "policy_info")).toEqual({ 'policy_info{hash="0000",mode="hold"}': 1 });
    expect(only(samples, "signal_wish_replicas")).toEqual({});
    expect(only(samples, "recommended_replicas")).toEqual({ 'recommended_replicas{stage="published"}': 7 });
    expect(only(samples, "observed_replicas")).toEqual({ 'observed_replicas{state="ready"}': 2 });
  });

  test("count changes of the wanted number and of desired replicas, over ticks that know neither", async () => {
    const made = telemetry();
    const records = [
      aRecord({ desired: 3, decision: { replicas: 3 } }),
      aRecord({ desired: 3, decision: { replicas: 5 } }),
      aRecord({ desired: null, decision: { replicas: 5 } }),
      aRecord({ desired: 5, decision: { replicas: 4 } }),
      aRecord({ desired: 4, decision: { replicas: 4 } }),
      aRecord({ desired: 2, decision: { replicas: 4 } }),
    ];
    for (const [index, record] of records.entries())
      made.decision(POLICY, record, records[index - 1] ?? null);
    const samples = await page(made);
    expect(only(samples, "decision_changes_total")).toEqual({
      'decision_changes_total{direction="out"}': 1,
      'decision_changes_total{direction="in"}': 1,
    });
    expect(only(samples, "scale_events_total")).toEqual({
      'scale_events_total{direction="out"}': 1,
      'scale_events_total{direction="in"}': 2,
    });
  });

  test("vanish with the policy, all of them, and leave the others", async () => {
    const made = telemetry();
    made.decision(POLICY, aRecord(), null);
    made.decision({ ...POLICY, name: "other" }, { ...aRecord(), policy: "ai-inference/other" }, null);
    made.policyRemoved("ai-inference/embedder");
    made.policyRemoved("ai-inference/unknown");
    const text = await made.render();
    expect(text).not.toContain('policy="embedder"');
    expect(text).toContain('tidemark_status{namespace="ai-inference",policy="other",status="live"} 0');
  });
});

describe("the service's metrics", () => {
  test("count what happened", async () => {
    const made = telemetry();
    made.tick("ok", 0.02);
    made.tick("skipped", null);
    made.sourceQuery("scrape", true, 0.1);
    made.sourceQuery("scrape", false, 0.9);
    made.policiesReloaded(true, 1000);
    made.policiesReloaded(false, 2000);
    made.grpcRequest("GetMetrics", "OK", 0.0004);
    made.streams(3);
    made.policyRefused("otherNamespace");
    expect(await page(made)).toMatchObject({
      'build_info{version="0.1.0"}': 1,
      'ticks_total{result="ok"}': 1,
      'ticks_total{result="failed"}': 0,
      'ticks_total{result="skipped"}': 1,
      "tick_duration_seconds_count{}": 1,
      'source_queries_total{source="scrape",result="ok"}': 1,
      'source_queries_total{source="scrape",result="failed"}': 1,
      "source_query_duration_seconds_sum{}": 1,
      "source_up{}": 0,
      "policy_last_reload_successful{}": 0,
      "policy_last_reload_success_timestamp_seconds{}": 1000,
      'grpc_requests_total{method="GetMetrics",code="OK"}': 1,
      'grpc_request_duration_seconds_bucket{le="0.0005",method="GetMetrics"}': 1,
      'grpc_request_duration_seconds_bucket{le="0.00025",method="GetMetrics"}': 0,
      'policy_refusals_total{reason="otherNamespace"}': 1,
      "streams{}": 3,
    });
  });

  test("ask the source whether it is up, where there is someone to ask", async () => {
    let isUp = true;
    const made = telemetry({ sourceUp: () => isUp });
    made.sourceQuery("scrape", false, 1);
    expect((await page(made))["source_up{}"]).toBe(1);
    isUp = false;
    expect((await page(made))["source_up{}"]).toBe(0);
  });

  test("count at most 2,000 ScaledObjects by name", async () => {
    const made = telemetry();
    for (let index = 0; index < 2500; index++) made.scaledObjectRequest("team", `so-${index}`);
    made.scaledObjectRequest("team", "so-7");
    const counted = only(await page(made), "grpc_scaledobject_requests_total");
    expect(Object.keys(counted)).toHaveLength(2001);
    expect(counted['grpc_scaledobject_requests_total{namespace="other",scaledobject="other"}']).toBe(500);
    expect(counted['grpc_scaledobject_requests_total{namespace="team",scaledobject="so-7"}']).toBe(2);
  });

  test("show the longest delay of the event loop since the last page", async () => {
    const made = telemetry();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const blockedUntil = performance.now() + 150;
    while (performance.now() < blockedUntil);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await page(made))["event_loop_lag_seconds{}"]).toBeGreaterThan(0.1);
  });

  test("come out whole for pages asked for at once", async () => {
    const made = telemetry();
    made.decision(POLICY, aRecord(), null);
    const [one, other] = await Promise.all([made.render(), made.render()]);
    const withoutLag = (text: string | undefined) =>
      text?.replace(/^tidemark_event_loop_lag_seconds .*$/m, "");
    expect(withoutLag(one)).toBe(withoutLag(other));
    expect(made.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});

describe("docs/METRICS.md", () => {
  const text = readFileSync(new URL("../../../docs/METRICS.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `(\w+)` \| (\w+) \| ([^|]*) \| ([^|]+) \|$/gm)];
  const documented = rows.map(([, name, type, labels = "", help]) => ({
    name,
    type,
    labels: labels
      .split(",")
      .map((label) => label.trim())
      .filter(Boolean),
    help,
  }));
  const table: Readonly<Record<string, OwnMetric>> = { ...SERVICE_METRICS, ...POLICY_GAUGES };
  const defined = Object.entries(table).map(([name, { type, labels, help }]) => ({
    name,
    type,
    labels,
    help,
  }));
  const byName = (one: { name?: string | undefined }, other: { name?: string | undefined }) =>
    (one.name ?? "").localeCompare(other.name ?? "");

  test("lists every metric as it is, and none besides", () => {
    expect(documented.toSorted(byName)).toEqual(defined.toSorted(byName));
  });

  test("is what the page says", async () => {
    const types = [...(await telemetry().render()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
    const shown = types.map(([, name, type]) => ({ name, type })).toSorted(byName);
    expect(shown).toEqual(defined.map(({ name, type }) => ({ name, type })).toSorted(byName));
  });
});
