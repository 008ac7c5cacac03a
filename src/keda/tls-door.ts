// TLS on connections that others accepted: callers must hold a certificate of our CAs, ours may change at any time.

import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket, type TlsOptions } from "node:tls";

import { type Instant, instant } from "../domain/units.ts";
import type { CertificateSource, ServerCertificates } from "../ports/certificates.ts";
import type { ConnectionRefusal } from "../ports/telemetry.ts";
import { subjectNames } from "./caller-subject.ts";

export type ServerTls = {
  readonly certificates: CertificateSource;
  /** Names of callers that are answered; null = all with a certificate. */
  readonly allowedSubjects: readonly string[] | null;
  readonly now: () => Instant;
};

/** A connection whose caller has proved itself; `names` are those of its certificate. */
export type SecureConnection = { readonly socket: TLSSocket; readonly names: readonly string[] };

export type TlsOutcome = {
  readonly passed: (connection: SecureConnection) => void;
  /** `socket` may be closed already; `detail` is OpenSSL's or the certificate's. */
  readonly refused: (socket: TLSSocket, refusal: ConnectionRefusal, detail: string) => void;
};

/** The caller went away by itself, as one that only looks whether the port is open does. */
const GONE = new Set(["ECONNRESET", "EPIPE"]);

export class TlsDoor {
  readonly #server: Server;
  readonly #tls: ServerTls;
  readonly #outcome: TlsOutcome;
  readonly #unwatch: () => void;

  constructor(tls: ServerTls, outcome: TlsOutcome) {
    this.#tls = tls;
    this.#outcome = outcome;
    this.#server = createServer({
      ...contextOf(tls.certificates.current()),
      requestCert: true,
      // Looked at below, and turned away there with the reason, which the library would not tell.
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    this.#server.on("secureConnection", (socket) => this.#look(socket));
    this.#server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
      socket.destroy();
      if (!GONE.has(error.code ?? "")) outcome.refused(socket, "handshake", error.code ?? error.message);
    });
    // Connections that are open keep what they began with.
    this.#unwatch = tls.certificates.watch((changed) => this.#server.setSecureContext(contextOf(changed)));
  }

  /** Begins the handshake; one of the outcomes follows, or none if the caller goes or `socket` is destroyed. */
  enter(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  close(): void {
    this.#unwatch();
  }

  #look(socket: TLSSocket): void {
    socket.on("error", () => {});
    const problem = this.#callerProblem(socket);
    if (problem !== null) this.#outcome.refused(socket, "clientCertificate", problem);
    else if (socket.alpnProtocol !== "h2") this.#outcome.refused(socket, "notHttp2", "no ALPN protocol h2");
    else this.#outcome.passed({ socket, names: subjectNames(socket.getPeerCertificate()) });
  }

  /** Returns why the caller is not who it must be, or null. A resumed session is checked by its dates again. */
  #callerProblem(socket: TLSSocket): string | null {
    if (!socket.authorized) return String(socket.authorizationError);
    const { valid_from: from, valid_to: to } = socket.getPeerCertificate();
    const now = this.#tls.now();
    if (!(now < instant(Date.parse(to)))) return "CERT_HAS_EXPIRED";
    return now < instant(Date.parse(from)) ? "CERT_NOT_YET_VALID" : null;
  }
}

function contextOf({ certificate, key, clientCa }: ServerCertificates): TlsOptions {
  return {
    cert: Buffer.from(certificate),
    key: Buffer.from(key),
    ca: Buffer.from(clientCa),
    minVersion: "TLSv1.2",
  };
}
