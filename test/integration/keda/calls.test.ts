// Every unary call and every status it can have, over real gRPC.

import { describe, expect, test } from "vitest";
import { millis, seconds } from "../../../src/domain/units.ts";
import { buildTrigger, type Outcome, type Trigger } from "../../support/keda-client.ts";
import { type ScalerRig, startRig } from "../../support/scaler-rig.ts";

const TRIGGER = buildTrigger();
const SPEC = { metricSpecs: [{ metricName: "desired-replicas", targetSize: 1, targetSizeFloat: 1 }] };
const METRICS = {
  metricValues: [{ metricName: "desired-replicas", metricValue: 7, metricValueFloat: 7 }],
};

/** All three calls for one trigger. */
async function askAll({ keda }: ScalerRig, trigger: Trigger): Promise<readonly Outcome<unknown>[]> {
  return [await keda.getMetricSpec(trigger), await keda.getMetrics(trigger), await keda.isActive(trigger)];
}

describe("a policy with a decision", () => {
  test("answers all three calls from it", async () => {
    const rig = await startRig();
    expect(await askAll(rig, TRIGGER)).toEqual([
      { answer: SPEC },
      { answer: METRICS },
      { answer: { result: true } },
    ]);
    expect(rig.telemetry.requests).toEqual(["GetMetricSpec OK", "GetMetrics OK", "IsActive OK"]);
    expect([...rig.telemetry.scaledObjects]).toEqual(["ai-inference/embedder"]);
  });

  test("gives KEDA, in its order of calls, the number and the activity", async () => {
    const { keda } = await startRig();
    expect(await keda.poll(TRIGGER)).toEqual({
      calls: ["GetMetricSpec", "GetMetrics", "IsActive"],
      value: 7,
      active: true,
    });
  });

  test("answers zero and inactive as zero in both fields", async () => {
    const rig = await startRig({ record: { replicas: 0, active: false, desired: 0 } });
    const [, metrics, active] = await askAll(rig, TRIGGER);
    expect(metrics).toEqual({
      answer: { metricValues: [{ metricName: "desired-replicas", metricValue: 0, metricValueFloat: 0 }] },
    });
    expect(active).toEqual({ answer: { result: false } });
  });

  test("gives equal answers to all who ask between two ticks, and the new one after", async () => {
    const rig = await startRig();
    const before = await Promise.all(Array.from({ length: 50 }, () => rig.keda.poll(TRIGGER)));
    rig.time.advance(seconds(1));
    rig.tick({ replicas: 8 });
    const then = await rig.keda.poll(TRIGGER);
    expect(new Set(before.map(({ value }) => value))).toEqual(new Set([7]));
    expect(then.value).toBe(8);
  });

  test("still answers after its file is gone, until it is forgotten", async () => {
    const rig = await startRig();
    rig.registry.apply([], { rejected: [], at: rig.time.now() });
    expect((await rig.keda.poll(TRIGGER)).value).toBe(7);
    rig.time.advance(seconds(600));
    rig.registry.forget(rig.time.now());
    expect(await rig.keda.getMetricSpec(TRIGGER)).toEqual({
      code: "NOT_FOUND",
      details: 'policy "embedder" is not available in namespace "ai-inference"',
    });
  });
});

describe("a policy without a decision", () => {
  const NOTHING_KNOWN = "no decision now: nothing is known of the workload";

  test.each([
    { name: "before the first tick", record: null, details: "no decision yet: the first tick is not over" },
    {
      name: "while starting",
      record: { status: "starting" },
      details: "no decision yet: the policy is starting",
    },
    { name: "while unavailable", record: { status: "unavailable" }, details: NOTHING_KNOWN },
    {
      name: "in shadow with unknown replicas",
      record: { answer: { code: "UNAVAILABLE", metricValue: null } },
      details: NOTHING_KNOWN,
    },
  ] as const)("has its spec but neither number nor activity $name", async ({ record, details }) => {
    const rig = await startRig({ record });
    const refusal = { code: "UNAVAILABLE", details };
    expect(await askAll(rig, TRIGGER)).toEqual([{ answer: SPEC }, refusal, refusal]);
  });

  test("has neither once its last record is older than three ticks on the source's clock", async () => {
    const rig = await startRig();
    rig.time.advance(millis(3001));
    const refusal = {
      code: "UNAVAILABLE",
      details: "no decision now: the last one is older than 3 tick intervals",
    };
    expect(await askAll(rig, TRIGGER)).toEqual([{ answer: SPEC }, refusal, refusal]);
  });

  test("refuses a number that must not be sent, and says so in the log only", async () => {
    const rig = await startRig({ record: { replicas: 2.5 } });
    expect(await rig.keda.getMetrics(TRIGGER)).toEqual({ code: "INTERNAL", details: "internal error" });
    expect(rig.logger.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "error a call could not be answered",
    ]);
  });
});

