// A certificate authority of the test: certificates with any names, dates and purpose, made at once.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

import { bits, der, integer, octets, oid, sequence, set, utcTime, utf8, yes } from "./der.ts";

/** A certificate and its key, as PEM. */
export type Pair = { readonly cert: string; readonly key: string };

export type CertificateParts = {
  /** The common name; none if empty. */
  readonly name: string;
  /** IPv4 addresses, URIs (with `://`) and DNS names. */
  readonly alternatives?: readonly string[];
  /** Hours from now. */
  readonly fromHours?: number;
  readonly toHours?: number;
  readonly purpose?: "server" | "client";
};

type Signed = { readonly subject: Buffer; readonly publicKey: KeyObject; readonly extensions: Buffer };

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const PURPOSES = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };
const HOUR_MS = 3_600_000;

export class CertificateAuthority {
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #subject: Buffer;
  /** Its own certificate, as PEM. */
  readonly cert: string;

  constructor(name: string, dates: Pick<CertificateParts, "fromHours" | "toHours"> = {}) {
    this.#subject = commonName(name);
    const { publicKey } = this.#keys;
    const extensions = sequence(
      extension("2.5.29.19", sequence(yes()), "critical"),
      extension("2.5.29.14", octets(keyId(publicKey))),
    );
    this.cert = this.#signed({ subject: this.#subject, publicKey, extensions }, dates);
  }

  /** Returns a new certificate with a key of its own. */
  issue({ name, alternatives = [], purpose, ...dates }: CertificateParts): Pair {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const extensions = sequence(
      extension("2.5.29.35", sequence(der(0x80, keyId(this.#keys.publicKey)))),
      ...(alternatives.length === 0
        ? []
        : [extension("2.5.29.17", sequence(...alternatives.map(alternativeName)))]),
      ...(purpose === undefined ? [] : [extension("2.5.29.37", sequence(oid(PURPOSES[purpose])))]),
    );
    const subject = name === "" ? sequence() : commonName(name);
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return { cert: this.#signed({ subject, publicKey, extensions }, dates), key };
  }

  #signed(
    { subject, publicKey, extensions }: Signed,
    { fromHours = -1, toHours = 24 }: Pick<CertificateParts, "fromHours" | "toHours">,
  ): string {
    const body = sequence(
      der(0xa0, integer(Buffer.from([2]))),
      integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      ECDSA_SHA256,
      this.#subject,
      sequence(fromNow(fromHours), fromNow(toHours)),
      subject,
      publicKey.export({ type: "spki", format: "der" }),
      der(0xa3, extensions),
    );
    const whole = sequence(body, ECDSA_SHA256, bits(sign("sha256", body, this.#keys.privateKey)));
    const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
    return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
  }
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(name))));
}

function alternativeName(text: string): Buffer {
  if (isIPv4(text)) return der(0x87, Buffer.from(text.split(".").map(Number)));
  return der(text.includes("://") ? 0x86 : 0x82, Buffer.from(text));
}

function extension(id: string, value: Buffer, critical?: "critical"): Buffer {
  return sequence(oid(id), ...(critical === undefined ? [] : [yes()]), octets(value));
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function fromNow(hours: number): Buffer {
  return utcTime(new Date(Date.now() + hours * HOUR_MS));
}
