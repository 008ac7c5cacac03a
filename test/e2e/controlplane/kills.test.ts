// kill -9 at random moments, of one of two processes or of both, on a real API server: their answers against those of a
// process that nobody disturbs, and what they learned, which only the ConfigMap brings over.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../../src/simulator/random/random-stream.ts";
import { prometheusMissing } from "../prometheus/prometheus-server.ts";
import { programsMissing } from "./built-programs.ts";
import { type BareCluster, startBareCluster } from "./cluster.ts";
import { ClusterMetrics } from "./cluster-metrics.ts";
import { eventually } from "./eventually.ts";
import { KILL_SOURCES, KILLED_TICK_MS, type KillSource } from "./kill-sources.ts";
import { CAP_PER_SECOND, KilledPair, type Life, MEMORY_MS } from "./killed-pair.ts";

const MISSING = programsMissing(["kubernetes"]) ?? prometheusMissing();
/** Clusters of other tests have the numbers before. */
const CLUSTER = 11;
const SEED = Number(process.env["TIDEMARK_SEED"] ?? Date.now() % 2 ** 31);

/** More than three pods complete, and what three, two and again more than three are needed for. */
const SATURATING = 44;
const LOADS = [25, 15, SATURATING, 15, 25, SATURATING];
/** Each load lasts 9 s to 13 s. */
const [LASTS_MS, LASTS_MORE_MS] = [9000, 4000];
/** A kill comes 1 s to 7 s after both are there again. */
const [LIVES_MS, LIVES_MORE_MS] = [1000, 6000];
/** One, the other, and both, in any order: nobody is left who saw what was learned. */
const KILLS = [[0], [1], [0, 1]];
/** A cap as near as this gives every load the same count: pages of a busy machine come late, and rates with them. */
const NEAR_PER_SECOND = 0.9;
/** Ticks of each process, from W after the last kill on, that are compared. */
const TICKS_AFTER = 4;
const WITHIN_MS = 240_000;
/** A lease is taken over so long after its holder was last heard of. */
const LEADERLESS_MS = 20_000;

describe.skipIf(MISSING !== null)(`kill -9 in a cluster, seed ${SEED} ${MISSING ?? ""}`, () => {
  let started: { readonly cluster: BareCluster; readonly metrics: ClusterMetrics } | null = null;

  beforeAll(async () => {
    const cluster = await startBareCluster(CLUSTER);
    const { plane, fleet } = cluster;
    const metrics = await ClusterMetrics.start({ api: plane.api, fleet, folder: plane.folder });
    started = { cluster, metrics };
  });

  afterAll(async () => {
    await started?.metrics.close();
    await started?.cluster.close();
  });

  test.concurrent.each(KILL_SOURCES)(
    "$name: the same answers but, for one window, higher ones",
    async (source) => {
      if (started === null) throw new Error("no cluster");
      const pair = new KilledPair(started.cluster, source, started.metrics.url);
      try {
        await play(pair, source);
      } catch (thrown) {
        started.cluster.failed(pair.log());
        throw thrown;
      } finally {
        await pair.close();
      }
    },
  );
});

async function play(pair: KilledPair, source: KillSource): Promise<void> {
  const random = randomStream(SEED, `kills of ${source.namespace}`);
  pair.load(SATURATING);
  await pair.start();
  await eventually(
    "a checkpoint with what was learned",
    async () => (/"cap":\{/.test((await pair.checkpoint()) ?? "") ? true : null),
    WITHIN_MS,
  );
  await known(pair);
  const over = new AbortController();
  const loads = changeLoads(pair, () => random.uniform(), over.signal);
  for (const victims of shuffled(KILLS, () => random.uniform())) {
    await eventually("those that are asked", async () =>
      (await pair.ready()) === source.ready ? true : null,
    );
    await wait(LIVES_MS + LIVES_MORE_MS * random.uniform());
    await pair.kill(victims);
    const caps = await known(pair);
    expect(caps.filter((cap) => cap === null || Math.abs(cap - CAP_PER_SECOND) >= NEAR_PER_SECOND)).toEqual(
      [],
    );
  }
  await eventually("those that are asked", async () => ((await pair.ready()) === source.ready ? true : null));
  const settledMs = Date.now() + MEMORY_MS;
  await eventually(
    "ticks after the last kill",
    async () => {
      await pair.look();
      return pair.living.every((life) => ticksSince(life, settledMs) >= TICKS_AFTER) ? true : null;
    },
    WITHIN_MS,
  );
  over.abort();
  await loads;
  expect(strayAnswers(pair, source)).toEqual([]);
  expect(new Set(pair.reference.watched.told.values()).size).toBeGreaterThan(2);
}

/** What everybody knows of a pod. No load lasts so long that a process could have learned it since it was started again. */
function known(pair: KilledPair): Promise<readonly (number | null)[]> {
  return eventually("three that know what a pod completes", async () => {
    const caps = await pair.caps();
    return caps.includes(null) ? null : caps;
  });
}

/** Puts one load after the other on the workload until it is over. */
async function changeLoads(pair: KilledPair, uniform: () => number, over: AbortSignal): Promise<void> {
  for (let index = 0; !over.aborted; index += 1) {
    pair.load(LOADS[index % LOADS.length] ?? 0);
    await wait(LASTS_MS + LASTS_MORE_MS * uniform(), undefined, { signal: over }).catch(() => undefined);
  }
}

function ticksSince({ watched: { told, feltUntil } }: Life, ms: number): number {
  return [...told.keys()].filter((at) => at >= Math.max(ms, feltUntil)).length;
}

/**
 * Answers that the reference did not give then. From the first tick on, and again from taking over the lead on, an
 * answer may be higher for a window: as high as any since a window before the last leader's. Without a past there may
 * be none in a process's first window, upon which KEDA keeps what there is.
 */
function strayAnswers(
  { lives, reference }: KilledPair,
  { skewTicks, hasPast }: KillSource,
): readonly object[] {
  const { told, feltUntil } = reference.watched;
  const skewMs = skewTicks * KILLED_TICK_MS;
  const within = (from: number, to: number): readonly number[] =>
    [...told].flatMap(([at, answer]) => (at >= from && at <= to && answer !== null ? [answer] : []));
  return lives.flatMap((life) =>
    [...life.watched.told].flatMap(([at, answer]) => {
      const near = within(at - skewMs, at + skewMs);
      if (at < Math.max(feltUntil, life.watched.feltUntil) || near.length === 0) return [];
      const began = life.begins().findLast((beginMs) => beginMs <= at) ?? 0;
      const isNew = at - began <= MEMORY_MS + skewMs;
      const [least, most] = [
        Math.min(...near),
        Math.max(...(isNew ? within(began - LEADERLESS_MS - MEMORY_MS, at + skewMs) : near)),
      ];
      const isSilent = answer === null && !hasPast && at - (life.begins()[0] ?? at) <= MEMORY_MS;
      const isFine = isSilent || (answer !== null && answer >= least && answer <= most);
      return isFine ? [] : [{ at, sinceMs: at - began, answer, least, most }];
    }),
  );
}

function shuffled<Item>(items: readonly Item[], uniform: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, order: uniform() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
