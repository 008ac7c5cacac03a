// Reflection is there for development only, where the configuration asks for it.

import { Client, credentials, status } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { startRig } from "../../support/scaler-rig.ts";

const PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/** ServerReflectionRequest { list_services: "" }: field 7, a string of length 0. */
const LIST_SERVICES = Buffer.from([0x3a, 0x00]);

test.each([
  { reflection: false, end: "UNIMPLEMENTED", names: false },
  { reflection: true, end: "OK", names: true },
])("reflection: $reflection ends a question with $end", async ({ reflection, end, names }) => {
  const { server } = await startRig({ reflection });
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
  });
  const same = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest(PATH, same, same);
  let text = "";
  call.on("data", (bytes: Buffer) => {
    text += bytes.toString("latin1");
    call.end();
  });
  call.on("error", () => undefined);
  const ended = new Promise((resolve) => {
    call.on("status", ({ code }) => {
      resolve(status[code]);
    });
  });
  call.write(LIST_SERVICES);
  expect(await ended).toBe(end);
  expect(text.includes("externalscaler.ExternalScaler")).toBe(names);
});
