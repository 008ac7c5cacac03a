// Calls answered at the other end of a line, as in a thread of its own: answers, health, counts, logs and the drain.

import { once } from "node:events";
import { createServer } from "node:net";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { addCounts, CallTally } from "../../../src/cli/call-tally.ts";
import type { FromRpc, Line, RpcSettings, ToRpc } from "../../../src/cli/rpc-messages.ts";
import { serveRpc } from "../../../src/cli/rpc-server.ts";
import { frontOver } from "../../../src/cli/rpc-thread.ts";
import { Registry } from "../../../src/control/registry.ts";
import { initialState } from "../../../src/domain/state.ts";
import { instant, seconds } from "../../../src/domain/units.ts";
import { watchHealth } from "../../support/health-client.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { RecordingLogger, RecordingTelemetry } from "../../support/recording-telemetry.ts";
import { buildRecord, fillRegistry } from "../../support/registry-builder.ts";

const SETTINGS: RpcSettings = {
  address: "127.0.0.1:0",
  deadline: seconds(1),
  maxMessageBytes: 65_536,
  reflection: false,
  tickInterval: seconds(60),
  tls: null,
};

function lineOver<Sent, Received>(port: MessagePort): Line<Sent, Received> {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
  };
}

function lines(): { ticking: Line<ToRpc, FromRpc>; answering: Line<FromRpc, ToRpc> } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  return { ticking: lineOver(port1), answering: lineOver(port2) };
}

function recordNow(replicas: number, active = true): ReturnType<typeof buildRecord> {
  return buildRecord({ at: instant(Date.now()), replicas, active });
}

test("calls get what the registry holds by then, health what the service says, and counts come back", async () => {
  const registry = fillRegistry(new Registry());
  const [telemetry, logger] = [new RecordingTelemetry(), new RecordingLogger()];
  const { ticking, answering } = lines();
  void serveRpc(answering, SETTINGS);
  const front = await frontOver(ticking, { registry, telemetry, logger });
  const keda = new KedaClient(front.port);
  onTestFinished(() => keda.close());
  const value = async (): Promise<unknown> => await keda.getMetrics(buildTrigger());

  expect(await value()).toMatchObject({ code: "UNAVAILABLE" });
  const record = recordNow(7);
  registry.publish(record.policy, initialState(), record);
  front.setServing(true);
  await front.settled();
  expect(await watchHealth(front.port, "").next()).toBe("SERVING");
  expect(await value()).toMatchObject({
    answer: { metricValues: [{ metricValue: 7, metricValueFloat: 7 }] },
  });
  expect(await keda.isActive(buildTrigger())).toEqual({ answer: { result: true } });

  const next = recordNow(9);
  registry.publish(next.policy, initialState(), next);
  await front.settled();
  expect(await value()).toMatchObject({ answer: { metricValues: [{ metricValue: 9 }] } });
  expect(await keda.getMetrics(buildTrigger({ policy: "stranger" }))).toMatchObject({ code: "NOT_FOUND" });

  await front.drain(seconds(1));
  expect(telemetry.requests.filter((text) => !text.startsWith("Watch")).toSorted()).toEqual([
    "GetMetrics NOT_FOUND",
    "GetMetrics OK",
    "GetMetrics OK",
    "GetMetrics UNAVAILABLE",
    "IsActive OK",
  ]);
  expect([...telemetry.scaledObjects]).toEqual(["ai-inference/embedder"]);
  expect(telemetry.refusals).toEqual(["unknownPolicy"]);
  expect(logger.lines.map(({ level, message }) => [level, message])).toEqual([
    ["warn", "a caller asked for a policy or metric that it may not have"],
  ]);
  expect(front.takeLagSeconds()).toBeGreaterThanOrEqual(0);
});

test("a policy that becomes active is told to an open stream, and one that is forgotten is not found", async () => {
  const registry = fillRegistry(new Registry());
  const { ticking, answering } = lines();
  void serveRpc(answering, SETTINGS);
  const front = await frontOver(ticking, {
    registry,
    telemetry: new RecordingTelemetry(),
    logger: new RecordingLogger(),
  });
  const keda = new KedaClient(front.port);
  onTestFinished(async () => {
    keda.close();
    await front.drain(seconds(0.1));
  });
  const idle = recordNow(0, false);
  registry.publish(idle.policy, initialState(), idle);
  await front.settled();
  const stream = keda.streamIsActive(buildTrigger());
  const active = recordNow(2);
  registry.publish(active.policy, initialState(), active);
  await stream.until(() => stream.messages.length > 0);
  expect(stream.messages).toEqual([{ result: true }]);
  registry.apply([], { rejected: [], at: instant(0) });
  registry.forget(instant(Date.now()));
  await front.settled();
  expect(await keda.getMetrics(buildTrigger())).toMatchObject({ code: "NOT_FOUND" });
});

test("an address that is taken is said as the reason why it cannot start", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { ticking, answering } = lines();
  void serveRpc(answering, { ...SETTINGS, address: `127.0.0.1:${port}` });
  const needs = {
    registry: new Registry(),
    telemetry: new RecordingTelemetry(),
    logger: new RecordingLogger(),
  };
  await expect(frontOver(ticking, needs)).rejects.toThrow(`cannot listen on 127.0.0.1:${port} for gRPC`);
});

test("counts are taken away once, and add up to the calls", () => {
  const tally = new CallTally();
  tally.grpcRequest("GetMetrics", "OK", 0.25);
  tally.grpcRequest("GetMetrics", "OK", 0.5);
  tally.scaledObjectRequest("ai", "one");
  tally.scaledObjectRequest("ai", "one");
  tally.policyRefused("unknownMetric");
  tally.streams(3);
  tally.connections(2);
  tally.connectionRefused("subject");
  const certificates = { certFile: "/tls/tls.crt", isGood: true, ends: [] };
  tally.certificates(certificates);
  const counts = tally.take(0.125);
  expect(counts).toEqual({
    calls: [{ method: "GetMetrics", code: "OK", durations: [0.25, 0.5] }],
    scaledObjects: [{ namespace: "ai", name: "one", calls: 2 }],
    refusals: ["unknownMetric"],
    refusedConnections: ["subject"],
    certificates,
    streams: 3,
    connections: 2,
    lagSeconds: 0.125,
  });
  expect(tally.take(0)).toEqual({
    calls: [],
    scaledObjects: [],
    refusals: [],
    refusedConnections: [],
    certificates: null,
    streams: 3,
    connections: 2,
    lagSeconds: 0,
  });
  const telemetry = new RecordingTelemetry();
  addCounts(telemetry, counts);
  expect(telemetry.requests).toEqual(["GetMetrics OK", "GetMetrics OK"]);
  expect(telemetry.openStreams).toBe(3);
  expect(telemetry.refusals).toEqual(["unknownMetric"]);
  expect(telemetry.refusedConnections).toEqual(["subject"]);
  expect(telemetry.openConnections).toBe(2);
  expect(telemetry.certificateReports).toEqual([certificates]);
});
