// Whether the memory of the whole tick path (parse, keep samples, observe, decide, publish) stays flat over time.

import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CompressedHistory, RECORDS_KEPT } from "../../src/adapters/compressed-history.ts";
import { Registry } from "../../src/control/registry.ts";
import { tickPolicy } from "../../src/control/tick.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import type { WorkloadSamples } from "../../src/domain/samples.ts";
import { type Instant, millis } from "../../src/domain/units.ts";
import { sampleSpan } from "../../src/domain/windows.ts";
import { parseExposition } from "../../src/observe/exposition.ts";
import { SampleBuffer } from "../../src/observe/sample-buffer.ts";
import { isKeptMetric } from "../../src/observe/triton-metrics.ts";
import { instantOf, policyOf, TICK } from "./fleet.ts";
import { type Benchmark, type BenchResult, median } from "./result.ts";
import { tritonPage } from "./triton-page.ts";

const POLICIES = 10;
const PODS_EACH = 2;
/** Until then the records in memory grow to their limit, as they should. */
const TICKS_TO_FILL = RECORDS_KEPT + 100;
const TICKS_WATCHED = 2000;
const SAMPLES = 10;
/** How far back one tick looks. */
const SPAN = sampleSpan(policyOf(0));
const MEBIBYTE = 1_048_576;

/** Twenty pods and ten policies for 3,100 ticks: memory when everything is full, and what 2,000 ticks more add. */
export const benchmark: Benchmark = { name: "memory", run: measure };

type Memory = { readonly heap: number; readonly rss: number };

async function measure(): Promise<BenchResult[]> {
  const fleet = openFleet();
  for (let tick = 0; tick < TICKS_TO_FILL; tick++) await tickAndPause(fleet, tick);
  const samples: Memory[] = [];
  for (let tick = TICKS_TO_FILL; tick < TICKS_TO_FILL + TICKS_WATCHED; tick++) {
    await tickAndPause(fleet, tick);
    if ((tick - TICKS_TO_FILL + 1) % (TICKS_WATCHED / SAMPLES) === 0) samples.push(memoryInUse());
  }
  const [early, late] = [samples.slice(0, SAMPLES / 2), samples.slice(SAMPLES / 2)];
  const of = (part: readonly Memory[], kind: keyof Memory): number =>
    median(part.map((memory) => memory[kind])) / MEBIBYTE;
  return (["heap", "rss"] as const).map((kind) => ({
    name: kind === "rss" ? "memory" : `memory-${kind}`,
    value: of(late, kind),
    unit: "MiB",
    ratioTo: { thousandTicksBefore: of(late, kind) / of(early, kind) },
  }));
}

/** As in the service, other work has its turn between ticks: older records are compressed meanwhile. */
async function tickAndPause(fleet: { tick(tick: number): void }, tick: number): Promise<void> {
  fleet.tick(tick);
  await setImmediate();
}

function openFleet(): { tick(tick: number): void } {
  const fleet = Array.from({ length: POLICIES }, (_, index) => loaded(index));
  const registry = new Registry(new CompressedHistory());
  registry.apply(fleet, { rejected: [], at: instantOf(0) });
  const buffer = new SampleBuffer({ keep: millis(2 * SPAN) });
  return {
    tick: (tick) => {
      for (const { policy, key } of fleet) {
        const pods = Array.from({ length: PODS_EACH }, (_, pod) => `${policy.target.name}-${pod}`);
        for (const pod of pods) scrape(buffer, { pod, tick, model: policy.models[0]?.name ?? "" });
        tickOne(registry, { key, tick, samples: samplesOf(buffer, pods, instantOf(tick)) });
      }
    },
  };
}

function tickOne(
  registry: Registry,
  { key, tick, samples }: { readonly key: string; readonly tick: number; readonly samples: WorkloadSamples },
): void {
  const entry = registry.entry(key);
  if (entry === null) throw new Error(`no policy ${key}`);
  const { state, record } = tickPolicy({
    at: instantOf(tick),
    readAt: instantOf(tick),
    loaded: entry.loaded,
    state: entry.state,
    samples,
    scrapeInterval: TICK,
    tickInterval: TICK,
    activation: null,
    queries: new Map(),
    detail: "observation",
    version: "0.0.0",
  });
  registry.publish(key, state, record);
}

function samplesOf(buffer: SampleBuffer, pods: readonly string[], at: Instant): WorkloadSamples {
  return {
    pods: pods.map((pod) => ({
      pod,
      appearedAt: null,
      ready: null,
      expected: true,
      scrapes: buffer.scrapes(pod, at, SPAN),
      series: buffer.series(pod, at, SPAN),
    })),
    replicas: { desired: pods.length, ready: null, source: "static" },
  };
}

function loaded(index: number): LoadedPolicy {
  const policy = policyOf(index);
  const key = `${policy.target.namespace}/${policy.name}`;
  return { key, policy, document: {}, hash: "0000000000000000", file: `${policy.name}.yaml` };
}

function scrape(
  buffer: SampleBuffer,
  { pod, tick, model }: { readonly pod: string; readonly tick: number; readonly model: string },
): void {
  const page = tritonPage({ models: 1, tick }).replaceAll("model_0", model);
  const parsed = parseExposition(page, { keep: isKeptMetric });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  buffer.scraped(pod, instantOf(tick), parsed.value);
}

function memoryInUse(): Memory {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, rss };
}