describe("a wrong question", () => {
  const INVALID = "INVALID_ARGUMENT";
  const MISSING = "the trigger's metadata must name a policy: policy is missing or empty";
  const ILL_FORMED =
    "the trigger's metadata policy is not a DNS label (lower-case letters, digits and inner hyphens, at most 63)";

  test.each([
    { name: "no policy", metadata: {}, code: INVALID, details: MISSING },
    { name: "an empty policy", metadata: { policy: "" }, code: INVALID, details: MISSING },
    { name: "an ill-formed policy", metadata: { policy: "Em bedder" }, code: INVALID, details: ILL_FORMED },
    {
      name: "a policy that is nowhere",
      metadata: { policy: "other" },
      code: "NOT_FOUND",
      details: 'policy "other" is not available in namespace "ai-inference"',
    },
  ])("has one answer from every call: $name", async ({ metadata, code, details }) => {
    const rig = await startRig();
    const refusal = { code, details };
    expect(await askAll(rig, buildTrigger(metadata))).toEqual([refusal, refusal, refusal]);
    const streams = [
      rig.keda.streamIsActive(buildTrigger(metadata)),
      rig.keda.streamMetricSpec(buildTrigger(metadata)),
    ];
    expect(await Promise.all(streams.map((stream) => stream.ended()))).toEqual([
      `${code} ${details}`,
      `${code} ${details}`,
    ]);
  });

  test("about another namespace's policy looks like one about no policy, but not in the log", async () => {
    const rig = await startRig();
    const outsider = { ...TRIGGER, namespace: "team-b" };
    const details = 'policy "embedder" is not available in namespace "team-b"';
    expect(await rig.keda.getMetrics(outsider)).toEqual({ code: "NOT_FOUND", details });
    expect(rig.logger.lines).toEqual([
      {
        level: "warn",
        fields: {
          policy: "embedder",
          namespace: "team-b",
          scaledObject: "embedder",
          reason: "otherNamespace",
          refusalsLeftOut: 0,
        },
        message: "a caller asked for a policy or metric that it may not have",
      },
    ]);
    expect(rig.telemetry.refusals).toEqual(["otherNamespace"]);
    expect(rig.telemetry.scaledObjects.size).toBe(0);
  });

  test.each([
    { name: "an empty metric name", metricName: "", code: INVALID, details: "metricName is empty" },
    {
      name: "an unknown metric name",
      metricName: "s0-desired-replicas",
      code: "NOT_FOUND",
      details: 'policy "embedder" is not available in namespace "ai-inference"',
    },
  ])("about a metric: $name", async ({ metricName, code, details }) => {
    const { keda } = await startRig();
    expect(await keda.getMetrics(TRIGGER, metricName)).toEqual({ code, details });
  });

  test("beyond the rate limit is refused at once", async () => {
    const { keda, time } = await startRig({ limits: { callsPerSecondMax: 2 } });
    const calls = [await keda.isActive(TRIGGER), await keda.isActive(TRIGGER), await keda.isActive(TRIGGER)];
    time.advance(seconds(1));
    expect([...calls, await keda.isActive(TRIGGER)]).toEqual([
      { answer: { result: true } },
      { answer: { result: true } },
      { code: "RESOURCE_EXHAUSTED", details: "too many calls" },
      { answer: { result: true } },
    ]);
  });
});

test("the server says which address it could not have", async () => {
  const { server } = await startRig();
  const address = `127.0.0.1:${server.port}`;
  await expect(startRig({ address })).rejects.toThrow(`cannot listen on ${address} for gRPC: `);
});
