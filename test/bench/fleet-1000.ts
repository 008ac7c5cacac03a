// A thousand policies on one process, from a real Prometheus: what a tick costs it, and what calls feel of that.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ECHO_SECONDS,
  LOAD_SECONDS,
  loadOn,
  PAST_SECONDS,
  POLICIES,
  startHelpers,
  WARM_UP_SECONDS,
} from "./fleet-1000/client.ts";
import { CountingProxy } from "./fleet-1000/counting-proxy.ts";
import { writePast } from "./fleet-1000/past.ts";
import { isPrometheusInstalled, startScraping } from "./fleet-1000/prometheus.ts";
import type { LoadOutcome } from "./fleet-1000/rpc-load.ts";
import {
  type FleetService,
  memoryOf,
  type Stalls,
  startFleetService,
  TICK_MS,
  takeStalls,
  ticksOf,
} from "./fleet-1000/serve.ts";
import type { Benchmark, BenchResult } from "./result.ts";

/** A folder for a profile of the service's processor time. */
const PROFILE_TO = process.env["TIDEMARK_FLEET_PROFILE"] ?? null;

/** The benchmark `fleet-1000`; left out, saying so, where no Prometheus is installed. */
export const benchmark: Benchmark = { name: "fleet-1000", run };

type Measured = {
  readonly ours: LoadOutcome;
  readonly stalls: Stalls;
  readonly cpuSeconds: number;
  readonly ticks: { readonly ok: number; readonly notOk: number; readonly seconds: number };
  readonly queries: readonly number[];
  readonly megabytes: number;
};

async function run(): Promise<BenchResult[]> {
  if (!isPrometheusInstalled()) {
    process.stderr.write(
      "fleet-1000 is left out: prometheus is not installed (Debian: apt-get install prometheus)\n",
    );
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), "tidemark-fleet-"));
  const children: ChildProcess[] = [];
  const close: (() => void)[] = [];
  try {
    const [exporterPort, loader, echoPort] = await startHelpers(children);
    if (PAST_SECONDS > 0) {
      const instance = `127.0.0.1:${exporterPort}`;
      writePast({ policies: POLICIES, pastSeconds: PAST_SECONDS, instance, folder });
    }
    const prometheus = await startScraping({ policies: POLICIES, exporterPort, folder });
    children.push(prometheus.child);
    const proxy = new CountingProxy(prometheus.url, TICK_MS);
    close.push(() => proxy.close());
    const echo = await loadOn(loader, { port: echoPort, seconds: ECHO_SECONDS, onlyGetMetrics: true });
    const service = await startFleetService({
      policies: POLICIES,
      prometheusUrl: await proxy.listen(),
      folder,
      profileTo: PROFILE_TO,
    });
    children.push(service.child);
    const measured = await measure(service, proxy, loader);
    const memory = memoryOf(service);
    // Beside the ticking service, the echo server meets the same contention for processors.
    const beside = await loadOn(loader, { port: echoPort, seconds: ECHO_SECONDS, onlyGetMetrics: true });
    const ended = once(service.child, "exit");
    service.child.kill("SIGTERM");
    await ended;
    return [resultOf({ measured, echo, beside, memory, service })];
  } finally {
    for (const step of close) step();
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measure(service: FleetService, proxy: CountingProxy, loader: ChildProcess): Promise<Measured> {
  const begin = { port: service.grpcPort, onlyGetMetrics: false };
  // The first tick after the start, which reads the past, is over by now; one more is let pass.
  await loadOn(loader, { ...begin, seconds: TICK_MS / 1000 });
  const beforeTicks = await ticksOf(service);
  const before = await takeStalls(service);
  proxy.take();
  const ours = await loadOn(loader, { ...begin, seconds: LOAD_SECONDS });
  const { queries, megabytes } = proxy.take();
  const [stalls, ticks] = [await takeStalls(service), await ticksOf(service)];
  return {
    ours,
    stalls,
    cpuSeconds: stalls.cpuSeconds - before.cpuSeconds,
    ticks: {
      ok: ticks.ok - beforeTicks.ok,
      notOk: ticks.notOk - beforeTicks.notOk,
      seconds: ticks.seconds - beforeTicks.seconds,
    },
    queries,
    megabytes,
  };
}

function resultOf({
  measured,
  echo,
  beside,
  memory,
  service: { readySeconds, readyCpuSeconds },
}: {
  readonly measured: Measured;
  readonly echo: LoadOutcome;
  readonly beside: LoadOutcome;
  readonly memory: { readonly rssMiB: number; readonly peakRssMiB: number };
  readonly service: FleetService;
}): BenchResult {
  const { ours, stalls, ticks, queries, megabytes, cpuSeconds } = measured;
  const tickCount = ticks.ok + ticks.notOk;
  for (const failure of ours.failures) process.stderr.write(`call failed: ${failure}\n`);
  return {
    name: `fleet-${POLICIES}`,
    value: ours.p99Ms,
    unit: "ms",
    ratioTo: {
      echo: { p99: ours.p99Ms / echo.p99Ms, p99NearTicks: ours.p99NearTicksMs / echo.p99NearTicksMs },
      echoBesideTicks: {
        p99: ours.p99Ms / beside.p99Ms,
        p99NearTicks: ours.p99NearTicksMs / beside.p99NearTicksMs,
      },
    },
    figures: {
      policies: POLICIES,
      pastSeconds: PAST_SECONDS,
      queriesPerTick: Math.max(...queries),
      stallMsMax: stalls.stallMs,
      stallsOver20Ms: stalls.stalls,
      ownStallMsMax: stalls.ownStallMs,
      ownStallsOver20Ms: stalls.ownStalls,
      tickingStallMsMax: stalls.tickingStallMs,
      p99RatioToEcho: ours.p99Ms / echo.p99Ms,
      p99NearTicksRatioToEcho: ours.p99NearTicksMs / echo.p99NearTicksMs,
      ...memory,
      calls: ours.calls,
      errors: ours.errors + echo.errors + beside.errors,
      p50Ms: ours.p50Ms,
      p99Ms: ours.p99Ms,
      p99NearTicksMs: ours.p99NearTicksMs,
      maxMs: ours.maxMs,
      echoP50Ms: echo.p50Ms,
      echoP99Ms: echo.p99Ms,
      echoP99NearTicksMs: echo.p99NearTicksMs,
      echoMaxMs: echo.maxMs,
      echoBesideTicksP99Ms: beside.p99Ms,
      ticks: ticks.ok,
      ticksNotOk: ticks.notOk,
      tickSeconds: ticks.seconds / tickCount,
      megabytesPerTick: megabytes / tickCount,
      cpuRatio: cpuSeconds / (LOAD_SECONDS + WARM_UP_SECONDS),
      readySeconds,
      readyCpuSeconds,
    },
  };
}
