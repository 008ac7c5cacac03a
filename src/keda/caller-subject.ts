// Whom a caller's certificate is for: its common names and alternative names.

import type { PeerCertificate } from "node:tls";

/** One entry of the list of alternative names; a value that could be misread stands in JSON quotes. */
const ALTERNATIVE_NAME = /(?:^|, )[^:,"]+:("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/gy;

/** Returns every name that `certificate` carries, common names first; none of an unreadable list of alternative ones. */
export function subjectNames(certificate: Pick<PeerCertificate, "subject" | "subjectaltname">): string[] {
  const common: unknown = certificate.subject?.CN;
  const commonNames = [common].flat().filter((name) => typeof name === "string");
  return [...commonNames, ...alternativeNames(certificate.subjectaltname ?? "")];
}

/** Returns whether `names` has one of `allowed`, letter by letter; null allows all. */
export function isAllowed(names: readonly string[], allowed: readonly string[] | null): boolean {
  return allowed === null || names.some((name) => allowed.includes(name));
}

function alternativeNames(text: string): string[] {
  const names: string[] = [];
  let read = 0;
  for (const { 0: whole, 1: value = "", index } of text.matchAll(ALTERNATIVE_NAME)) {
    names.push(value.startsWith('"') ? String(JSON.parse(value)) : value);
    read = index + whole.length;
  }
  return read === text.length ? names : [];
}
