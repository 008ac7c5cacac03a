// Certificates of the test's own authorities, written by the control plane's program.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { programOf } from "./built-programs.ts";

const DAY_SECONDS = 86_400;

/** A certificate and its key, `<name>.crt` and `<name>.key`; without an issuer an authority of its own. */
export type CertificatePair = {
  readonly name: string;
  /** The pair that signs, already in the folder or before this one. */
  readonly issuer?: string;
  readonly commonName?: string;
  readonly organization?: string;
  readonly hosts?: readonly string[];
  /** A day unless said otherwise. */
  readonly validSeconds?: number;
};

/** Writes these pairs into the folder, each file at once as a whole; one that is there is replaced. */
export function writeCertificates(folder: string, pairs: readonly CertificatePair[]): void {
  mkdirSync(folder, { recursive: true });
  const order = {
    folder,
    pairs: pairs.map((pair) => ({ commonName: pair.name, validSeconds: DAY_SECONDS, ...pair })),
  };
  const program = programOf("kubernetes", "controlplane");
  const { status, stderr } = spawnSync(program, ["certificates"], {
    input: JSON.stringify(order),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`no certificates: ${stderr}`);
}
