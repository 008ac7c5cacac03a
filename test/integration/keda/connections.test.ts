// Connections that bring no calls, or too many of them: shed within limits, while honest callers are answered.

import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";

import { millis, seconds } from "../../../src/domain/units.ts";
import { systemTimers } from "../../../src/keda/timers.ts";
import { buildTrigger } from "../../support/keda-client.ts";
import { RawConnection } from "../../support/raw-grpc.ts";
import { type ScalerRig, startRig } from "../../support/scaler-rig.ts";
import { startTlsRig } from "../../support/tls-rig.ts";
import { until } from "../../support/until.ts";

const TRIGGER = buildTrigger();
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const CLIENT_HELLO = Buffer.from("16030100c8010000c40303", "hex");

/** A connection of bare bytes; `closed` resolves with what came over it. */
function dial(port: number, bytes: string | Uint8Array = ""): { socket: Socket; closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => void socket.once("close", () => resolve(received)));
  onTestFinished(() => void socket.destroy());
  if (bytes.length > 0) socket.write(bytes);
  return { socket, closed };
}

async function opened({ telemetry }: ScalerRig, count: number): Promise<void> {
  await until(() => telemetry.openConnections === count, `${count} connections`);
}

describe("a connection that", () => {
  test.each([
    { name: "says nothing", bytes: "" },
    { name: "sends half a preface", bytes: PREFACE.slice(0, 11) },
  ])("$name is over after five seconds", async ({ bytes }) => {
    const rig = await startRig();
    const { closed } = dial(rig.server.port, bytes);
    await opened(rig, 1);
    rig.time.advance(seconds(5));
    rig.tick();
    expect(await closed).toBe("");
    expect(rig.telemetry.refusedConnections).toEqual(["openingTime"]);
    expect(rig.logger.lines[0]?.fields).toEqual({
      reason: "openingTime",
      address: "127.0.0.1",
      refusalsLeftOut: 0,
    });
    expect((await rig.keda.poll(TRIGGER)).value).toBe(7);
  });

  test.each([
    { name: "says nothing", bytes: "" },
    { name: "sends half a handshake", bytes: CLIENT_HELLO },
  ])("$name where TLS is spoken is over after five seconds", async ({ bytes }) => {
    const rig = await startTlsRig();
    const { closed } = dial(rig.server.port, bytes);
    await opened(rig, 1);
    rig.time.advance(seconds(5));
    rig.tick();
    await closed;
    expect(rig.telemetry.refusedConnections).toEqual(["openingTime"]);
    expect(await rig.ask()).toBe("7");
  });

  test.each([
    { name: "speaks HTTP/1", bytes: "GET /metrics HTTP/1.1\r\nHost: tidemark\r\n\r\n" },
    { name: "speaks TLS to a plain port", bytes: CLIENT_HELLO },
    { name: "differs in the last byte of the preface", bytes: `${PREFACE.slice(0, -1)}!` },
  ])("$name is over at once, without an answer", async ({ bytes }) => {
    const rig = await startRig();
    expect(await dial(rig.server.port, bytes).closed).toBe("");
    expect(rig.telemetry.refusedConnections).toEqual(["notHttp2"]);
    expect((await rig.keda.poll(TRIGGER)).value).toBe(7);
  });

  test("only looks whether the port is open is no refusal", async () => {
    for (const rig of [await startRig(), await startTlsRig()]) {
      const { socket, closed } = dial(rig.server.port);
      await opened(rig, 1);
      socket.end();
      await closed;
      await opened(rig, 0);
      expect([rig.telemetry.refusedConnections, rig.logger.lines]).toEqual([[], []]);
    }
  });

  test("sends its preface byte by byte is served", async () => {
    const { server, telemetry } = await startRig();
    const { socket } = dial(server.port);
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
    });
    for (const byte of Buffer.concat([Buffer.from(PREFACE), SETTINGS])) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Its settings and the acknowledgement of ours.
    await until(() => received.includes("\0\0\0\x04\x01"), "settings");
    expect(telemetry.refusedConnections).toEqual([]);
  });

  test("brings a megabyte of calls with its first bytes gets every answer", async () => {
    const { server } = await startRig();
    const metadata = { policy: "embedder", pad: "p".repeat(4000) };
    const request = { ...TRIGGER, scalerMetadata: metadata };
    const { loadExternalScalerProto } = await import("../../../src/keda/proto.ts");
    const message = loadExternalScalerProto().service["IsActive"]?.requestSerialize(request);
    if (message === undefined) throw new Error("the service lacks IsActive");
    const connection = new RawConnection(server.port);
    const calls = Array.from({ length: 250 }, () => connection.call("IsActive", message));
    expect(new Set(await Promise.all(calls.map(({ ended }) => ended)))).toEqual(new Set(["0 OK"]));
  });
});

