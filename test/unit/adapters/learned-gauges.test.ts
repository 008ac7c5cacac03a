// What the metrics page shows of all that a policy's decisions have learned.

import { expect, onTestFinished, test } from "vitest";
import { PrometheusTelemetry } from "../../../src/adapters/prometheus-telemetry.ts";
import { NO_STARTUP_MEMORY, observed } from "../../../src/domain/startup-times.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { seconds } from "../../../src/domain/units.ts";
import { at, usualPolicy } from "../../support/builders.ts";
import { surgeRecord } from "../../support/control-records.ts";

test("start-up times are shown from the third start on, until the policy goes", async () => {
  const made = new PrometheusTelemetry();
  onTestFinished(() => made.close());
  const shown = async (): Promise<readonly string[]> =>
    (await made.render()).split("\n").filter((line) => line.startsWith("tidemark_startup_seconds{"));
  const knowing = (count: number): ScalerState => ({
    ...initialState(),
    startups: {
      ...NO_STARTUP_MEMORY,
      times: observed(NO_STARTUP_MEMORY.times, seconds(5), { at: at(0), count }),
    },
  });
  const record = surgeRecord();
  made.decision(usualPolicy(), record, null);
  made.learned(record.policy, knowing(2));
  expect(await shown()).toEqual([]);
  made.learned(record.policy, knowing(10));
  const own = 'namespace="ai-inference",policy="embedder"';
  expect(await shown()).toEqual([
    `tidemark_startup_seconds{${own},quantile="0.5"} 5`,
    `tidemark_startup_seconds{${own},quantile="0.9"} 5`,
  ]);
  made.policyRemoved(record.policy);
  expect(await shown()).toEqual([]);
});

test("capacity, the limit, the target's cost and incurable latency are shown", async () => {
  const made = new PrometheusTelemetry({
    sizingOf: () => ({
      declaredPerReplica: 15,
      limits: [],
      load: 195,
      limitPerReplica: 15,
      neededReplicas: 13,
      targetCost: { seenPerReplica: 32, seenBy: "cap", ratio: 0.47, neededReplicas: 13, replicas: 6 },
    }),
  });
  onTestFinished(() => made.close());
  const record = surgeRecord();
  const state = initialState();
  const learned = { ...state.learned, cap: { at: at(0), perReplica: 40 }, forgottenAt: at(0) };
  const breach = { step: "signal", signal: "latency", wish: null, reason: "COMPUTE_BOUND" } as const;
  made.decision(usualPolicy(), { ...record, steps: [breach, ...record.steps] }, null);
  made.learned(record.policy, { ...state, learned });
  const own = 'namespace="ai-inference",policy="embedder"';
  const page = (await made.render()).split("\n");
  expect(page).toEqual(
    expect.arrayContaining([
      `tidemark_capacity_requests_per_second{${own}} 40`,
      `tidemark_capacity_bad_points{${own}} 0`,
      `tidemark_capacity_forgotten_timestamp_seconds{${own}} 1767571200`,
      `tidemark_load_limit_requests_per_second{${own}} 15`,
      `tidemark_target_cost_replicas{${own}} 6`,
      `tidemark_incurable_latency{${own},reason="COMPUTE_BOUND"} 1`,
      `tidemark_incurable_latency{${own},reason="FUTILE"} 0`,
    ]),
  );
  expect(page.filter((line) => line.startsWith("tidemark_capacity_proven_requests_per_second{"))).toEqual([]);
});
