// The two servers of the benchmark, one a process: ours, and a bare echo of the same messages. CPU time over IPC.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { PrometheusTelemetry } from "../../../src/adapters/prometheus-telemetry.ts";
import { Registry } from "../../../src/control/registry.ts";
import { seconds } from "../../../src/domain/units.ts";
import { encodeReplicas } from "../../../src/keda/answers.ts";
import { loadExternalScalerProto } from "../../../src/keda/proto.ts";
import { startScalerServer } from "../../../src/keda/server.ts";
import { RecordingLogger } from "../../support/recording-telemetry.ts";
import { buildRecord, fillRegistry, RECORD_AT } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

/** Serves GetMetrics with nothing but the library. */
function startEcho(): Promise<number> {
  const server = new Server();
  const response = encodeReplicas(7);
  server.addService(loadExternalScalerProto().service, {
    GetMetrics: (_call: unknown, callback: (error: null, value: typeof response) => void) => {
      callback(null, response);
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentialsFrom(process.argv[3]), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/** Returns those of a folder with certificate, key and the callers' CA; plain ones without a folder. */
function credentialsFrom(folder: string | undefined): ServerCredentials {
  if (folder === undefined) return ServerCredentials.createInsecure();
  const [ca, cert, key] = ["ca.crt", "tls.crt", "tls.key"].map((file) => readFileSync(join(folder, file)));
  if (ca === undefined || cert === undefined || key === undefined) throw new Error(`nothing in ${folder}`);
  return ServerCredentials.createSsl(ca, [{ cert_chain: cert, private_key: key }], true);
}

async function startOurs(): Promise<number> {
  const { port } = await startScalerServer({
    address: "127.0.0.1:0",
    deadline: seconds(1),
    maxMessageBytes: 65_536,
    reflection: false,
    registry: fillRegistry(new Registry(), { records: [buildRecord()] }),
    // Its time stands still, so the record never gets old.
    clock: new ScriptedTime(RECORD_AT),
    tickInterval: seconds(1),
    telemetry: new PrometheusTelemetry(),
    logger: new RecordingLogger(),
  });
  return port;
}

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMicros: user + system });
});
process.on("disconnect", () => {
  process.exit(0);
});
const port = await (process.argv[2] === "echo" ? startEcho() : startOurs());
process.send?.({ port });