describe("connections beyond", () => {
  test.each([
    { name: "the most of one address", limits: { connectionsPerAddressMax: 3 }, reason: "addressLimit" },
    { name: "the most of all", limits: { connectionsMax: 3 }, reason: "connectionLimit" },
  ])("$name are closed at once, until another has gone", async ({ limits, reason }) => {
    const rig = await startRig({ connectionLimits: { connectsPerSecondMax: 1000, ...limits } });
    const dialLater = (): ReturnType<typeof dial> => {
      rig.time.advance(millis(10));
      return dial(rig.server.port, PREFACE);
    };
    const first = dialLater();
    dialLater();
    dialLater();
    await opened(rig, 3);
    await dialLater().closed;
    expect(rig.telemetry.refusedConnections).toEqual([reason]);
    first.socket.destroy();
    await opened(rig, 2);
    dialLater();
    await opened(rig, 3);
    expect(rig.telemetry.refusedConnections).toEqual([reason]);
  });

  test("the rate of one address are closed at once, until a second has passed", async () => {
    const rig = await startRig({
      connectionLimits: { connectionsPerAddressMax: 4, connectsPerSecondMax: 2 },
    });
    const dialled = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 1)
        await dial(rig.server.port, "no HTTP/2, so closed").closed;
    };
    await dialled(6);
    const four = Array.from({ length: 4 }, () => "notHttp2");
    expect(rig.telemetry.refusedConnections).toEqual([...four, "addressRate", "addressRate"]);
    rig.time.advance(seconds(1));
    await dialled(3);
    expect(rig.telemetry.refusedConnections.slice(6)).toEqual(["notHttp2", "notHttp2", "addressRate"]);
  });

  test("what may be opening at a time push out the oldest one; those that are through stay", async () => {
    const rig = await startRig({ connectionLimits: { openingMax: 2 } });
    expect((await rig.keda.poll(TRIGGER)).value).toBe(7);
    const oldest = dial(rig.server.port);
    await opened(rig, 2);
    dial(rig.server.port);
    await opened(rig, 3);
    dial(rig.server.port);
    await oldest.closed;
    expect(rig.telemetry.refusedConnections).toEqual(["openingLimit"]);
    expect((await rig.keda.poll(TRIGGER)).value).toBe(7);
  });

  test("ten log lines leave a number", async () => {
    const { server, logger, telemetry, time } = await startRig();
    for (let index = 0; index < 30; index += 1) await dial(server.port, "junk, thirty times in all").closed;
    expect(logger.lines).toHaveLength(10);
    expect(telemetry.refusedConnections).toHaveLength(30);
    time.advance(seconds(1));
    await dial(server.port, "junk, once more, for the count").closed;
    expect(logger.lines.at(-1)?.fields).toMatchObject({ refusalsLeftOut: 20 });
  });
});

describe("a flood over one connection", () => {
  const PING = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const SOME_SETTINGS = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0]);

  test.each([
    { name: "of pings", frames: (count: number) => Buffer.concat(Array.from({ length: count }, () => PING)) },
    {
      name: "of settings",
      frames: (count: number) => Buffer.concat(Array.from({ length: count }, () => SOME_SETTINGS)),
    },
    { name: "of calls that are cancelled at once", frames: resets },
    { name: "of headers that never end", frames: continuations },
  ])("$name leaves another caller its answers", async ({ frames }) => {
    const { server, keda } = await startRig({ timers: systemTimers });
    const { socket } = dial(server.port, Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
    socket.resume();
    for (let round = 0; round < 20; round += 1) {
      if (!socket.destroyed) socket.write(frames(1000));
      const poll = await keda.poll(TRIGGER);
      expect(poll.value).toBe(7);
    }
  });

  test("whose answers nobody reads is bounded in memory", async () => {
    const { server, keda } = await startRig({ timers: systemTimers });
    const socket = connect(server.port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.pause();
    const before = process.memoryUsage().rss;
    const pings = Buffer.concat(Array.from({ length: 10_000 }, () => PING));
    socket.write(Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
    for (let round = 0; round < 30 && !socket.destroyed; round += 1) {
      socket.write(pings);
      await keda.isActive(TRIGGER);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 2 ** 20);
    expect((await keda.poll(TRIGGER)).value).toBe(7);
  });
});

test("a drain ends the connections of those who read and answer nothing", async () => {
  const rig = await startRig({ timers: systemTimers });
  const session = connectHttp2(`http://127.0.0.1:${rig.server.port}`);
  session.on("error", () => undefined);
  const gone = new Promise((resolve) => void session.once("close", resolve));
  const silent = dial(rig.server.port, Buffer.concat([Buffer.from(PREFACE), SETTINGS]));
  silent.socket.pause();
  const opening = dial(rig.server.port);
  await opened(rig, 3);
  await rig.server.drain(millis(300));
  await Promise.all([gone, opening.closed]);
  silent.socket.resume();
  await silent.closed;
  await opened(rig, 0);
});

/** Calls by their headers, each followed by its reset. */
function resets(count: number): Buffer {
  const headers = Buffer.from("838684", "hex");
  const frames = Array.from({ length: count }, (_, index) => {
    const stream = Buffer.alloc(4);
    stream.writeUInt32BE(2 * index + 1);
    const begin = Buffer.concat([Buffer.from([0, 0, headers.length, 1, 4]), stream, headers]);
    return Buffer.concat([begin, Buffer.from([0, 0, 4, 3, 0]), stream, Buffer.from([0, 0, 0, 8])]);
  });
  return Buffer.concat(frames);
}

/** One call whose headers go on in frame after frame. */
function continuations(count: number): Buffer {
  const stream = Buffer.from([0, 0, 0, 1]);
  const begin = Buffer.concat([Buffer.from([0, 0, 3, 1, 0]), stream, Buffer.from("838684", "hex")]);
  const more = Buffer.concat([Buffer.from([0, 0, 0, 9, 0]), stream]);
  return Buffer.concat([begin, ...Array.from({ length: count }, () => more)]);
}
