// mTLS: which callers are answered, and what the others get.

import { once } from "node:events";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { credentials } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";

import { instant } from "../../../src/domain/units.ts";
import { CertificateAuthority, type CertificateParts } from "../../support/certificate-authority.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { KEDA_NAME, serverPair, startTlsRig, type TlsRig } from "../../support/tls-rig.ts";

const TRIGGER = buildTrigger();

describe("a caller whose certificate", () => {
  test.each<{ name: string; parts: CertificateParts }>([
    { name: "has an allowed common name", parts: { name: KEDA_NAME, purpose: "client" } },
    { name: "has an allowed DNS name", parts: { name: "", alternatives: ["other", KEDA_NAME] } },
  ])("$name is answered", async ({ parts }) => {
    const rig = await startTlsRig();
    expect((await rig.caller(rig.clientCa.issue(parts)).poll(TRIGGER)).value).toBe(7);
    expect(rig.telemetry.refusedConnections).toEqual([]);
  });

  test("has an allowed URI is answered", async () => {
    const uri = "spiffe://cluster.local/ns/keda/sa/keda-operator";
    const rig = await startTlsRig();
    const { files: certificates } = rig;
    const now = () => instant(Date.now());
    const other = await startTlsRig({ tls: { certificates, allowedSubjects: [uri], now } });
    const pair = rig.clientCa.issue({ name: "", alternatives: [uri] });
    const client = new KedaClient(
      other.server.port,
      credentials.createSsl(Buffer.from(rig.serverCa.cert), Buffer.from(pair.key), Buffer.from(pair.cert)),
    );
    onTestFinished(() => client.close());
    expect((await client.poll(TRIGGER)).value).toBe(7);
  });

  test("is for another subject gets PERMISSION_DENIED to every call, and a log line says for whom", async () => {
    const rig = await startTlsRig();
    const pair = rig.clientCa.issue({ name: "intruder", alternatives: ["keda-operator.evil"] });
    const caller = rig.caller(pair);
    const denied = {
      code: "PERMISSION_DENIED",
      details: "the client certificate is not for an allowed subject",
    };
    expect(await caller.getMetrics(TRIGGER)).toEqual(denied);
    expect(await caller.getMetricSpec(TRIGGER)).toEqual(denied);
    expect(await caller.streamIsActive(TRIGGER).ended()).toBe(`PERMISSION_DENIED ${denied.details}`);
    await rig.caller(pair).isActive(TRIGGER);
    expect(rig.telemetry.requests.toSorted()).toEqual([
      "GetMetricSpec PERMISSION_DENIED",
      "GetMetrics PERMISSION_DENIED",
      "IsActive PERMISSION_DENIED",
      "StreamIsActive PERMISSION_DENIED",
    ]);
    expect(rig.telemetry.openStreams).toBe(0);
    expect(rig.telemetry.refusedConnections).toEqual(["subject", "subject"]);
    expect(rig.logger.lines[0]).toEqual({
      level: "warn",
      fields: {
        reason: "subject",
        address: "127.0.0.1",
        detail: "intruder keda-operator.evil",
        refusalsLeftOut: 0,
      },
      message: "a connection was refused",
    });
    expect(await rig.ask()).toBe("7");
  });

  test.each<{ name: string; parts: Partial<CertificateParts>; detail: string }>([
    { name: "has ended", parts: { fromHours: -2, toHours: -1 }, detail: "CERT_HAS_EXPIRED" },
    { name: "has not begun", parts: { fromHours: 1, toHours: 2 }, detail: "CERT_NOT_YET_VALID" },
    { name: "is one of a server", parts: { purpose: "server" }, detail: "INVALID_PURPOSE" },
  ])("$name gets no connection", async ({ parts, detail }) => {
    const rig = await startTlsRig();
    const caller = rig.caller(rig.clientCa.issue({ name: KEDA_NAME, purpose: "client", ...parts }));
    expect(await caller.getMetrics(TRIGGER)).toMatchObject({ code: "UNAVAILABLE" });
    expect(rig.telemetry.requests).toEqual([]);
    expect(rig.logger.lines[0]?.fields).toMatchObject({ reason: "clientCertificate", detail });
    expect(await rig.ask()).toBe("7");
  });

  test.each<{ name: string; issue: (rig: TlsRig) => ReturnType<CertificateAuthority["issue"]> | null }>([
    { name: "is missing", issue: () => null },
    { name: "is of another CA", issue: () => new CertificateAuthority("callers").issue({ name: KEDA_NAME }) },
    { name: "is of the servers' CA", issue: ({ serverCa }) => serverCa.issue({ name: KEDA_NAME }) },
  ])("$name gets no connection", async ({ issue }) => {
    const rig = await startTlsRig();
    expect(await rig.caller(issue(rig)).getMetrics(TRIGGER)).toMatchObject({ code: "UNAVAILABLE" });
    expect(rig.telemetry.requests).toEqual([]);
    expect(rig.telemetry.refusedConnections).toContain("clientCertificate");
  });
});

describe("a caller that", () => {
  test("speaks gRPC without TLS gets no byte of an answer", async () => {
    const rig = await startTlsRig();
    const socket = connect(rig.server.port, "127.0.0.1");
    const received: Buffer[] = [];
    socket.on("data", (data) => received.push(data));
    socket.on("error", () => undefined);
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    await once(socket, "close");
    // At most a TLS alert: type 21, two bytes of version, a length of two.
    expect(Buffer.concat(received).toString("hex")).toMatch(/^(1503..0002....)?$/);
    expect(await rig.keda.getMetrics(TRIGGER)).toMatchObject({ code: "UNAVAILABLE" });
    expect(new Set(rig.telemetry.refusedConnections)).toEqual(new Set(["handshake"]));
    expect(rig.telemetry.requests).toEqual([]);
  });

  test.each([
    { name: "offers TLS 1.1 at most", options: { maxVersion: "TLSv1.1", minVersion: "TLSv1" } as const },
    { name: "does not ask for HTTP/2", options: { ALPNProtocols: ["http/1.1"] } },
  ])("$name gets no connection", async ({ options }) => {
    const rig = await startTlsRig();
    const pair = rig.clientCa.issue({ name: KEDA_NAME });
    const ciphers = "DEFAULT:@SECLEVEL=0";
    const socket = connectTls({ port: rig.server.port, ca: rig.serverCa.cert, ...pair, ciphers, ...options });
    socket.on("error", () => undefined);
    await new Promise((resolve) => void socket.once("close", resolve));
    expect(rig.telemetry.refusedConnections).toEqual(["handshake"]);
  });

  test("does not trust our certificate harms nobody", async () => {
    const rig = await startTlsRig();
    expect(await rig.ask(new CertificateAuthority("strangers"))).toBe("UNAVAILABLE");
    expect(await rig.ask()).toBe("7");
  });

  test.each<{ name: string; parts: Partial<CertificateParts> }>([
    { name: "an address that is not ours", parts: { alternatives: ["192.0.2.1"] } },
    { name: "a time that is over", parts: { fromHours: -2, toHours: -1 } },
    { name: "a time to come", parts: { fromHours: 1, toHours: 2 } },
  ])(
    "sees in our certificate $name turns away; one with a good one in its place needs no restart",
    async ({ parts }) => {
      const rig = await startTlsRig({ first: parts });
      expect(await rig.ask()).toBe("UNAVAILABLE");
      await rig.folder.swap(rig.contents(serverPair(rig.serverCa)));
      await rig.files.poll();
      expect(await rig.ask()).toBe("7");
    },
  );
});
