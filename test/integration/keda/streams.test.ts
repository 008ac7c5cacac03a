// StreamIsActive and StreamMetricSpec over real gRPC, their limits, and the drain.

import { describe, expect, test } from "vitest";
import { minutes, seconds } from "../../../src/domain/units.ts";
import { watchHealth } from "../../support/health-client.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { frame, RawConnection } from "../../support/raw-grpc.ts";
import { startRig } from "../../support/scaler-rig.ts";

const TRIGGER = buildTrigger();
const ACTIVE = { result: true };

describe("streams", () => {
  test("an edge reaches every open stream, and silence is kept otherwise", async () => {
    const { keda, time, tick, telemetry } = await startRig({
      record: { active: false, replicas: 0, desired: 0 },
    });
    const streams = [keda.streamIsActive(TRIGGER), keda.streamIsActive(TRIGGER)];
    const specs = keda.streamMetricSpec(TRIGGER);
    await specs.until(() => specs.messages.length === 1);
    while (telemetry.openStreams < 3) await keda.isActive(TRIGGER);
    for (const active of [false, true, true, false, true]) {
      time.advance(seconds(1));
      tick({ active, replicas: 1, desired: 1 });
    }
    await Promise.all(streams.map((stream) => stream.until(() => stream.messages.length === 2)));
    expect(streams.map(({ messages, end }) => ({ messages, end }))).toEqual([
      { messages: [ACTIVE, ACTIVE], end: null },
      { messages: [ACTIVE, ACTIVE], end: null },
    ]);
    expect(specs.messages).toEqual([
      { metricSpecs: [{ metricName: "desired-replicas", targetSize: 1, targetSizeFloat: 1 }] },
    ]);
  });

  test("while active at zero replicas it is said again every 30 s", async () => {
    const { keda, time, tick } = await startRig({ record: { active: true, replicas: 1, desired: 0 } });
    const stream = keda.streamIsActive(TRIGGER);
    await stream.until(() => stream.messages.length === 1);
    for (let second = 1; second <= 65; second += 1) {
      time.advance(seconds(1));
      tick({ active: true, replicas: 1, desired: 0 });
    }
    await stream.until(() => stream.messages.length === 3);
    expect(stream.messages).toEqual([ACTIVE, ACTIVE, ACTIVE]);
  });

  test("end with OK before the connection is too old, so that KEDA comes back at once", async () => {
    const { keda, time, telemetry, tick } = await startRig();
    const streams = [keda.streamIsActive(TRIGGER), keda.streamMetricSpec(TRIGGER)];
    await Promise.all(streams.map((stream) => stream.until(() => stream.messages.length === 1)));
    time.advance(minutes(9));
    expect(await Promise.all(streams.map((stream) => stream.ended()))).toEqual(["OK", "OK"]);
    while (telemetry.openStreams > 0) await keda.isActive(TRIGGER);
    tick();
    const again = keda.streamIsActive(TRIGGER);
    await again.until(() => again.messages.length === 1);
  });

  test("beyond the limit are refused, and have a place once another has gone", async () => {
    const { keda, telemetry } = await startRig({ limits: { streamsMax: 1 } });
    const first = keda.streamIsActive(TRIGGER);
    await first.until(() => first.messages.length === 1);
    const second = keda.streamMetricSpec(TRIGGER);
    expect(await second.ended()).toBe("RESOURCE_EXHAUSTED too many open streams");
    first.cancel();
    while (telemetry.openStreams > 0) await keda.isActive(TRIGGER);
    const third = keda.streamMetricSpec(TRIGGER);
    await third.until(() => third.messages.length === 1);
  });

  test("10,000 of them open on one connection, hear an edge, and end", async () => {
    const { keda, server, tick, telemetry } = await startRig({
      record: { active: false, replicas: 0, desired: 0 },
    });
    const streams = Array.from({ length: 10_000 }, () => keda.streamIsActive(TRIGGER));
    while (telemetry.openStreams < 10_000) await keda.isActive(TRIGGER);
    tick({ active: true, replicas: 1, desired: 0 });
    await Promise.all(streams.map((stream) => stream.until(() => stream.messages.length === 1)));
    await server.drain(seconds(10));
    const ends = await Promise.all(streams.map((stream) => stream.ended()));
    expect(new Set(ends)).toEqual(new Set(["OK"]));
  });
});

describe("the drain", () => {
  test("ends streams with OK, lets a call in flight finish, and refuses new connections", async () => {
    const rig = await startRig();
    const other = await startRig();
    const streams = [rig.keda.streamIsActive(TRIGGER), rig.keda.streamMetricSpec(TRIGGER)];
    await Promise.all(streams.map((stream) => stream.until(() => stream.messages.length === 1)));
    const inFlight = new RawConnection(rig.server.port).begin("GetMetricSpec");
    const message = Buffer.from([0x12, 0x0c, ...Buffer.from("ai-inference")]);
    inFlight.stream.write(frame(message).subarray(0, 4));
    while (!rig.telemetry.requests.includes("IsActive OK")) await rig.keda.isActive(TRIGGER);

    const drained = rig.server.drain(seconds(10));
    expect(await Promise.all(streams.map((stream) => stream.ended()))).toEqual(["OK", "OK"]);
    inFlight.stream.end(frame(message).subarray(4));
    expect(await inFlight.ended).toBe(
      "3 the trigger's metadata must name a policy: policy is missing or empty",
    );
    await drained;

    const late = new KedaClient(rig.server.port);
    expect(await late.isActive(TRIGGER)).toMatchObject({ code: "UNAVAILABLE" });
    late.close();
    expect((await other.keda.poll(TRIGGER)).value).toBe(7);
  });

  test("does not wait longer than its limit for a caller who never finishes", async () => {
    const { server, telemetry, keda } = await startRig();
    const stuck = new RawConnection(server.port).begin("GetMetrics");
    stuck.stream.write(Buffer.from([0]));
    await keda.isActive(TRIGGER);
    expect(telemetry.requests).toEqual(["IsActive OK"]);
    const startedMs = performance.now();
    await server.drain(seconds(0.2));
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(await stuck.ended).toBe("4 the deadline of 1000 ms is over");
  });

  test("is announced to whoever watches the health of the service", async () => {
    const { server } = await startRig();
    const watch = watchHealth(server.port, "externalscaler.ExternalScaler");
    expect(await watch.next()).toBe("SERVING");
    const drained = server.drain(seconds(10));
    expect([await watch.next(), await watch.next()]).toEqual(["NOT_SERVING", "ended OK"]);
    await drained;
  });
});

describe("health", () => {
  test.each(["", "externalscaler.ExternalScaler"])(
    "of %j follows what the server is told",
    async (service) => {
      const { server } = await startRig();
      const watch = watchHealth(server.port, service);
      const seen = [await watch.next()];
      server.setServing(false);
      seen.push(await watch.next());
      server.setServing(true);
      seen.push(await watch.next());
      expect(seen).toEqual(["SERVING", "NOT_SERVING", "SERVING"]);
    },
  );
});
