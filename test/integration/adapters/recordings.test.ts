// Recordings of a real Triton, played: every scrape parses, and pods come and go as the recordings say.

import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { openRecording } from "../../../src/adapters/recording-source.ts";
import type { TargetRef } from "../../../src/domain/target.ts";
import { hours, minutes } from "../../../src/domain/units.ts";
import { at, EPOCH } from "../../support/builders.ts";

const ROOT = fileURLToPath(new URL("../../../../shared/recordings/", import.meta.url));
const NAMES = existsSync(ROOT) ? readdirSync(ROOT).filter((name) => !name.endsWith(".md")) : [];
const TARGET: TargetRef = { kind: "Deployment", namespace: "ai", name: "triton" };

async function played(name: string) {
  const problems: string[] = [];
  const options = {
    target: null,
    epoch: EPOCH,
    keep: hours(1),
    onProblem: (it: string) => problems.push(it),
  };
  const source = await openRecording({ path: `${ROOT}${name}`, ...options });
  if (!source.ok) throw new Error(source.failure);
  const replicasAt = async (t: number) => {
    await source.value.refresh(at(t));
    const { desired, ready } = source.value.workload(TARGET, at(t), minutes(1)).replicas;
    return { desired, ready };
  };
  return { source: source.value, problems, replicasAt };
}

describe.skipIf(NAMES.length === 0)("recordings (skipped where ../shared/recordings is missing)", () => {
  test.each(NAMES)("%s parses to its last scrape", async (name) => {
    const { source, problems } = await played(name);
    await source.refresh(source.end());
    expect(problems).toEqual([]);
    const { pods } = source.workload(TARGET, source.end(), hours(1));
    expect(pods.length).toBeGreaterThan(0);
    for (const pod of pods) {
      const families = new Set(pod.series.map(({ family }) => family));
      expect([...families]).toContain("nv_inference_request_success");
      expect([...families]).toContain("nv_inference_pending_request_count");
    }
  });

  test("a scale-out shows each new replica from its first answer on", async () => {
    const { replicasAt } = await played("J-scale-out");
    expect(await replicasAt(1)).toEqual({ desired: 1, ready: 1 });
    expect(await replicasAt(228)).toEqual({ desired: 3, ready: 3 });
  });

  test("a restart shows as a replica that is desired and not ready", async () => {
    const { replicasAt } = await played("I-replica-restart");
    expect(await replicasAt(64)).toEqual({ desired: 3, ready: 3 });
    expect(await replicasAt(67)).toEqual({ desired: 3, ready: 2 });
    expect(await replicasAt(180)).toEqual({ desired: 3, ready: 3 });
  });
});
