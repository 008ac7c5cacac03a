// VictoriaMetrics in the place of Prometheus leads to the same records.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { millis, minutes, seconds, toSeconds } from "../../../src/domain/units.ts";
import { aPolicy, DECLARED, EPOCH } from "../../support/builders.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { playSource } from "../../support/play-source.ts";
import { askedSource } from "./asked-source.ts";
import { memorySource } from "./memory-source.ts";
import { recordedPast } from "./recorded-past.ts";
import { startVictoriaMetrics, victoriaMetricsMissing } from "./victoria-metrics-server.ts";

const MISSING =
  victoriaMetricsMissing() ??
  (existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout");

const POLICY = aPolicy({
  models: [{ name: "embedder", maxQueueDelay: seconds(0), weight: 1 }],
  signals: { ...DECLARED, latency: { ...DECLARED.latency, window: minutes(1) } },
});

describe.skipIf(MISSING !== null)(`a recording in VictoriaMetrics ${MISSING ?? ""}`, () => {
  test("F-surge gives the same records", async () => {
    const begin = toSeconds(millis(EPOCH));
    const { samples, lastSeconds } = await recordedPast("F-surge", POLICY.target, begin);
    const ticks = Math.floor(lastSeconds - begin);
    const source = askedSource(await startVictoriaMetrics(samples), [POLICY]);
    const asked = await playSource(source, POLICY, ticks);
    await source.close();
    expect(asked).toEqual(await playSource(memorySource(samples), POLICY, ticks));
    expect(new Set(asked.map(({ decision }) => decision.replicas)).size).toBeGreaterThan(2);
  });
});
