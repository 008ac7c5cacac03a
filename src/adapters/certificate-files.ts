// Certificates from files that are replaced while we run: read again every few seconds, the last good ones kept.

import { readFile } from "node:fs/promises";

import { failed, type Result } from "../domain/result.ts";
import { type Instant, type Millis, seconds } from "../domain/units.ts";
import type { CertificateSource, ServerCertificates } from "../ports/certificates.ts";
import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import {
  type CertificatePaths,
  type CertificateSet,
  certificateSet,
  dateProblem,
} from "./certificate-set.ts";

/** How often the files are read: three small ones. Reading sees every way of replacing them, also the kubelet's. */
const POLL_INTERVAL: Millis = seconds(2);

export type CertificateFilesOptions = {
  readonly paths: CertificatePaths;
  readonly now: () => Instant;
  readonly logger: Logger;
  readonly telemetry: Pick<CallTelemetry, "certificates">;
  readonly pollInterval?: Millis;
};

export class CertificateFiles implements CertificateSource {
  readonly #options: CertificateFilesOptions;
  readonly #watchers = new Set<(certificates: ServerCertificates) => void>();
  readonly #timer: NodeJS.Timeout;
  #set: CertificateSet;
  #polling: Promise<void> | null = null;
  /** What the last reading found wrong; told of once the next one finds the same, since files change one by one. */
  #suspicion: string | null = null;
  #problem: string | null = null;

  private constructor(options: CertificateFilesOptions, set: CertificateSet) {
    this.#options = options;
    this.#set = set;
    this.#timer = setInterval(() => void this.poll(), options.pollInterval ?? POLL_INTERVAL).unref();
    this.#told("certificates are in use");
  }

  /**
   * Returns the files, read and being followed. Rejects, saying why, where they hold nothing that could serve. A
   * certificate out of its dates is taken: with it nobody gets in, but its successor needs no restart.
   */
  static async open(options: CertificateFilesOptions): Promise<CertificateFiles> {
    const set = await readCertificates(options.paths);
    if (!set.ok) throw new Error(set.failure);
    const dates = dateProblem(set.value, options.now());
    if (dates !== null) {
      options.logger.error(
        { file: options.paths.certFile, problem: dates },
        "the server's certificate is not valid",
      );
    }
    return new CertificateFiles(options, set.value);
  }

  current(): ServerCertificates {
    return this.#set.certificates;
  }

  watch(changed: (certificates: ServerCertificates) => void): () => void {
    this.#watchers.add(changed);
    return () => void this.#watchers.delete(changed);
  }

  /** Reads the files now and takes what is good. Those of one moment share a reading; never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#follow().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  }

  /** Reads no more. */
  close(): void {
    clearInterval(this.#timer);
  }

  async #follow(): Promise<void> {
    const read = await readCertificates(this.#options.paths);
    if (!read.ok) return this.#suspect(read.failure);
    const next = read.value;
    if (isSame(next.certificates, this.#set.certificates)) return this.#cleared();
    const now = this.#options.now();
    const dates = dateProblem(next, now);
    if (dates !== null && dateProblem(this.#set, now) === null)
      return this.#suspect(`${this.#options.paths.certFile} holds a certificate that is not valid: ${dates}`);
    this.#set = next;
    this.#suspicion = null;
    this.#problem = null;
    this.#told("certificates were replaced");
    for (const changed of this.#watchers) changed(next.certificates);
  }

  #suspect(problem: string): void {
    const isConfirmed = problem === this.#suspicion;
    this.#suspicion = problem;
    if (!isConfirmed || problem === this.#problem) return;
    this.#problem = problem;
    this.#options.logger.error({ problem }, "new certificates are not taken; those in use stay");
    this.#report();
  }

  /** The files hold again what is in use. */
  #cleared(): void {
    this.#suspicion = null;
    if (this.#problem === null) return;
    this.#problem = null;
    this.#told("the files hold the certificates in use again");
  }

  #told(message: string): void {
    const { paths, logger } = this.#options;
    const { validTo, clientCaEnds } = this.#set;
    const [endsAt, clientCaEndsAt] = [validTo, clientCaEnds].map((at) => new Date(at).toISOString());
    logger.info(
      { certFile: paths.certFile, endsAt, clientCaFile: paths.clientCaFile, clientCaEndsAt },
      message,
    );
    this.#report();
  }

  #report(): void {
    const { paths, telemetry } = this.#options;
    const { chainEnds, clientCaEnds } = this.#set;
    telemetry.certificates?.({
      certFile: paths.certFile,
      isGood: this.#problem === null,
      ends: [
        { file: paths.certFile, at: chainEnds },
        { file: paths.clientCaFile, at: clientCaEnds },
      ],
    });
  }
}

/** Returns what the files hold, read twice: while they are being replaced one by one, two readings differ. */
export async function readCertificates(paths: CertificatePaths): Promise<Result<CertificateSet, string>> {
  try {
    const first = await readParts(paths);
    const second = await readParts(paths);
    if (!isSame(first, second)) return failed("the files are being replaced");
    return certificateSet(second, paths);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

async function readParts(paths: CertificatePaths): Promise<ServerCertificates> {
  const [certificate, key, clientCa] = await Promise.all([
    readFile(paths.certFile),
    readFile(paths.keyFile),
    readFile(paths.clientCaFile),
  ]);
  return { certificate, key, clientCa };
}

function isSame(one: ServerCertificates, other: ServerCertificates): boolean {
  return (["certificate", "key", "clientCa"] as const).every((part) =>
    Buffer.from(one[part]).equals(other[part]),
  );
}
