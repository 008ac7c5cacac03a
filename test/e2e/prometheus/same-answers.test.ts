// Recordings of a real Triton, written into a real Prometheus, lead to the records that the recordings themselves lead
// to, tick by tick, but for ages and for where replica counts come from.

import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

import type { Policy } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { millis, minutes, seconds, toSeconds } from "../../../src/domain/units.ts";
import { aPolicy, DECLARED, EPOCH } from "../../support/builders.ts";
import { playRecording, recordingPath } from "../../support/play-recording.ts";
import { playSource } from "../../support/play-source.ts";
import { askedSource } from "./asked-source.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { recordedPast } from "./recorded-past.ts";

const MISSING =
  prometheusMissing() ?? (existsSync(recordingPath("F-surge")) ? null : "no recordings beside this checkout");

function policyFor(models: readonly string[]): Policy {
  return aPolicy({
    models: models.map((name) => ({ name, maxQueueDelay: seconds(0), weight: 1 })),
    signals: { ...DECLARED, latency: { ...DECLARED.latency, window: minutes(1) } },
  });
}

describe.skipIf(MISSING !== null)(`a recording in Prometheus ${MISSING ?? ""}`, () => {
  test.each([
    { name: "F-surge", models: ["embedder"] },
    { name: "H-two-models", models: ["embedder", "ranker"] },
    { name: "I-replica-restart", models: ["ranker"] },
    { name: "K-idle-burst", models: ["ranker"] },
  ])("$name gives the same records", async ({ name, models }) => {
    const policy = policyFor(models);
    const past = await recordedPast(name, policy.target, toSeconds(millis(EPOCH)));
    const server = await startPrometheus({ samples: past.samples });
    const direct = await playRecording(name, policy);
    const source = askedSource(server.url, [policy]);
    const asked = await playSource(source, policy, direct.length);
    await source.close();
    expect(asked.map(comparable)).toEqual(direct.map(comparable));
  });
});

/** A record without what may differ: ages, and the name of the source of replica counts. */
function comparable(record: DecisionRecord): unknown {
  const text = JSON.stringify(record, (key, value: unknown) => (key === "ageSeconds" ? undefined : value));
  return JSON.parse(text.replace(/"source":"[a-z-]+"/, '"source":""'));
}
