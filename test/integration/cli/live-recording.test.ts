// Decisions made live while the same scrapes are recorded, and decisions made of the recording afterwards, are equal.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { NO_TELEMETRY } from "../../../src/adapters/no-telemetry.ts";
import { ScrapeSource } from "../../../src/adapters/scrape-source.ts";
import { policiesIn, readPolicies } from "../../../src/cli/read-policies.ts";
import { RecordingSet } from "../../../src/cli/recording-set.ts";
import { tickPolicy } from "../../../src/control/tick.ts";
import { withInstantsAsNumbers } from "../../../src/domain/instant.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { initialState } from "../../../src/domain/state.ts";
import { millis, minutes, seconds } from "../../../src/domain/units.ts";
import { VERSION } from "../../../src/domain/version.ts";
import { sampleSpan } from "../../../src/domain/windows.ts";
import { at, EPOCH } from "../../support/builders.ts";
import { command, folderWith, policyText } from "../../support/command-line.ts";
import { fakeTriton, page } from "../../support/fake-triton.ts";
import { RecordingLogger } from "../../support/recording-telemetry.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

const LENGTH_SECONDS = 150;
const TICK = seconds(1);
const PODS = ["triton-embedder-a", "triton-embedder-b"];
const SIGNALS =
  "requestRate: { targetPerReplica: 30, window: 20s }, pendingRequests: { targetPerReplica: 8 }";

/** Load steps up and down; one pod answers nothing for some seconds, and restarts from zero later. */
function load(t: number): { readonly served: number; readonly pending: number } {
  const served = 20 * t + 60 * Math.max(0, Math.min(t, 90) - 30) - (t > 110 ? 3800 : 0);
  return { served, pending: t > 32 && t < 88 ? t : 0 };
}

/** Runs ticks on direct scrapes of two servers, recording the very same scrapes into `out`. */
async function decideLive(loaded: LoadedPolicy, out: string): Promise<readonly DecisionRecord[]> {
  const time = new ScriptedTime(EPOCH);
  const now = (): number => (time.now() - EPOCH) / 1000;
  const servers = await Promise.all(PODS.map(() => fakeTriton()));
  for (const [index, server] of servers.entries()) {
    const answer = page(() => {
      const { served, pending } = load(now());
      const labels = '{model="embedder",version="1"}';
      return `nv_inference_request_success${labels} ${served}\nnv_inference_pending_request_count${labels} ${pending}\n`;
    });
    server.answer((request, response) => {
      if (index === 1 && now() > 50 && now() < 55) response.writeHead(503).end();
      else answer(request, response);
    });
  }
  const { namespace, name: workload } = loaded.policy.target;
  const recordings = new RecordingSet({
    directory: out,
    header: {
      epoch: EPOCH,
      scrapeInterval: TICK,
      tick: { interval: TICK, lag: millis(0) },
      source: "scrape",
    },
    to: at(LENGTH_SECONDS),
    policies: [],
    attemptsAreTold: true,
  });
  recordings.expect(loaded.policy.target, PODS);
  let attempts = 0;
  const source = new ScrapeSource({
    targets: servers.map(({ url }, index) => ({ namespace, workload, pod: PODS[index] ?? "", url })),
    interval: TICK,
    timeout: seconds(5),
    keep: minutes(10),
    clock: time,
    telemetry: NO_TELEMETRY,
    logger: new RecordingLogger(),
    onAttempt: (attempt) => {
      attempts++;
      recordings.attempt(attempt);
    },
  });
  onTestFinished(() => source.close());
  source.start();
  const records: DecisionRecord[] = [];
  let state = initialState();
  for (let tick = 1; tick <= LENGTH_SECONDS; tick++) {
    for (const half of [1, 2]) {
      const before = time.pending;
      expect(before).toBeGreaterThan(0);
      time.advance(millis(TICK / 2));
      await until(() => attempts === 2 * (tick - 1) + half && time.pending === 2, "the scrape");
    }
    const readAt = at(tick);
    const samples = source.workload(loaded.policy.target, readAt, sampleSpan(loaded.policy));
    const input = { at: readAt, readAt, loaded, state, samples, scrapeInterval: TICK, tickInterval: TICK };
    const result = tickPolicy({ ...input, activation: null, detail: "observation", version: VERSION });
    state = result.state;
    records.push(result.record);
    recordings.take(source, [loaded.policy.target], { at: readAt, span: seconds(10) });
    await recordings.write();
  }
  await source.close();
  await recordings.finish(at(LENGTH_SECONDS));
  return records;
}

test("live and of the recording, every record is the same", { timeout: 60_000 }, async () => {
  const policies = await folderWith({ "embedder.yaml": policyText({ signals: SIGNALS }) });
  const [loaded] = (await readPolicies(policiesIn(policies, null))).policies;
  if (loaded === undefined) throw new Error("no policy");
  const out = join(await temporaryDirectory(), "out");
  const live = await decideLive(loaded, out);
  const log = join(out, "log.jsonl");
  const recording = join(out, "ai-inference.triton-embedder");
  const ran = await command("backtest", recording, "--policies", policies, "--decisions", log);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  const again = lines
    .map((line): unknown => withInstantsAsNumbers(JSON.parse(line)))
    .filter((line) => typeof line === "object" && line !== null && "decision" in line);
  expect(new Set(live.map(({ decision }) => decision.replicas)).size).toBeGreaterThan(3);
  expect(again).toEqual(JSON.parse(JSON.stringify(live)));
});
