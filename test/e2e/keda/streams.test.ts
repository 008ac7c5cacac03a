// The streams of external-push triggers as KEDA's own client holds them: edges, re-assertion, drain and coming back.

import { expect, test } from "vitest";
import { type Millis, seconds } from "../../../src/domain/units.ts";
import type { ScalerRig } from "../../support/scaler-rig.ts";
import { describeEachRelease } from "./each-release.ts";
import type { KedaTrigger } from "./keda-process.ts";
import { startKedaRig } from "./keda-rig.ts";

const AT_ZERO = { active: false, replicas: 0, desired: 0 };
const WOKEN = { active: true, replicas: 1, desired: 0 };
const SPECS = [{ name: "s0-desired-replicas", quantity: "1", kind: "AverageValue" }];
const DRAIN_TIMEOUT: Millis = seconds(5);

describeEachRelease("holds streams", (client) => {
  const streamsOf = (): number => (client().release === "v2.20.2" ? 1 : 2);

  /** Opens the streams of a push trigger; resolves once the scaler has them. */
  async function run(rig: ScalerRig): Promise<KedaTrigger> {
    const trigger = await client().keda.trigger(`127.0.0.1:${rig.server.port}`, { push: true });
    await trigger.run();
    while (rig.telemetry.openStreams < streamsOf()) await trigger.spec();
    return trigger;
  }

  test("and is told of each edge to active once, and of nothing else", async () => {
    const rig = await startKedaRig({ record: AT_ZERO });
    const trigger = await run(rig);
    expect(trigger.pushed).toEqual([]);
    for (const active of [true, true, false, true, true]) {
      rig.time.advance(seconds(1));
      rig.tick({ active, replicas: 1, desired: 1 });
    }
    await trigger.untilPushed(2);
    await trigger.metrics();
    expect(trigger.pushed).toEqual([true, true]);
    await trigger.stop();
  });

  test("and is told at once of a policy that is active already", async () => {
    const rig = await startKedaRig();
    const trigger = await run(rig);
    await trigger.untilPushed(1);
    expect(trigger.pushed).toEqual([true]);
    await trigger.stop();
  });

  test("and is told again every 30 s so long as the workload stays at zero", async () => {
    const rig = await startKedaRig({ record: AT_ZERO });
    const trigger = await run(rig);
    const tickFor = (count: number, record: Parameters<ScalerRig["tick"]>[0]): void => {
      for (let second = 0; second < count; second += 1) {
        rig.time.advance(seconds(1));
        rig.tick(record);
      }
    };
    tickFor(62, WOKEN);
    await trigger.untilPushed(3);
    tickFor(62, { ...WOKEN, desired: 1 });
    await trigger.metrics();
    expect(trigger.pushed).toEqual([true, true, true]);
    await trigger.stop();
  });

  test("that end when it gives up the trigger", async () => {
    const rig = await startKedaRig({ record: AT_ZERO });
    const trigger = await run(rig);
    await trigger.stop();
    while (rig.telemetry.openStreams > 0) await trigger.spec();
    expect(trigger.events.map(({ event }) => event).filter((event) => event !== "specs")).toEqual([
      "stopped",
    ]);
  });

  test("that a drain ends with OK, and comes back two seconds later", async () => {
    const { keda } = client();
    const rig = await startKedaRig();
    const trigger = await run(rig);
    await trigger.untilPushed(1);
    const logged = keda.log.length;
    const drained = rig.server.drain(DRAIN_TIMEOUT);
    await keda.until(() => keda.log.slice(logged).includes("retry backoff"));
    const [ended = ""] = keda.log.slice(logged).split("retry backoff");
    expect(ended).not.toMatch(/error/i);
    await drained;
    const next = await startKedaRig({ address: `127.0.0.1:${rig.server.port}` });
    await trigger.untilPushed(2);
    expect(next.telemetry.openStreams).toBeGreaterThanOrEqual(1);
    expect(await trigger.metrics()).toMatchObject({ values: [{ quantity: "7" }] });
    await trigger.stop();
  });

  test("with the spec on one of them, which is then no longer asked for (since v2.21)", async () => {
    const { keda, release } = client();
    const rig = await startKedaRig();
    const trigger = await run(rig);
    const streamed = (): boolean => trigger.events.some(({ event }) => event === "specs");
    if (release !== "v2.20.2") await keda.until(streamed);
    const before = rig.telemetry.requests.length;
    expect(await trigger.specCached()).toEqual(SPECS);
    await trigger.metricsCached();
    const values = ["GetMetrics OK", "IsActive OK"];
    const asked = rig.telemetry.requests.slice(before);
    if (release === "v2.20.2") {
      expect(streamed()).toBe(false);
      expect(asked).toEqual(["GetMetricSpec OK", ...values]);
    } else {
      expect(trigger.events.filter(({ event }) => event === "specs")).toEqual([
        { event: "specs", specs: SPECS },
      ]);
      expect(asked).toEqual(values);
    }
    await trigger.stop();
  });
});
