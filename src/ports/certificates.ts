// What a server proves itself with, while it may change under it.

/** A certificate chain, its key and the CAs of callers, each as PEM; checked to belong together. */
export type ServerCertificates = {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly clientCa: Uint8Array;
};

export interface CertificateSource {
  /** Returns what is in force. */
  current(): ServerCertificates;
  /** Calls `changed` with whatever comes into force from now on. Returns how to stop that. */
  watch(changed: (certificates: ServerCertificates) => void): () => void;
}
