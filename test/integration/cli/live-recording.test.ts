// Decisions made live while the same scrapes are recorded, and decisions made of the recording afterwards, are equal.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { NO_TELEMETRY } from "../../../src/adapters/no-telemetry.ts";
import { ScrapeSource } from "../../../src/adapters/scrape-source.ts";
import { policiesIn, readPolicies } from "../../../src/cli/read-policies.ts";
import { RecordingSet } from "../../../src/cli/recording-set.ts";
import { type TickResult, tickPolicy } from "../../../src/control/tick.ts";
import { withInstantsAsNumbers } from "../../../src/domain/instant.ts";
import type { LoadedPolicy } from "../../../src/domain/policy-set.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
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

/** Returns the pages of two servers that follow the load as `time` goes. */
async function servers(time: ScriptedTime): Promise<readonly string[]> {
  const now = (): number => (time.now() - EPOCH) / 1000;
  const answer = page(() => {
    const { served, pending } = load(now());
    const labels = '{model="embedder",version="1"}';
    return `nv_inference_request_success${labels} ${served}\nnv_inference_pending_request_count${labels} ${pending}\n`;
  });
  const found = await Promise.all(PODS.map(() => fakeTriton()));
  found[0]?.answer(answer);
  found[1]?.answer((request, response) => {
    if (now() > 50 && now() < 55) response.writeHead(503).end();
    else answer(request, response);
  });
  return found.map(({ url }) => url);
}

function recordingInto(directory: string, { policy: { target } }: LoadedPolicy): RecordingSet {
  const tick = { interval: TICK, lag: millis(0) };
  const recordings = new RecordingSet({
    directory,
    header: { epoch: EPOCH, scrapeInterval: TICK, tick, source: "scrape" },
    to: at(LENGTH_SECONDS),
    policies: [],
    attemptsAreTold: true,
  });
  recordings.expect(target, PODS);
  return recordings;
}

/** Runs ticks on direct scrapes of two servers, recording the very same scrapes into `out`. */
async function decideLive(loaded: LoadedPolicy, out: string): Promise<readonly DecisionRecord[]> {
  const time = new ScriptedTime(EPOCH);
  const { target } = loaded.policy;
  const urls = await servers(time);
  const recordings = recordingInto(out, loaded);
  let attempts = 0;
  const source = new ScrapeSource({
    targets: urls.map((url, index) => ({
      namespace: target.namespace,
      workload: target.name,
      pod: PODS[index] ?? "",
      url,
    })),
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
      time.advance(millis(TICK / 2));
      await until(() => attempts === 2 * (tick - 1) + half && time.pending === 2, "the scrape");
    }
    const result = decideOnce(source, { loaded, tick, state });
    state = result.state;
    records.push(result.record);
    recordings.take(source, [target], { at: at(tick), span: seconds(10) });
    await recordings.write();
  }
  await source.close();
  await recordings.finish(at(LENGTH_SECONDS));
  return records;
}

function decideOnce(
  source: ScrapeSource,
  {
    loaded,
    tick,
    state,
  }: { readonly loaded: LoadedPolicy; readonly tick: number; readonly state: ScalerState },
): TickResult {
  const readAt = at(tick);
  return tickPolicy({
    at: readAt,
    readAt,
    loaded,
    state,
    samples: source.workload(loaded.policy.target, readAt, sampleSpan(loaded.policy)),
    scrapeInterval: TICK,
    tickInterval: TICK,
    activation: null,
    queries: new Map(),
    detail: "observation",
    version: VERSION,
  });
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
