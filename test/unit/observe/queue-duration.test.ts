// Rule 12: mean time in the queue.

import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/domain/policy.ts";
import type { PodSamples } from "../../../src/domain/samples.ts";
import { seconds } from "../../../src/domain/units.ts";
import { aPolicy, DECLARED } from "../../support/builders.ts";
import { ALL, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, every, samplesOf } from "../../support/samples-builder.ts";

describe("queue duration (rule 12)", () => {
  const read = (pods: readonly PodSamples[], policy: Partial<Policy> = {}) =>
    observe(samplesOf(...pods), { signals: { queueDuration: DECLARED.queueDuration }, policy: { ...policy } })
      .signals.queueDuration;

  it("is the mean over requests, never a mean of means", () => {
    const busy = aPod("p-0", server({ rate: 90, queueMs: 100 }));
    expect(read([busy, aPod("p-1", server({ rate: 10, queueMs: 0 }))])).toMatchObject({
      value: 0.09,
      valueWithoutWorst: 0,
    });
  });

  it.each([
    ["taken off", 20, 0.01],
    ["never below 0", 50, 0],
  ])("has the batching delay %s", (_, delayMs, expected) => {
    const signals = { queueDuration: DECLARED.queueDuration };
    const models = [{ name: "embedder", maxQueueDelay: seconds(delayMs / 1000), weight: 1 }];
    const policy = aPolicy({ signals, models });
    expect(observe(samplesOf(aPod("p", server())), { policy }).signals.queueDuration?.value).toBeCloseTo(
      expected,
      9,
    );
  });

  it("has each half of the window alone", () => {
    const burst = aSeries(
      "nv_inference_queue_duration_us",
      every(1, ALL, (t) => (t <= 170 ? 0 : 1e6 * (t - 170))),
    );
    const series = server().filter(({ family }) => family !== burst.family);
    expect(read([aPod("p", [...series, burst])])).toMatchObject({
      value: 0.05,
      valueFirstHalf: 0,
      valueSecondHalf: 0.1,
    });
  });

  it("has no value without its worst pod where one pod does all the work", () => {
    expect(read([aPod("p-0", server()), aPod("p-1", server({ rate: 0 }))])?.valueWithoutWorst).toBeNull();
  });
});
