// The certificates of the gRPC server, opened in the thread that answers calls.

import { CertificateFiles, readCertificates } from "../adapters/certificate-files.ts";
import type { GrpcTls } from "../domain/configuration.ts";
import type { ServerTls } from "../keda/tls-door.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import { badInput } from "./command-error.ts";

/** What the server proves itself with, and how to stop following its files. */
export type OpenTls = { readonly tls: ServerTls | null; close(): void };

/** Throws a CommandError where the files that `settings` name cannot serve. */
export async function checkTls(settings: GrpcTls | null): Promise<void> {
  const read = settings === null ? null : await readCertificates(settings);
  if (read?.ok === false) throw badInput(`spec.grpc.tls: ${read.failure}`);
}

/** Opens what `settings` name; `clock` is the wall clock, also where the source plays the past. */
export async function openTls(
  settings: GrpcTls | null,
  {
    clock,
    logger,
    telemetry,
  }: { readonly clock: Clock; readonly logger: Logger; readonly telemetry: CallTelemetry },
): Promise<OpenTls> {
  if (settings === null) return { tls: null, close: () => {} };
  const { allowedSubjects, ...paths } = settings;
  const now = () => clock.now();
  const certificates = await CertificateFiles.open({ paths, now, logger, telemetry });
  return { tls: { certificates, allowedSubjects, now }, close: () => certificates.close() };
}
