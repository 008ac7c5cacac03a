// What KEDA's operator writes at its polls, and what the HPA reads through it.

import { describe, expect, test } from "vitest";
import type { HpaMetricReading, HpaMetricSpec } from "../../../../src/simulator/hpa/metric.ts";
import { KedaLoop, type ScalerAnswer } from "../../../../src/simulator/keda/keda-loop.ts";
import type { KedaSettings } from "../../../../src/simulator/scalers/scaler.ts";

const PER_REPLICA: HpaMetricSpec = { type: "External", target: { type: "AverageValue", milli: 1_000 } };
const IN_ALL: HpaMetricSpec = { type: "External", target: { type: "Value", milli: 1_000 } };
const ERROR: HpaMetricReading = { kind: "error" };

const ACTIVE: ScalerAnswer = { readings: [{ kind: "values", milli: [3_000] }], active: true };
const IDLE: ScalerAnswer = { readings: [{ kind: "values", milli: [0] }], active: false };
const FAILING: ScalerAnswer = { readings: [ERROR], active: null };
const HALF_FAILING: ScalerAnswer = { readings: [{ kind: "values", milli: [3_000] }], active: null };

type Loop = {
  readonly minReplicas?: number;
  readonly fallback?: KedaSettings["fallback"];
  readonly metric?: HpaMetricSpec;
  readonly lastActive?: number | null;
};

function loop({
  minReplicas = 0,
  fallback = null,
  metric = PER_REPLICA,
  lastActive = 0,
}: Loop = {}): KedaLoop {
  const settings = { pollingIntervalSeconds: 30, cooldownPeriodSeconds: 60, fallback };
  return new KedaLoop({ minReplicas, metrics: [metric], settings }, lastActive);
}

/** Polls every 30 s with each answer in turn; the target follows. Returns its replicas after each poll. */
function polled(keda: KedaLoop, replicas: number, answers: readonly ScalerAnswer[]): readonly number[] {
  let spec = replicas;
  return answers.map((answer, index) => {
    spec = keda.poll(30 * index, answer, { spec, ready: spec }) ?? spec;
    return spec;
  });
}

describe("activation", () => {
  test.each([
    { name: "goes from 0 to 1 while active", setup: {}, answers: [IDLE, ACTIVE], replicas: [0, 1] },
    {
      name: "goes to the minimum, active or not",
      setup: { minReplicas: 3 },
      answers: [IDLE, ACTIVE],
      replicas: [3, 3],
    },
    { name: "stays at 0 on an error", setup: {}, answers: [FAILING, FAILING], replicas: [0, 0] },
  ])("$name", ({ setup, answers, replicas }) => {
    expect(polled(loop(setup), 0, answers)).toEqual(replicas);
  });

  test("drops from any count to 0 at the first poll later than the cooldown after the last active one", () => {
    expect(polled(loop(), 5, [ACTIVE, ACTIVE, IDLE, IDLE, IDLE, IDLE])).toEqual([5, 5, 5, 5, 0, 0]);
  });

  test("drops at once what was never seen active", () => {
    expect(polled(loop({ lastActive: null }), 5, [IDLE])).toEqual([0]);
  });

  test("keeps what there is through an outage, past the cooldown", () => {
    expect(polled(loop(), 5, [ACTIVE, FAILING, FAILING, FAILING, FAILING, IDLE])).toEqual([5, 5, 5, 5, 5, 0]);
  });

  test("does nothing at a minimum of 1 or more", () => {
    expect(polled(loop({ minReplicas: 1 }), 5, [IDLE, IDLE, IDLE, IDLE, IDLE])).toEqual([5, 5, 5, 5, 5]);
  });
});

describe("fallback", () => {
  const fallback = { failureThreshold: 3, replicas: 7 };
  const target = { spec: 4, ready: 3 };

  test("answers its replicas once more rounds failed than the threshold, until one succeeds", () => {
    const keda = loop({ fallback });
    const read = [FAILING, FAILING, FAILING, FAILING, ACTIVE, FAILING].map((answer) =>
      keda.answer(answer, target),
    );
    expect(read).toEqual([
      [ERROR],
      [ERROR],
      [ERROR],
      [{ kind: "values", milli: [7_000] }],
      ACTIVE.readings,
      [ERROR],
    ]);
  });

  test("counts polls and the HPA's questions alike, and an unknown activity as a failure", () => {
    const keda = loop({ fallback });
    keda.poll(0, FAILING, target);
    keda.answer(FAILING, target);
    keda.poll(30, HALF_FAILING, target);
    expect(keda.answer(HALF_FAILING, target)).toEqual([{ kind: "values", milli: [7_000] }]);
  });

  test("divides by the ready replicas for a Value target, and has none without them", () => {
    const keda = loop({ fallback: { failureThreshold: 0, replicas: 7 }, metric: IN_ALL });
    expect(keda.answer(FAILING, target)).toEqual([{ kind: "values", milli: [2_333] }]);
    expect(keda.answer(FAILING, { spec: 4, ready: 0 })).toEqual([ERROR]);
  });

  test("lifts from 0 and keeps from falling to it", () => {
    const keda = loop({ fallback: { failureThreshold: 1, replicas: 2 } });
    expect(polled(keda, 0, [FAILING, FAILING, FAILING, FAILING, FAILING])).toEqual([0, 1, 1, 1, 1]);
  });

  test("of 0 replicas lets go to 0 after the cooldown", () => {
    const keda = loop({ fallback: { failureThreshold: 1, replicas: 0 } });
    expect(polled(keda, 5, [ACTIVE, FAILING, FAILING, FAILING])).toEqual([5, 5, 5, 0]);
  });

  test("leaves metrics that do not come through KEDA alone", () => {
    const metric: HpaMetricSpec = { type: "Pods", target: { type: "AverageValue", milli: 1_000 } };
    const keda = loop({ fallback: { failureThreshold: 0, replicas: 7 }, metric });
    expect(keda.answer(FAILING, target)).toEqual([ERROR]);
  });
});
