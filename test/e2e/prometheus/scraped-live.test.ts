// A recorded surge, played by a server: scraped by a real Prometheus, and read from there, it gives the wishes that
// direct scrape of the same server gives, later by no more than one scrape interval, the lag and a tick.

import { existsSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";

import { ScrapeSource } from "../../../src/adapters/scrape-source.ts";
import { systemClock } from "../../../src/adapters/system-clock.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { type Instant, millis, minutes, seconds } from "../../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../../support/builders.ts";
import { MemoryLogger, MemoryTelemetry } from "../../support/control-ports.ts";
import { recordingPath } from "../../support/play-recording.ts";
import { askedSource } from "./asked-source.ts";
import { missedRises, standingRises, strayWishes } from "./follows.ts";
import { type LiveLoop, liveLoop, wishesOf } from "./live-wishes.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { type RecordingServer, recordingServer } from "./recording-server.ts";

const RECORDING = "F-surge";
/** Null with CI=true, where the test runs, and fails, without them. */
const RECORDING_MISSING =
  process.env["CI"] === "true" || existsSync(recordingPath(RECORDING))
    ? null
    : "no recordings beside this checkout";
const MISSING = prometheusMissing() ?? RECORDING_MISSING;

const FROM_SECONDS = 35;
const PLAYED_MS = 55_000;
const TICK = seconds(1);
/** A scrape ends within its interval: so long after its beginning it can be read, however slow the machine is. */
const LAG = seconds(2);
/** What each asks for, and what comes of both: the policy has no windows and limits that hold it back. */
const SEQUENCES = ["requestRate", "pendingRequests", "decision"] as const;

const POLICY: Policy = aPolicy({
  signals: {
    requestRate: { ...DECLARED.requestRate, targetPerReplica: 20, window: seconds(10) },
    pendingRequests: {
      ...DECLARED.pendingRequests,
      targetPerReplica: 60,
      window: seconds(5),
      clearWithin: seconds(10),
    },
  },
  startup: { expected: seconds(1) },
});

describe.skipIf(MISSING !== null)(`a recording scraped live ${MISSING ?? ""}`, () => {
  test("gives the wishes of direct scrape", { timeout: 180_000 }, async () => {
    const server = await recordingServer(RECORDING, FROM_SECONDS);
    const { url } = await startPrometheus({ scrapeConfigs: scrapeConfigs(server) });
    const direct = directSource(server);
    const asked = askedSource(url, [POLICY], { replicas: "pods" });
    onTestFinished(() => asked.close());
    const { playedFrom, loops } = await playedOn([direct.source, asked], server);
    const [plain, late] = loops;
    // The intervals as they were kept, by the times of the samples and ticks themselves: a machine that is late with
    // a scrape or misses a tick makes the other source as late as that, and no later.
    const backMs = LAG + widestGap(await scrapeTimes(url)) + widestGap([late.readTicks]);
    // A page answered late is newer than its scrape's time, and direct scrape may see it one scrape after Prometheus.
    const aheadMs = widestGap([...direct.times.values()]);
    for (const name of SEQUENCES) {
      const soon = wishesOf(plain.records, name);
      const later = wishesOf(late.records, name).filter(({ at }) => at > playedFrom);
      // Both count over the same pages but for one at each end of a window of ten, which is one replica of about ten.
      expect(strayWishes(later, soon, { backMs, aheadMs, replicas: 1 }), name).toEqual([]);
      // What stands as long as the other may be late is no matter of phase: it is followed to the full.
      const rises = standingRises(soon, backMs);
      expect(rises.length, name).toBeGreaterThan(5);
      expect(missedRises(rises, later, backMs), name).toEqual([]);
    }
  });
});

function scrapeConfigs({ address, replicas }: RecordingServer): string {
  const { namespace, name } = POLICY.target;
  const targets = replicas.map((replica) => ({
    targets: [address],
    labels: { namespace, pod: `${name}-${replica}`, __metrics_path__: `/${replica}` },
  }));
  return JSON.stringify([{ job_name: "triton", static_configs: targets }]);
}

/** With the times of the scrapes that were answered, by pod. */
function directSource({ address, replicas }: RecordingServer): {
  readonly source: ScrapeSource;
  readonly times: ReadonlyMap<string, readonly number[]>;
} {
  const { namespace, name } = POLICY.target;
  const times = new Map<string, number[]>();
  const source = new ScrapeSource({
    targets: replicas.map((replica) => ({
      namespace,
      workload: name,
      pod: `${name}-${replica}`,
      url: `http://${address}/${replica}`,
    })),
    interval: seconds(1),
    timeout: millis(900),
    keep: minutes(5),
    clock: systemClock(),
    telemetry: new MemoryTelemetry(),
    logger: new MemoryLogger(),
    onAttempt: ({ target: { pod }, at, page }) => {
      if (page.ok) times.set(pod, [...(times.get(pod) ?? []), at]);
    },
  });
  onTestFinished(() => source.close());
  source.start();
  return { source, times };
}

/** Both decide on the same grid; the recording plays from when both are live. */
async function playedOn(
  [direct, asked]: readonly [ScrapeSource, ReturnType<typeof askedSource>],
  server: RecordingServer,
): Promise<{ readonly playedFrom: Instant; readonly loops: readonly [LiveLoop, LiveLoop] }> {
  const stop = new AbortController();
  let playedFrom: Instant | null = null;
  const ticked = (at: Instant): void => {
    const areLive = loops.every(({ records }) => records.at(-1)?.decision.status === "live");
    if (playedFrom === null && areLive) {
      server.play();
      playedFrom = at;
    }
    if (playedFrom !== null && at >= playedFrom + PLAYED_MS) stop.abort();
  };
  const common = { interval: TICK, stop: stop.signal, ticked };
  const loops = [
    liveLoop(direct, POLICY, { ...common, lag: seconds(0) }),
    liveLoop(asked, POLICY, { ...common, lag: LAG }),
  ] as const;
  await Promise.all(loops.map(({ done }) => done));
  if (playedFrom === null) throw new Error("never live");
  return { playedFrom, loops };
}

/** Returns when Prometheus had an answer, by its own times, of each pod. */
async function scrapeTimes(url: string): Promise<readonly (readonly number[])[]> {
  const query = new URLSearchParams({ query: 'up{job="triton"}[5m]' });
  const body = JSON.parse(await (await fetch(`${url}/api/v1/query?${query.toString()}`)).text());
  return body.data.result.map(({ values }: { readonly values: readonly (readonly [number, string])[] }) =>
    values.filter(([, up]) => up === "1").map(([time]) => Math.round(time * 1000)),
  );
}

/** Returns the longest time from one to the next, in milliseconds: the interval as it was kept. */
function widestGap(lists: readonly (readonly number[])[]): number {
  return Math.max(
    ...lists.flatMap((times) => times.slice(1).map((time, index) => time - (times[index] ?? 0))),
  );
}
