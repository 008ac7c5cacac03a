// Reads certificates, key and CAs from PEM, and says why they are not fit for use together.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";

import { failed, ok, type Result } from "../domain/result.ts";
import { type Instant, instant } from "../domain/units.ts";
import type { ServerCertificates } from "../ports/certificates.ts";

/** Where each part was read, for messages. */
export type CertificatePaths = {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile: string;
};

/** Parts that belong together. */
export type CertificateSet = {
  readonly certificates: ServerCertificates;
  /** Of the server's own certificate. */
  readonly validFrom: Instant;
  readonly validTo: Instant;
  /** When the first of the server's chain ends; clients refuse it then. */
  readonly chainEnds: Instant;
  /** When the last of the callers' CAs ends: a bundle holds an old one and its successor while they change. */
  readonly clientCaEnds: Instant;
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Returns the set that `certificates` make, or why they make none, naming the file. */
export function certificateSet(
  certificates: ServerCertificates,
  paths: CertificatePaths,
): Result<CertificateSet, string> {
  const chain = parsed(certificates.certificate, paths.certFile);
  if (!chain.ok) return chain;
  const authorities = parsed(certificates.clientCa, paths.clientCaFile);
  if (!authorities.ok) return authorities;
  const [own] = chain.value;
  if (own === undefined) return failed(`${paths.certFile} holds no certificate`);
  const problem = keyProblem(own, certificates, paths);
  if (problem !== null) return failed(problem);
  return ok({
    certificates,
    validFrom: instantOf(own.validFrom),
    validTo: instantOf(own.validTo),
    chainEnds: instant(Math.min(...chain.value.map(({ validTo }) => instantOf(validTo)))),
    clientCaEnds: instant(Math.max(...authorities.value.map(({ validTo }) => instantOf(validTo)))),
  });
}

/** Returns why a set's own certificate cannot be used at `now`, or null if it can. */
export function dateProblem({ validFrom, validTo }: CertificateSet, now: Instant): string | null {
  if (now >= validTo) return `it ended at ${new Date(validTo).toISOString()}`;
  if (now < validFrom) return `it begins only at ${new Date(validFrom).toISOString()}`;
  return null;
}

function parsed(pem: Uint8Array, file: string): Result<readonly X509Certificate[], string> {
  const texts = Buffer.from(pem).toString("latin1").match(CERTIFICATE) ?? [];
  if (texts.length === 0) return failed(`${file} holds no certificate`);
  try {
    return ok(texts.map((text) => new X509Certificate(text)));
  } catch (error) {
    return failed(`${file} holds a certificate that cannot be read: ${reasonOf(error)}`);
  }
}

/** Returns what is wrong with the key, or what OpenSSL has against the set as a whole. */
function keyProblem(
  own: X509Certificate,
  { certificate, key, clientCa }: ServerCertificates,
  { certFile, keyFile }: CertificatePaths,
): string | null {
  try {
    const privateKey = createPrivateKey(Buffer.from(key));
    if (!own.checkPrivateKey(privateKey)) return `${keyFile} is not the key of ${certFile}`;
  } catch (error) {
    return `${keyFile} holds no private key that can be read: ${reasonOf(error)}`;
  }
  try {
    createSecureContext({ cert: Buffer.from(certificate), key: Buffer.from(key), ca: Buffer.from(clientCa) });
    return null;
  } catch (error) {
    return `${certFile} is refused by OpenSSL: ${reasonOf(error)}`;
  }
}

function instantOf(text: string): Instant {
  return instant(Date.parse(text));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
