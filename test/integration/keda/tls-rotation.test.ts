// What becomes of calls and connections while certificates are replaced, well or badly.

import { once } from "node:events";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";

import { CertificateFiles } from "../../../src/adapters/certificate-files.ts";
import { hours, instant } from "../../../src/domain/units.ts";
import { CertificateAuthority } from "../../support/certificate-authority.ts";
import { certificateFolder } from "../../support/certificate-folder.ts";
import { buildTrigger } from "../../support/keda-client.ts";
import { RecordingLogger, RecordingTelemetry } from "../../support/recording-telemetry.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { KEDA_NAME, outcomeText, serverPair, startTlsRig, type TlsRig } from "../../support/tls-rig.ts";
import { until } from "../../support/until.ts";

const TRIGGER = buildTrigger();

describe("while certificates are replaced", () => {
  test("as Kubernetes does it, open connections stay and new ones get what is new, time and again", async () => {
    const rig = await startTlsRig();
    const old = rig.caller(rig.clientCa.issue({ name: KEDA_NAME }));
    expect((await old.poll(TRIGGER)).value).toBe(7);
    let trusted = rig.serverCa;
    for (const name of ["second", "third", "fourth"]) {
      const next = new CertificateAuthority(name);
      await rig.folder.swap(rig.contents(serverPair(next)));
      await rig.files.poll();
      expect([await rig.ask(trusted), await rig.ask(next)]).toEqual(["UNAVAILABLE", "7"]);
      trusted = next;
    }
    expect((await old.poll(TRIGGER)).value).toBe(7);
  });

  test("callers of an old CA are answered until it leaves the bundle, those of the new one from its first day", async () => {
    const rig = await startTlsRig();
    const nextCa = new CertificateAuthority("next callers");
    const [early, late] = [rig.clientCa, nextCa].map((ca) =>
      ca.issue({ name: KEDA_NAME, purpose: "client" }),
    );
    const ask = async (): Promise<readonly string[]> => {
      const outcomes = await Promise.all(
        [early, late].map((pair) => rig.caller(pair ?? null).getMetrics(TRIGGER)),
      );
      return outcomes.map(outcomeText);
    };
    const open = rig.caller(early ?? null);
    expect((await open.poll(TRIGGER)).value).toBe(7);
    expect(await ask()).toEqual(["7", "UNAVAILABLE"]);
    await rig.folder.swap(rig.contents({ clientCa: `${rig.clientCa.cert}${nextCa.cert}` }));
    await rig.files.poll();
    expect(await ask()).toEqual(["7", "7"]);
    await rig.folder.swap(rig.contents({ clientCa: nextCa.cert }));
    await rig.files.poll();
    expect(await ask()).toEqual(["UNAVAILABLE", "7"]);
    expect((await open.poll(TRIGGER)).value).toBe(7);
  });

  test("a session of a CA that left cannot be taken up again", async () => {
    const rig = await startTlsRig();
    const pair = rig.clientCa.issue({ name: KEDA_NAME });
    const shake = (session?: Buffer): TLSSocket => {
      const own = { host: "127.0.0.1", port: rig.server.port, ca: rig.serverCa.cert };
      const options = { ...own, ...pair, ALPNProtocols: ["h2"] };
      const socket = connectTls(session === undefined ? options : { ...options, session });
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => undefined);
      return socket.resume();
    };
    const [session]: Buffer[] = await once(shake(), "session");
    const again = shake(session);
    await once(again, "secureConnect");
    expect(again.isSessionReused()).toBe(true);
    await rig.folder.swap(rig.contents({ clientCa: new CertificateAuthority("next callers").cert }));
    await rig.files.poll();
    shake(session);
    await until(() => rig.telemetry.refusedConnections.length > 0, "the refusal");
    expect(rig.telemetry.refusedConnections).toEqual(["clientCertificate"]);
  });

  test.each<{ name: string; spoil: (rig: TlsRig) => Promise<void>; problem: RegExp }>([
    {
      name: "a certificate whose key is still the old one",
      spoil: async ({ folder, serverCa }) => await folder.write("tls.crt", serverPair(serverCa).cert),
      problem: /tls\.key is not the key of .*tls\.crt$/,
    },
    {
      name: "an empty certificate",
      spoil: async ({ folder }) => await folder.write("tls.crt", ""),
      problem: /tls\.crt holds no certificate$/,
    },
    {
      name: "half a certificate",
      spoil: async ({ folder, contents }) => await folder.write("tls.crt", contents().cert.slice(0, 300)),
      problem: /tls\.crt holds no certificate$/,
    },
    {
      name: "a certificate that is no DER",
      spoil: async ({ folder }) =>
        await folder.write("tls.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      problem: /tls\.crt holds a certificate that cannot be read: /,
    },
    {
      name: "an empty key",
      spoil: async ({ folder }) => await folder.write("tls.key", ""),
      problem: /tls\.key holds no private key that can be read: /,
    },
    {
      name: "no key",
      spoil: async ({ folder }) => await folder.remove("tls.key"),
      problem: /^ENOENT: .*tls\.key'$/,
    },
    {
      name: "empty CAs",
      spoil: async ({ folder }) => await folder.write("ca.crt", "\n"),
      problem: /ca\.crt holds no certificate$/,
    },
    {
      name: "a pair that has ended",
      spoil: async ({ folder, contents, serverCa }) =>
        await folder.swap(contents(serverPair(serverCa, { fromHours: -2, toHours: -1 }))),
      problem: /tls\.crt holds a certificate that is not valid: it ended at 20/,
    },
    {
      name: "a pair that has not begun",
      spoil: async ({ folder, contents, serverCa }) =>
        await folder.swap(contents(serverPair(serverCa, { fromHours: 1, toHours: 2 }))),
      problem: /tls\.crt holds a certificate that is not valid: it begins only at 20/,
    },
  ])(
    "by $name, the last good ones stay, and log and metric say why; good ones are taken after that",
    async ({ spoil, problem }) => {
      const rig = await startTlsRig();
      await spoil(rig);
      for (const _ of [1, 2, 3]) {
        await rig.files.poll();
        expect(await rig.ask()).toBe("7");
      }
      const errors = rig.filesLogger.lines.filter(({ level }) => level === "error");
      expect(errors.map(({ fields }) => String(fields["problem"]))).toEqual([expect.stringMatching(problem)]);
      const next = new CertificateAuthority("next");
      await rig.folder.swap(rig.contents(serverPair(next)));
      await rig.files.poll();
      expect(await rig.ask(next)).toBe("7");
      expect(rig.filesTelemetry.certificateReports.map(({ isGood }) => isGood)).toEqual([true, false, true]);
    },
  );

  test("one file after the other, nothing is said of the moment between", async () => {
    const rig = await startTlsRig();
    const next = new CertificateAuthority("next");
    const { cert, key } = serverPair(next);
    await rig.folder.write("tls.crt", cert);
    await rig.files.poll();
    expect(await rig.ask()).toBe("7");
    await rig.folder.write("tls.key", key);
    await rig.files.poll();
    expect(await rig.ask(next)).toBe("7");
    expect(rig.filesLogger.lines.map(({ level }) => level)).toEqual(["info", "info"]);
  });

  test("by a pair of a time to come, it is taken once that time has come", async () => {
    let at = instant(Date.now());
    const rig = await startTlsRig({ now: () => at, first: { fromHours: -5 } });
    const next = new CertificateAuthority("next");
    // Begun for OpenSSL, which has the machine's clock; not yet for ours.
    at = instant(at - hours(2));
    await rig.folder.swap(rig.contents(serverPair(next)));
    const before = rig.files.current();
    for (const _ of [1, 2]) await rig.files.poll();
    expect(rig.files.current()).toEqual(before);
    at = instant(at + hours(2));
    await rig.files.poll();
    expect(await rig.ask(next)).toBe("7");
  });

  test("again and again, no call over a new connection is lost", async () => {
    const rig = await startTlsRig({ connectionLimits: { connectionsPerAddressMax: 1000 } });
    let isOver = false;
    const asking = (async () => {
      const answers: string[] = [];
      while (!isOver) answers.push(await rig.ask());
      return answers;
    })();
    for (let round = 0; round < 25; round += 1) {
      if (round % 3 === 0) await rig.folder.write("tls.crt", serverPair(rig.serverCa).cert);
      else await rig.folder.swap(rig.contents(serverPair(rig.serverCa)));
      await rig.files.poll();
    }
    isOver = true;
    const answers = await asking;
    expect(new Set(answers)).toEqual(new Set(["7"]));
  });

  test("metrics tell when what is in use ends", async () => {
    const rig = await startTlsRig({ first: { toHours: 5 } });
    const { certFile, clientCaFile } = rig.folder.paths;
    const [report] = rig.filesTelemetry.certificateReports;
    expect(report?.ends.map(({ file }) => file)).toEqual([certFile, clientCaFile]);
    const hoursLeft = report?.ends.map(({ at }) => Math.round((at - Date.now()) / hours(1)));
    expect(hoursLeft).toEqual([5, 24]);
  });
});

describe("without good certificates at the start", () => {
  test("there is no server", async () => {
    const ca = new CertificateAuthority("any");
    const folder = await certificateFolder(await temporaryDirectory(), {
      ...serverPair(ca),
      clientCa: ca.cert,
    });
    await folder.write("tls.key", serverPair(ca).key);
    await expect(
      CertificateFiles.open({
        paths: folder.paths,
        now: () => instant(Date.now()),
        logger: new RecordingLogger(),
        telemetry: new RecordingTelemetry(),
      }),
    ).rejects.toThrow(/tls\.key is not the key of/);
  });
});
