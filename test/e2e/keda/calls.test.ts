// What KEDA's own client makes of our answers, and in which order it asks.

import { afterAll, expect, test } from "vitest";
import { seconds } from "../../../src/domain/units.ts";
import type { ScalerRig } from "../../support/scaler-rig.ts";
import { describeEachRelease } from "./each-release.ts";
import { HPA_TIMEOUT_MS, type KedaTrigger } from "./keda-process.ts";
import { startKedaRig } from "./keda-rig.ts";

const NOT_AVAILABLE = /code = NotFound desc = policy "embedder" is not available in namespace "team-b"$/;
const ORDERS_HEAD = ["KEDA", "round", "calls that the scaler got, in order", "KEDA's result"];
const orders: string[][] = [];

afterAll(() => {
  if (orders.length > 0) process.stderr.write(`${table([ORDERS_HEAD, ...orders])}\n`);
});

describeEachRelease("asks", (client) => {
  const address = ({ server }: ScalerRig): string => `127.0.0.1:${server.port}`;

  test.each([
    { index: 1, name: "s1-desired-replicas" },
    { index: 3, name: "s3-desired-replicas" },
  ])(
    "with its prefix for trigger $index put before the metric and taken off again",
    async ({ index, name }) => {
      const rig = await startKedaRig();
      const trigger = await client().keda.trigger(address(rig), { index });
      expect(await trigger.spec()).toEqual([{ name, quantity: "1", kind: "AverageValue" }]);
      expect(await trigger.metrics()).toEqual({ values: [{ name, quantity: "7" }], active: true });
      expect(rig.telemetry.requests).toEqual(["GetMetricSpec OK", "GetMetrics OK", "IsActive OK"]);
    },
  );

  // KEDA reads the float if it is above 0 and the integer otherwise.
  test.each([
    { why: "0 from the integer", replicas: 0, active: false, quantity: "0" },
    { why: "1", replicas: 1, active: true, quantity: "1" },
    { why: "1000 as Kubernetes writes it", replicas: 1000, active: true, quantity: "1k" },
    { why: "the greatest count", replicas: 2 ** 31 - 1, active: true, quantity: "2147483647" },
  ])("and reads $why from the number and its float", async ({ replicas, active, quantity }) => {
    const rig = await startKedaRig({ record: { replicas, active } });
    const trigger = await client().keda.trigger(address(rig));
    const values = [{ name: "s0-desired-replicas", quantity }];
    expect(await trigger.metrics()).toEqual({ values, active });
  });

  test("thrice in a poll, and thrice in a sync of the HPA that has one trigger", async () => {
    const rig = await startKedaRig();
    const trigger = await client().keda.trigger(address(rig));
    const calls = ["GetMetricSpec OK", "GetMetrics OK", "IsActive OK"];
    expect(await round(rig, "poll", () => ask(trigger))).toEqual(calls);
    expect(await round(rig, "HPA sync", () => ask(trigger, HPA_TIMEOUT_MS))).toEqual(calls);
  });

  test("eight times in a sync of the HPA that has two triggers", async () => {
    const rig = await startKedaRig();
    const triggers = [
      await client().keda.trigger(address(rig)),
      await client().keda.trigger(address(rig), { index: 1 }),
    ];
    const calls = await round(rig, "HPA sync, two triggers", async () => {
      const results: string[] = [];
      for (const matching of triggers) {
        for (const trigger of triggers) await trigger.specCached(HPA_TIMEOUT_MS);
        results.push(text(await matching.metricsCached(HPA_TIMEOUT_MS)));
      }
      return results.join("; ");
    });
    const each = ["GetMetricSpec OK", "GetMetricSpec OK", "GetMetrics OK", "IsActive OK"];
    expect(calls).toEqual([...each, ...each]);
  });

  test("for the metric twice while the scaler is starting; the spec is there all the time", async () => {
    const rig = await startKedaRig({ record: null });
    const trigger = await client().keda.trigger(address(rig));
    const calls = ["GetMetricSpec OK", "GetMetrics UNAVAILABLE", "GetMetrics UNAVAILABLE"];
    expect(await round(rig, "poll before the first tick", () => ask(trigger))).toEqual(calls);
    rig.tick({ status: "starting", replicas: null, answer: { code: "UNAVAILABLE", metricValue: null } });
    expect(await trigger.metrics()).toEqual({
      error: "rpc error: code = Unavailable desc = no decision yet: the policy is starting",
    });
    rig.tick();
    expect(await trigger.metricsCached()).toMatchObject({ values: [{ quantity: "7" }] });
  });

  test("for the metric twice when the ticks have stopped, and reads no number", async () => {
    const rig = await startKedaRig();
    const trigger = await client().keda.trigger(address(rig));
    rig.time.advance(seconds(4));
    const calls = ["GetMetricSpec OK", "GetMetrics UNAVAILABLE", "GetMetrics UNAVAILABLE"];
    expect(await round(rig, "poll, ticks stopped", () => ask(trigger))).toEqual(calls);
  });

  test.each([
    {
      why: "whose policy is unknown",
      parts: { metadata: { policy: "other" } },
      error: /code = NotFound desc = policy "other" is not available in namespace "ai-inference"$/,
      code: "NOT_FOUND",
    },
    {
      why: "from another namespace, which learns no more",
      parts: { namespace: "team-b" },
      error: NOT_AVAILABLE,
      code: "NOT_FOUND",
    },
    {
      why: "that names no policy",
      parts: { metadata: {} },
      error: /code = InvalidArgument desc = /,
      code: "INVALID_ARGUMENT",
    },
  ])("for the spec of a trigger twice $why", async ({ parts, error, code }) => {
    const rig = await startKedaRig();
    const trigger = await client().keda.trigger(address(rig), parts);
    expect(await trigger.specCached()).toEqual({ error: "got empty metric spec" });
    expect(rig.telemetry.requests).toEqual([`GetMetricSpec ${code}`, `GetMetricSpec ${code}`]);
    expect(await trigger.metrics()).toEqual({ error: expect.stringMatching(error) });
  });

  test("for a metric that is not there, and learns nothing", async () => {
    const rig = await startKedaRig();
    const trigger = await client().keda.trigger(address(rig));
    expect(await trigger.metrics("s0-queue-length")).toEqual({ error: expect.stringMatching(/NotFound/) });
    expect(rig.telemetry.refusals).toEqual(["unknownMetric"]);
  });

  test("what the scaled object adds: all metadata but the policy's name is nothing to us", async () => {
    const rig = await startKedaRig();
    const metadata = { policy: "embedder", enableTLS: "false", unsafeSsl: "false", queueName: "orders" };
    const trigger = await client().keda.trigger(address(rig), { metadata });
    expect(await trigger.metrics()).toMatchObject({ values: [{ quantity: "7" }] });
    expect(rig.telemetry.scaledObjects).toEqual(new Set(["ai-inference/embedder"]));
  });

  /** What KEDA's scale loop does with one trigger: the spec, and for each of its metrics value and activity. */
  async function ask(trigger: KedaTrigger, timeoutMs = 0): Promise<string> {
    const specs = await trigger.specCached(timeoutMs);
    return "error" in specs ? specs.error : text(await trigger.metricsCached(timeoutMs));
  }

  /** Returns the calls that came in, and takes them down for the table. */
  async function round({ telemetry }: ScalerRig, name: string, asking: () => Promise<string>) {
    const before = telemetry.requests.length;
    const result = await asking();
    const calls = telemetry.requests.slice(before);
    orders.push([client().release, name, calls.join(", ").replaceAll(" OK", ""), result]);
    return calls;
  }
});

function text(reading: Awaited<ReturnType<KedaTrigger["metrics"]>>): string {
  if ("error" in reading) return reading.error;
  return (
    reading.values.map(({ name, quantity }) => `${name} = ${quantity}`).join(", ") +
    (reading.active ? ", active" : "")
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = ORDERS_HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return lines.join("\n");
}
