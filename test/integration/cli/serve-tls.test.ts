// `serve` over mTLS: its configuration, bad files, and the same in a thread of its own.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { credentials } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";

import type { Line } from "../../../src/cli/rpc-messages.ts";
import { serveRpc } from "../../../src/cli/rpc-server.ts";
import { frontOver } from "../../../src/cli/rpc-thread.ts";
import { Registry } from "../../../src/control/registry.ts";
import { instant, seconds } from "../../../src/domain/units.ts";
import { CertificateAuthority, type Pair } from "../../support/certificate-authority.ts";
import { certificateFolder } from "../../support/certificate-folder.ts";
import { command, DEMO_POLICIES, recordingConfiguration, serving } from "../../support/command-line.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { RecordingLogger, RecordingTelemetry } from "../../support/recording-telemetry.ts";
import { buildRecord, fillRegistry } from "../../support/registry-builder.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { outcomeText, serverPair } from "../../support/tls-rig.ts";
import { until } from "../../support/until.ts";

const TRIGGER = buildTrigger();
const [SERVERS, CALLERS] = [new CertificateAuthority("servers"), new CertificateAuthority("callers")];
const KEDA = CALLERS.issue({ name: "keda-operator", purpose: "client" });

function caller(port: number, { cert, key }: Pair): KedaClient {
  const channel = credentials.createSsl(Buffer.from(SERVERS.cert), Buffer.from(key), Buffer.from(cert));
  const client = new KedaClient(port, channel);
  onTestFinished(() => client.close());
  return client;
}

/** A folder with a configuration that names its certificates by relative paths. */
async function configured(): Promise<{ directory: string; config: string }> {
  const directory = await temporaryDirectory();
  await certificateFolder(directory, { ...serverPair(SERVERS), clientCa: CALLERS.cert });
  const tls =
    "{ certFile: tls.crt, keyFile: ./tls.key, clientCaFile: ca.crt, allowedSubjects: [keda-operator] }";
  const config = await recordingConfiguration(directory, { atEnd: "hold" });
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace('"127.0.0.1:0" }', `"127.0.0.1:0", tls: ${tls} }`));
  return { directory, config };
}

test("answers callers with a certificate, tells when its own ends, and drains", async () => {
  const { directory, config } = await configured();
  const service = await serving(config, DEMO_POLICIES);
  const keda = caller(Number(service.grpc.split(":")[1]), KEDA);
  await until(async () => (await keda.poll(TRIGGER)).value !== null, "an answer");
  const page = await (await fetch(`http://${service.http}/metrics`)).text();
  const ends = [...page.matchAll(/^tidemark_certificate_expiry_timestamp_seconds\{file="(.+)"\} (\d+)$/gm)];
  expect(ends.map(([, file]) => file)).toEqual([join(directory, "tls.crt"), join(directory, "ca.crt")]);
  expect(Math.round((Number(ends[0]?.[2]) - Date.now() / 1000) / 3600)).toBe(24);
  expect(page).toContain(
    `tidemark_certificate_last_reload_successful{file="${join(directory, "tls.crt")}"} 1\n`,
  );
  expect(page).toMatch(/^tidemark_connections [1-9]/m);
  expect((await service.stop()).code).toBe(0);
});

test("does not start with a key that is not the certificate's, and says so with 2", async () => {
  const { directory, config } = await configured();
  await writeFile(join(directory, "tls.key"), serverPair(SERVERS).key);
  const ran = await command("serve", "--config", config, "--policies", DEMO_POLICIES);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(`spec.grpc.tls: ${directory}/tls.key is not the key of ${directory}/tls.crt`);
});

test("at the other end of a line, answers, refusals and certificates come through", async () => {
  const folder = await certificateFolder(await temporaryDirectory(), {
    ...serverPair(SERVERS),
    clientCa: CALLERS.cert,
  });
  const record = buildRecord({ at: instant(Date.now()), replicas: 7 });
  const registry = fillRegistry(new Registry(), { records: [record] });
  const [telemetry, logger] = [new RecordingTelemetry(), new RecordingLogger()];
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  void serveRpc(lineOver(port2), {
    address: "127.0.0.1:0",
    deadline: seconds(1),
    maxMessageBytes: 65_536,
    reflection: false,
    tickInterval: seconds(60),
    tls: { ...folder.paths, allowedSubjects: ["keda-operator"] },
  });
  const front = await frontOver(lineOver(port1), { registry, telemetry, logger });
  await front.settled();
  const stranger = CALLERS.issue({ name: "stranger" });
  const outcomes = [
    outcomeText(await caller(front.port, KEDA).getMetrics(TRIGGER)),
    outcomeText(await caller(front.port, stranger).getMetrics(TRIGGER)),
  ];
  await front.drain(seconds(1));
  expect(outcomes).toEqual(["7", "PERMISSION_DENIED"]);
  expect(telemetry.refusedConnections).toEqual(["subject"]);
  expect(telemetry.certificateReports).toMatchObject([{ certFile: folder.paths.certFile, isGood: true }]);
  expect(logger.lines.map(({ message }) => message)).toContain("a connection was refused");
});

function lineOver<Sent, Received>(port: MessagePort): Line<Sent, Received> {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on("message", listener),
  };
}
