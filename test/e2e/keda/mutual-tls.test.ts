// `tidemark serve` over mTLS under KEDA's own client, with what a TriggerAuthentication gives it.

import { expect, onTestFinished, test } from "vitest";

import { CertificateAuthority, type Pair } from "../../support/certificate-authority.ts";
import { type CertificateFolder, certificateFolder } from "../../support/certificate-folder.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";
import { configurationOf, policyOf } from "./documents.ts";
import { describeEachRelease } from "./each-release.ts";
import type { KedaTrigger, Reading, TriggerParts } from "./keda-process.ts";

const ROTATIONS = 4;

describeEachRelease("over mTLS", (client) => {
  test("gets number and activity, and holds its stream", async () => {
    const { replica, keda: pair, serverCa } = await start();
    const trigger = await client().keda.trigger(replica.grpc, { ...withAuth(pair, serverCa), push: true });
    expect(await trigger.spec()).toHaveLength(1);
    expect(await until5(trigger)).toEqual(FIVE);
    await trigger.run();
    await trigger.untilPushed(1);
    await trigger.stop();
  });

  test.each<{
    name: string;
    parts: (made: Made) => TriggerParts;
    error: RegExp;
    said: RegExp | null;
  }>([
    {
      name: "without TLS",
      parts: () => ({}),
      error: /code = Unavailable/,
      said: /"reason":"handshake"/,
    },
    {
      name: "without a certificate of its own",
      parts: ({ serverCa }) => withAuth(null, serverCa),
      error: /code = Unavailable/,
      said: /"reason":"clientCertificate"/,
    },
    {
      name: "with a certificate of another CA",
      parts: ({ serverCa }) => withAuth(new CertificateAuthority("other").issue(KEDA), serverCa),
      error: /code = Unavailable/,
      said: /"reason":"clientCertificate"/,
    },
    {
      name: "with a certificate that has ended",
      parts: ({ serverCa, clientCa }) =>
        withAuth(clientCa.issue({ ...KEDA, fromHours: -2, toHours: -1 }), serverCa),
      error: /code = Unavailable/,
      said: /"detail":"CERT_HAS_EXPIRED"/,
    },
    {
      name: "as somebody who is not allowed",
      parts: ({ serverCa, clientCa }) => withAuth(clientCa.issue({ ...KEDA, name: "intruder" }), serverCa),
      error: /code = PermissionDenied desc = the client certificate is not for an allowed subject/,
      said: /"reason":"subject".*"detail":"intruder"/,
    },
    {
      name: "trusting another CA than ours",
      parts: ({ keda }) => withAuth(keda, new CertificateAuthority("other")),
      error: /certificate signed by unknown authority/,
      said: /"reason":"handshake".*ALERT/,
    },
  ])("$name gets no number", async ({ parts, error, said }) => {
    const made = await start();
    await until5(await client().keda.trigger(made.replica.grpc, withAuth(made.keda, made.serverCa)));
    const trigger = await client().keda.trigger(made.replica.grpc, parts(made));
    expect(await trigger.metrics()).toEqual({ error: expect.stringMatching(error) });
    if (said !== null) await until(() => said.test(made.replica.log()), "the line that says why");
  });

  test.each<{ name: string; parts: object; error: RegExp }>([
    {
      name: "is for another address",
      parts: { alternatives: ["192.0.2.1"] },
      error: /certificate is valid for 192\.0\.2\.1/,
    },
    {
      name: "has ended",
      parts: { fromHours: -2, toHours: -1 },
      error: /certificate has expired or is not yet valid/,
    },
  ])("turns away from a server whose certificate $name", async ({ error, parts }) => {
    const made = await start(parts);
    const trigger = await client().keda.trigger(made.replica.grpc, withAuth(made.keda, made.serverCa));
    expect(await trigger.metrics()).toEqual({ error: expect.stringMatching(error) });
  });

  test("misses no answer while server and callers change certificates and CAs", async () => {
    const { replica, folder, keda: pair, serverCa, clientCa } = await start();
    const keeps = await client().keda.trigger(replica.grpc, { ...withAuth(pair, serverCa), push: true });
    await until5(keeps);
    await keeps.run();
    let isOver = false;
    const asking = (async () => {
      const readings: Reading[] = [];
      while (!isOver) readings.push(await keeps.metrics());
      return readings;
    })();
    const fresh: Reading[] = [];
    let callers = clientCa;
    for (let rotation = 1; rotation <= ROTATIONS; rotation += 1) {
      const [nextServers, nextCallers] = [
        new CertificateAuthority("servers"),
        new CertificateAuthority("callers"),
      ];
      // A bundle of the old and the new CA first, as a rotation in KEDA's Secrets needs.
      await folder.swap({ ...issueServer(nextServers), clientCa: `${callers.cert}${nextCallers.cert}` });
      await replaced(replica, rotation);
      for (const ca of [callers, nextCallers]) {
        const trigger = await client().keda.trigger(replica.grpc, withAuth(ca.issue(KEDA), nextServers));
        fresh.push(await trigger.metrics());
        await trigger.close();
      }
      callers = nextCallers;
    }
    isOver = true;
    const readings = [...(await asking), ...fresh];
    expect(fresh).toHaveLength(2 * ROTATIONS);
    expect(readings.length).toBeGreaterThan(100);
    expect(new Set(readings.map((reading) => JSON.stringify(reading)))).toEqual(
      new Set([JSON.stringify(FIVE)]),
    );
    expect(keeps.events.map(({ event }) => event)).not.toContain("stopped");
    await keeps.stop();
  });
});

const KEDA = { name: "keda-operator", purpose: "client" } as const;
const FIVE: Reading = { values: [{ name: "s0-desired-replicas", quantity: "5" }], active: true };

type Made = {
  readonly replica: Served;
  readonly folder: CertificateFolder;
  readonly serverCa: CertificateAuthority;
  readonly clientCa: CertificateAuthority;
  /** KEDA's own. */
  readonly keda: Pair;
};

function issueServer(authority: CertificateAuthority, parts: object = {}): Pair {
  return authority.issue({ name: "tidemark", alternatives: ["127.0.0.1"], purpose: "server", ...parts });
}

/** Starts a replica that wants 5, over mTLS. */
async function start(parts: object = {}): Promise<Made> {
  const [serverCa, clientCa] = [new CertificateAuthority("servers"), new CertificateAuthority("callers")];
  const folder = await certificateFolder(await temporaryDirectory(), {
    ...issueServer(serverCa, parts),
    clientCa: clientCa.cert,
  });
  const tls = { ...folder.paths, allowedSubjects: [KEDA.name] };
  const replica = await serve({ configuration: configurationOf({ tls }), policy: policyOf(5) });
  onTestFinished(async () => void (await replica.stop()));
  return { replica, folder, serverCa, clientCa, keda: clientCa.issue(KEDA) };
}

function withAuth(pair: Pair | null, { cert: caCert }: CertificateAuthority): TriggerParts {
  const own = pair === null ? {} : { tlsClientCert: pair.cert, tlsClientKey: pair.key };
  return { auth: { caCert, ...own }, metadata: { policy: "embedder", enableTLS: "true" } };
}

/** Asks until the replica has something to answer. */
async function until5(trigger: KedaTrigger): Promise<Reading> {
  for (;;) {
    const reading = await trigger.metrics();
    if (!("error" in reading) || !/no decision yet/.test(reading.error)) return reading;
  }
}

async function replaced({ log }: Served, times: number): Promise<void> {
  await until(() => log().split("certificates were replaced").length > times, `replacement ${times}`);
}
