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
