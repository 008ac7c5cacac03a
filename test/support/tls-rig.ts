// A scaler server over mTLS on certificates of the test, and callers with any certificate.

import { type ChannelCredentials, credentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";

import { CertificateFiles } from "../../src/adapters/certificate-files.ts";
import { hours, type Instant, instant } from "../../src/domain/units.ts";
import type { ScalerServerOptions } from "../../src/keda/server.ts";
import { CertificateAuthority, type CertificateParts, type Pair } from "./certificate-authority.ts";
import { type CertificateFolder, type Contents, certificateFolder } from "./certificate-folder.ts";
import { buildTrigger, KedaClient, type Outcome } from "./keda-client.ts";
import { RecordingLogger, RecordingTelemetry } from "./recording-telemetry.ts";
import { type ScalerRig, startRig } from "./scaler-rig.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** The name that the rig's server allows. */
export const KEDA_NAME = "keda-operator";

export type TlsRig = ScalerRig & {
  readonly serverCa: CertificateAuthority;
  readonly clientCa: CertificateAuthority;
  readonly folder: CertificateFolder;
  readonly files: CertificateFiles;
  /** What the files said to log and metrics. */
  readonly filesLogger: RecordingLogger;
  readonly filesTelemetry: RecordingTelemetry;
  /** What is in the folder, with these parts replaced. */
  contents(parts?: Partial<Contents>): Contents;
  /** Opens a connection with this certificate, trusting `serverCa` unless told otherwise. */
  caller(pair: Pair | null, trusted?: CertificateAuthority): KedaClient;
  /** Returns what one call over a new connection with a good certificate comes to. */
  ask(trusted?: CertificateAuthority): Promise<string>;
};

/** Returns a certificate for the address that tests listen on. */
export function serverPair(authority: CertificateAuthority, parts: Partial<CertificateParts> = {}): Pair {
  return authority.issue({ name: "tidemark", alternatives: ["127.0.0.1"], purpose: "server", ...parts });
}

/** Starts the server; `now` is what certificates' dates are compared with, `first` what is special in its own. */
export async function startTlsRig({
  now = () => instant(Date.now()),
  first: parts = {},
  ...options
}: Partial<ScalerServerOptions> & {
  readonly now?: () => Instant;
  readonly first?: Partial<CertificateParts>;
} = {}): Promise<TlsRig> {
  const [serverCa, clientCa] = [new CertificateAuthority("servers"), new CertificateAuthority("callers")];
  const first = { ...serverPair(serverCa, parts), clientCa: clientCa.cert };
  const folder = await certificateFolder(await temporaryDirectory(), first);
  const [filesLogger, filesTelemetry] = [new RecordingLogger(), new RecordingTelemetry()];
  const files = await CertificateFiles.open({
    paths: folder.paths,
    now,
    logger: filesLogger,
    telemetry: filesTelemetry,
    // Tests have them read when they want.
    pollInterval: hours(1),
  });
  onTestFinished(() => files.close());
  const rig = await startRig({ tls: { certificates: files, allowedSubjects: [KEDA_NAME], now }, ...options });
  const caller = (pair: Pair | null, trusted = serverCa): KedaClient => {
    const client = new KedaClient(rig.server.port, channelOf(pair, trusted));
    onTestFinished(() => client.close());
    return client;
  };
  const good = clientCa.issue({ name: KEDA_NAME, purpose: "client" });
  return {
    ...rig,
    serverCa,
    clientCa,
    folder,
    files,
    filesLogger,
    filesTelemetry,
    caller,
    contents: (parts) => ({ ...first, ...parts }),
    ask: async (trusted) => {
      const client = caller(good, trusted);
      const text = outcomeText(await client.getMetrics(buildTrigger()));
      client.close();
      return text;
    },
  };
}

/** Returns the number that was answered, or the status. */
export function outcomeText(
  outcome: Outcome<{ readonly metricValues: readonly { metricValue: number }[] }>,
): string {
  return "code" in outcome ? outcome.code : String(outcome.answer.metricValues[0]?.metricValue);
}

function channelOf(pair: Pair | null, { cert }: CertificateAuthority): ChannelCredentials {
  const [key, chain] = pair === null ? [null, null] : [Buffer.from(pair.key), Buffer.from(pair.cert)];
  return credentials.createSsl(Buffer.from(cert), key, chain);
}
