// Callers who mean harm, or speak another version: none gets more than a status, and nothing of ours grows.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { seconds } from "../../../src/domain/units.ts";
import { systemTimers } from "../../../src/keda/timers.ts";
import { buildTrigger } from "../../support/keda-client.ts";
import { oldKedaClient } from "../../support/old-keda-client.ts";
import { RawConnection } from "../../support/raw-grpc.ts";
import { startRig } from "../../support/scaler-rig.ts";

const TRIGGER = buildTrigger();

describe("hostile metadata", () => {
  test.each([
    {
      name: "URLs to elsewhere",
      metadata: { url: "http://169.254.169.254/latest/meta-data", prometheus: "http://x" },
    },
    { name: "paths", metadata: { file: "/etc/passwd", policyFile: "../../policies/other.yaml" } },
    {
      name: "names of object properties",
      metadata: { constructor: "x", toString: "y", hasOwnProperty: "z" },
    },
    {
      name: "a thousand keys",
      metadata: Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`k${n}`, `${n}`])),
    },
    { name: "a value of 60,000 characters", metadata: { note: "n".repeat(60_000) } },
  ])("beside a policy changes nothing: $name", async ({ metadata }) => {
    const { keda } = await startRig();
    const poll = await keda.poll(buildTrigger({ policy: "embedder", ...metadata }));
    expect(poll).toEqual({ calls: ["GetMetricSpec", "GetMetrics", "IsActive"], value: 7, active: true });
  });

  test.each([
    { name: "a property of every object", policy: "constructor" },
    { name: "another property", policy: "valueof" },
  ])("as a policy's name finds nothing: $name", async ({ policy }) => {
    const { keda } = await startRig();
    expect(await keda.getMetrics(buildTrigger({ policy }))).toEqual({
      code: "NOT_FOUND",
      details: `policy "${policy}" is not available in namespace "ai-inference"`,
    });
  });

  test("a namespace that is none comes back as short plain text", async () => {
    const { keda } = await startRig();
    const trigger = { ...TRIGGER, namespace: `a"\n\u0000é${"n".repeat(5000)}` };
    expect(await keda.isActive(trigger)).toEqual({
      code: "NOT_FOUND",
      details: `policy "embedder" is not available in namespace "a????${"n".repeat(55)}..."`,
    });
  });

  test("10,000 policies that are not there leave ten log lines, no series and no memory", async () => {
    const { keda, logger, telemetry, time } = await startRig();
    const ask = async (from: number): Promise<void> => {
      for (let start = from; start < from + 5000; start += 250) {
        const names = Array.from({ length: 250 }, (_, n) => `policy-${start + n}`);
        const outcomes = await Promise.all(
          names.map((policy) => keda.getMetrics({ ...buildTrigger({ policy }), name: `object-${policy}` })),
        );
        expect(outcomes.every((outcome) => "code" in outcome && outcome.code === "NOT_FOUND")).toBe(true);
      }
    };
    await ask(0);
    const heapBefore = heapBytes();
    await ask(5000);
    expect(heapBytes() - heapBefore).toBeLessThan(4 * 2 ** 20);
    expect(logger.lines).toHaveLength(10);
    time.advance(seconds(1));
    await keda.getMetrics(buildTrigger({ policy: "one-more" }));
    expect(logger.lines.at(-1)?.fields).toMatchObject({ policy: "one-more", refusalsLeftOut: 9990 });
    expect(new Set(telemetry.requests)).toEqual(new Set(["GetMetrics NOT_FOUND"]));
    expect(telemetry.scaledObjects.size).toBe(0);
  });

  test("object names that Kubernetes would not have are counted as one", async () => {
    const { keda, telemetry } = await startRig();
    for (const name of ["", "UPPER", "a b", "é", "x".repeat(300)]) await keda.isActive({ ...TRIGGER, name });
    expect([...telemetry.scaledObjects]).toEqual(["ai-inference/other"]);
  });
});

describe("hostile bytes", () => {
  test("a message over the limit is RESOURCE_EXHAUSTED, one just under it is read", async () => {
    const { keda, telemetry } = await startRig();
    const padded = (length: number) => buildTrigger({ policy: "embedder", pad: "p".repeat(length) });
    expect(await keda.getMetricSpec(padded(65_000))).toHaveProperty("answer");
    expect(await keda.getMetricSpec(padded(65_536))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(telemetry.requests).toEqual(["GetMetricSpec OK", "GetMetricSpec RESOURCE_EXHAUSTED"]);
  });

  test.each([
    { name: "a wire type that does not exist", bytes: [0x0f, 0x01] },
    { name: "a length beyond the end", bytes: [0x0a, 0x7f, 0x61] },
    { name: "a number that never ends", bytes: Array.from({ length: 12 }, () => 0xff) },
  ])("that are no message are INTERNAL, and the next call is answered: $name", async ({ bytes }) => {
    const { server, keda } = await startRig();
    const call = new RawConnection(server.port).call("GetMetrics", Buffer.from(bytes));
    expect(await call.ended).toBe("13 Error deserializing request");
    expect((await keda.poll(TRIGGER)).value).toBe(7);
  });

  test("a call without a message, to an unknown method, or not gRPC at all has its own end", async () => {
    const { server, keda } = await startRig();
    const connection = new RawConnection(server.port);
    const empty = connection.begin("GetMetrics");
    empty.stream.end();
    const unknown = connection.call("Scale", Buffer.alloc(0));
    const web = connection.begin("GetMetrics", { "content-type": "text/html" });
    web.stream.end();
    expect(await empty.ended).toMatch(/^12 Received no request message/);
    expect(await unknown.ended).toMatch(/^12 /);
    expect(await web.ended).toBe("closed without a status");
    expect((await keda.poll(TRIGGER)).value).toBe(7);
  });

  test.each(["GetMetrics", "IsActive", "GetMetricSpec", "StreamIsActive", "StreamMetricSpec"])(
    "a %s whose request never comes in full is over at the deadline",
    async (method) => {
      const { server, telemetry } = await startRig({ deadline: seconds(0.05), timers: systemTimers });
      const call = new RawConnection(server.port).begin(method);
      call.stream.write(Buffer.from([0, 0, 0]));
      expect(await call.ended).toBe("4 the deadline of 50 ms is over");
      expect(telemetry.requests).toEqual([`${method} DEADLINE_EXCEEDED`]);
    },
  );

  test("a deadline of the caller that is shorter than ours holds", async () => {
    const { server, telemetry } = await startRig();
    const call = new RawConnection(server.port).begin("GetMetrics", { "grpc-timeout": "20m" });
    expect(await call.ended).toBe("4 Deadline exceeded");
    expect(telemetry.requests).toEqual(["GetMetrics DEADLINE_EXCEEDED"]);
  });
});

describe("another version of KEDA", () => {
  test("up to 2.16 reads the integers", async () => {
    const { server } = await startRig();
    const client = oldKedaClient(server.port);
    const scaledObjectRef = TRIGGER;
    const spec = await client("GetMetricSpec", TRIGGER);
    const metrics = await client("GetMetrics", { scaledObjectRef, metricName: "desired-replicas" });
    expect(spec).toEqual({ metricSpecs: [{ metricName: "desired-replicas", targetSize: 1 }] });
    expect(metrics).toEqual({ metricValues: [{ metricName: "desired-replicas", metricValue: 7 }] });
  });
});

/** The heap in use after a full collection. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}
