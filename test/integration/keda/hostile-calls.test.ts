// Single calls that are not as they should be: compressed without end, with headers without end, or over at once.

import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { loadExternalScalerProto } from "../../../src/keda/proto.ts";
import { buildTrigger } from "../../support/keda-client.ts";
import { frame, type RawCall, RawConnection } from "../../support/raw-grpc.ts";
import { startRig } from "../../support/scaler-rig.ts";
import { until } from "../../support/until.ts";

const TRIGGER = buildTrigger();
const GZIP = { "grpc-encoding": "gzip" };

function isActiveMessage(): Buffer {
  const message = loadExternalScalerProto().service["IsActive"]?.requestSerialize(TRIGGER);
  if (message === undefined) throw new Error("the service lacks IsActive");
  return message;
}

/** A whole call of IsActive whose message is compressed. */
function compressed(connection: RawConnection, message: Uint8Array): RawCall {
  const call = connection.begin("IsActive", GZIP);
  const framed = frame(gzipSync(message));
  framed[0] = 1;
  call.stream.end(framed);
  return call;
}

test("a compressed message is read; one that would grow beyond the limit is not", async () => {
  const { server, keda } = await startRig();
  const connection = new RawConnection(server.port);
  expect(await compressed(connection, isActiveMessage()).ended).toBe("0 OK");
  const rssBefore = process.memoryUsage().rss;
  const bomb = Buffer.alloc(60 * 2 ** 20);
  expect(await compressed(connection, bomb).ended).toMatch(/^8 /);
  expect(process.memoryUsage().rss - rssBefore).toBeLessThan(150 * 2 ** 20);
  expect((await keda.poll(TRIGGER)).value).toBe(7);
});

test("fields that we do not know are passed over", async () => {
  const { server } = await startRig();
  const connection = new RawConnection(server.port);
  // Field 900 as text, field 901 as a number.
  const more = Buffer.concat([
    Buffer.from([0xa2, 0x38, 0x02]),
    Buffer.from("hi"),
    Buffer.from([0xa8, 0x38, 0x07]),
  ]);
  expect(await connection.call("IsActive", Buffer.concat([isActiveMessage(), more])).ended).toBe("0 OK");
});

test.each([
  { name: "a header of 300 kB", headers: { note: "n".repeat(300_000) } },
  {
    name: "two thousand headers",
    headers: Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`x-${n}`, "v"])),
  },
])("$name ends its own call, at most its own connection", async ({ headers }) => {
  const { server, keda } = await startRig();
  const call = new RawConnection(server.port).begin("IsActive", headers);
  call.stream.end(frame(isActiveMessage()));
  await call.ended;
  expect((await keda.poll(TRIGGER)).value).toBe(7);
});

test("a call whose time is over when it comes is DEADLINE_EXCEEDED, or answered", async () => {
  const { server, telemetry } = await startRig();
  const call = new RawConnection(server.port).begin("IsActive", { "grpc-timeout": "0n" });
  call.stream.end(frame(isActiveMessage()));
  expect(await call.ended).toMatch(/^(4 Deadline exceeded|0 OK)$/);
  expect(telemetry.requests).toHaveLength(1);
});

test("calls that are cancelled in the middle leave nothing behind", async () => {
  const { server, keda, telemetry } = await startRig();
  const connection = new RawConnection(server.port);
  for (let index = 0; index < 200; index += 1) {
    const call = connection.begin("StreamIsActive");
    call.stream.write(frame(isActiveMessage()).subarray(0, 7));
    call.stream.close(8);
    await call.ended;
  }
  expect((await keda.poll(TRIGGER)).value).toBe(7);
  await until(() => telemetry.openStreams === 0, "the end of all streams");
});
