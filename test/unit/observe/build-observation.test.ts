// The observation as a whole: keys, order, and nothing but numbers in it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodSamples } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { buildObservation } from "../../../src/observe/build-observation.ts";
import { aPolicy, at, DECLARED } from "../../support/builders.ts";
import { NOW, observe, server, withTwins } from "../../support/observed.ts";
import { aDeviceSeries, aPod, aSeries, samplesOf } from "../../support/samples-builder.ts";

describe("an observation", () => {
  it("has the declared signals only, in the order and with the keys of the record", () => {
    const observation = observe(samplesOf(aPod("p-0", server()), aPod("p-1", server())), {
      signals: DECLARED,
    });
    expect(JSON.stringify(observation)).toBe(
      JSON.stringify({
        at: at(NOW),
        replicas: { desired: 2, ready: 2, starting: 0, source: "pods" },
        pods: { expected: 2, fresh: 2 },
        signals: {
          requestRate: { state: "live", value: 20, unit: "requests/s", ageSeconds: 0, freshPods: 2 },
          inFlight: {
            state: "live",
            value: 4,
            unit: "requests",
            ageSeconds: 0,
            freshPods: 2,
            oldest: 4,
            newest: 4,
          },
          pendingRequests: {
            state: "live",
            value: 4,
            arrivalsPerSecond: 20,
            unit: "requests",
            ageSeconds: 0,
            freshPods: 2,
            oldest: 4,
            newest: 4,
            capped: null,
          },
          queueDuration: {
            state: "live",
            value: 0.03,
            valueFirstHalf: 0.03,
            valueSecondHalf: 0.03,
            unit: "seconds",
            requests: 1200,
            ageSeconds: 0,
            freshPods: 2,
            valueWithoutWorst: 0.03,
            noCompletions: false,
          },
          latency: {
            state: "live",
            value: 0.14,
            valueFirstHalf: 0.14,
            valueSecondHalf: 0.14,
            unit: "seconds",
            requests: 2400,
            quality: "counters",
            ageSeconds: 0,
            freshPods: 2,
            valueWithoutWorst: 0.14,
            noCompletions: false,
            overTarget: null,
          },
          gpuMemory: { state: "absent", value: null, unit: "ratio", ageSeconds: null, freshPods: 0 },
        },
        rejectedRequests: 0,
        activation: null,
        traffic: {
          arrivalsPerSecond: 20,
          recentArrivalsPerSecond: 20,
          completionsPerSecond: 20,
          pendingRequests: 4,
          inFlightRequests: 1.6,
          meanRequestSeconds: 0.08,
          meanQueueSeconds: 0.03,
          meanComputeSeconds: 0.05,
          meanBatch: 2,
          completedRequests: 2400,
        },
        capacity: {
          saturatedPerSecond: null,
          saturatedBatch: null,
          saturatedPods: 0,
          busyInstances: 0.5,
          busiestPodInstances: 0.25,
          largestBatch: 2,
          versions: ["embedder/1"],
        },
        requestTime: {
          embedder: {
            batchingDelaySeconds: 0,
            queueSeconds: 0.03,
            inputSeconds: 0,
            inferSeconds: 0.05,
            outputSeconds: 0,
            outsideSeconds: 0,
            meanBatch: 2,
            inferencesPerRequest: 1,
            requests: 2400,
          },
        },
        tickIntervalSeconds: 15,
      }),
    );
  });

  it("knows λ where no signal needs it", () => {
    const { signals, traffic } = observe(samplesOf(aPod("p-0", server())), {
      signals: { gpuMemory: DECLARED.gpuMemory },
    });
    expect([Object.keys(signals), traffic.arrivalsPerSecond]).toEqual([["gpuMemory"], 10]);
  });

  it("is the same with zero twins on the GPU's own label", () => {
    const plain = observe(samplesOf(aPod("p-0", server())), { signals: DECLARED });
    expect(observe(samplesOf(aPod("p-0", withTwins(server()))), { signals: DECLARED })).toEqual(plain);
  });

  it("measures against the instant read at, and carries the tick's own", () => {
    const samples = samplesOf(aPod("p-0", server()));
    const built = buildObservation({
      at: at(NOW + 2),
      readAt: at(NOW),
      policy: aPolicy(),
      samples,
      scrapeInterval: seconds(1),
      tickInterval: seconds(15),
      activation: { value: 3 },
      queries: new Map(),
    });
    expect([built.at, built.signals.requestRate?.ageSeconds, built.activation]).toEqual([
      at(NOW + 2),
      0,
      { value: 3 },
    ]);
  });

  it("does not depend on the order of pods and series, nor on repeats", () => {
    const pods = ["p-0", "p-1", "p-2"].map((name, index) =>
      aPod(name, server({ rate: 3.3 + index / 7, pending: (t) => (t * (index + 1)) % 7, queueMs: 10 / 3 })),
    );
    const declared = { ...DECLARED, gpuMemory: null };
    const expected = JSON.stringify(observe(samplesOf(...pods), { signals: declared }));
    const shuffled = fc
      .shuffledSubarray(pods, { minLength: 3 })
      .chain((order) =>
        fc.tuple(
          ...order.map((pod) =>
            fc
              .shuffledSubarray([...pod.series], { minLength: pod.series.length })
              .map((series) => ({ ...pod, series })),
          ),
        ),
      );
    fc.assert(
      fc.property(shuffled, fc.boolean(), (order, repeat) => {
        const all: readonly PodSamples[] = repeat ? [...order, ...order.slice(1)] : order;
        const doubled = repeat ? all.map((pod) => ({ ...pod, series: [...pod.series, ...pod.series] })) : all;
        expect(JSON.stringify(observe(samplesOf(...doubled), { signals: declared }))).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

it("takes a count of next to nothing for none: a quotient by it would be infinite (seed -591121475)", () => {
  const tiny = aSeries("nv_inference_exec_count", [
    [NOW - 60, 0],
    [NOW, Number.MIN_VALUE],
  ]);
  const counted = aSeries("nv_inference_count", [
    [NOW - 60, 0],
    [NOW, 1],
  ]);
  const found = observe(samplesOf(aPod("p-0", [tiny, counted])), { signals: DECLARED, scrape: 3 });
  expect(found.traffic.meanBatch).toBeNull();
});

it("never holds NaN, an infinity or a negative number, whatever was scraped", () => {
  const value = fc.oneof(fc.double(), fc.nat(1000), fc.constantFrom(NaN, Infinity, -1, 0, 2 ** 60));
  const families = [
    ...new Set(server().map(({ family }) => family)),
    "nv_inference_request_summary_us",
    "nv_gpu_memory_used_bytes",
    "nv_gpu_memory_total_bytes",
  ];
  const series = fc
    .tuple(fc.constantFrom(...families), fc.array(value, { minLength: 1, maxLength: 40 }))
    .map(([family, values]) => {
      const points = values.map((one, index) => [NOW - 3 * (values.length - 1 - index), one] as const);
      return family.includes("gpu")
        ? aDeviceSeries(family, points, "a")
        : aSeries(family, points, { quantile: family.includes("summary") ? "0.99" : null });
    });
  const pods = fc.array(fc.array(series, { maxLength: 8 }), { maxLength: 4 });
  fc.assert(
    fc.property(pods, (all) => {
      const samples = samplesOf(...all.map((one, index) => aPod(`p-${index}`, one)));
      const check = (found: unknown): void => {
        if (typeof found === "number")
          expect(found >= 0 && Number.isFinite(found) && !Object.is(found, -0)).toBe(true);
        else if (typeof found === "object" && found !== null) Object.values(found).forEach(check);
      };
      check(observe(samples, { signals: DECLARED, scrape: 3 }));
    }),
    { numRuns: 300 },
  );
});
