// How many requests a second the simulator's engine serves on one core: 64 servers that batch, behind a balancer.

import type { BalancerKind } from "../../src/domain/scenario.ts";
import { randomStream } from "../../src/simulator/random/random-stream.ts";
import { RequestPlane } from "../../src/simulator/requests/request-plane.ts";
import type { ArrivalSource } from "../../src/simulator/traffic/arrival-source.ts";
import { batchedModel, serviceOf } from "../support/request-plane-rig.ts";
import { coreSeconds } from "./core-seconds.ts";
import type { Benchmark, BenchResult } from "./result.ts";

const SERVERS = 64;
const MAX_BATCH = 8;
const EXECUTION_SECONDS = 0.05;
/** Four fifths of what the servers could do. */
const RATE = (0.8 * SERVERS * MAX_BATCH) / EXECUTION_SECONDS;
const REQUESTS = 4_000_000;
const ROUNDS = 7;
/** Of a scaler that looks at every server this often. */
const TICK_SECONDS = 15;
const ADDITIONS = 110_000_000;

/** Arrivals are drawn beforehand; histograms and scores by the second are kept. The budget is 20 million a second. */
export const benchmark: Benchmark = { name: "simulator-engine", run: async () => measure() };

function measure(): BenchResult[] {
  const times = poissonTimes();
  const perAddition = bestSeconds(() => add(ADDITIONS)) / ADDITIONS;
  const kinds: readonly BalancerKind[] = ["roundRobin", "powerOfTwo", "leastOutstanding"];
  return kinds.map((kind) => {
    const value = REQUESTS / bestSeconds(() => serve(kind, times));
    const name = kind === "roundRobin" ? "simulator-engine" : `simulator-engine-${kind}`;
    return { name, value, unit: "requests/s", ratioTo: { addition: value * perAddition } };
  });
}

function serve(kind: BalancerKind, times: Float64Array): void {
  const durationSeconds = (times.at(-1) ?? 0) + 1;
  const plane = new RequestPlane({
    models: [batchedModel({ maxBatchSize: MAX_BATCH }, serviceOf(EXECUTION_SECONDS))],
    arrivals: [preparedArrivals(times)],
    balancer: { kind, pinned: null },
    balancerRandom: randomStream(1, "balancer"),
    serviceRandom: (server) => randomStream(1, "service", server),
    objectiveSeconds: [0.2],
    durationSeconds,
    warmupSeconds: 0,
    keepRequests: false,
  });
  for (let server = 0; server < SERVERS; server += 1) plane.addServer();
  for (let at = TICK_SECONDS; at < durationSeconds; at += TICK_SECONDS) {
    plane.advance(at);
    for (let server = 0; server < SERVERS; server += 1) plane.counters(server, 0);
  }
  plane.advance(durationSeconds);
  plane.finish();
  const { succeeded } = plane.score(0).counts;
  if (succeeded < 0.999 * REQUESTS)
    throw new Error(`only ${succeeded} of ${REQUESTS} requests were answered`);
}

function poissonTimes(): Float64Array {
  const random = randomStream(1, "arrivals");
  let at = 0;
  return Float64Array.from({ length: REQUESTS }, () => {
    at += random.exponential() / RATE;
    return at;
  });
}

function preparedArrivals(prepared: Float64Array): ArrivalSource {
  let next = 0;
  return {
    fill(until, times, batches) {
      let filled = 0;
      for (; filled < times.length; filled += 1) {
        const at = prepared[next + filled] ?? Number.POSITIVE_INFINITY;
        if (at >= until) break;
        times[filled] = at;
        batches[filled] = 1;
      }
      next += filled;
      return filled;
    },
  };
}

function add(count: number): number {
  let sum = 0;
  for (let term = 0; term < count; term += 1) sum += term % 3;
  return sum;
}

/** The least of several rounds: others share the machine, and can only make it slower. */
function bestSeconds(work: () => void): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => coreSeconds(work)));
}
