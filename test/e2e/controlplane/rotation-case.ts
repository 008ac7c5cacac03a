// Conformance: KEDA and the scaler know one another by certificates, and all of these are replaced while load comes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type CertificatePair, writeCertificates } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";
import { type ConformanceCase, withWorkload } from "./conformance-case.ts";
import { CALLER } from "./documents.ts";
import { eventually } from "./eventually.ts";
import type { ScaledWorkload } from "./scaled-workload.ts";

const NAMESPACE = "rotation";
const AUTHENTICATION = "scaler-mtls";
const SECRET = "scaler-mtls";
const SECRETS = "/api/v1/namespaces/{namespace}/secrets";
const AUTHENTICATIONS = "/apis/keda.sh/v1alpha1/namespaces/{namespace}/triggerauthentications";
const PARAMETERS = ["caCert", "tlsClientCert", "tlsClientKey"];
const REPLACED = /certificates were replaced/g;

/** The generations of the authority; each has a server's and a caller's certificate of its own. */
const GENERATIONS = ["old", "new"] as const;
type Generation = (typeof GENERATIONS)[number];

export const rotation: ConformanceCase = {
  name: "certificates rotated",
  run: (cluster) => {
    const files = new Files(join(cluster.plane.folder, NAMESPACE));
    files.serve("old", ["old"]);
    const settings = {
      min: 1,
      tls: files.paths,
      authentication: AUTHENTICATION,
      objects: [
        { path: SECRETS, object: { metadata: { name: SECRET }, stringData: files.secret("old", ["old"]) } },
        { path: AUTHENTICATIONS, object: triggerAuthentication() },
      ],
    };
    return withWorkload(cluster, { namespace: NAMESPACE, ...settings }, async (workload) => {
      await workload.settle(15, 2);
      const before = await workload.syncsWithoutNumber();
      // First everybody trusts both authorities, then everybody has the new one's certificates, then the old one goes.
      await replace(workload, files, { has: "old", trusts: ["old", "new"] });
      await replace(workload, files, { has: "new", trusts: ["old", "new"] });
      await replace(workload, files, { has: "new", trusts: ["new"] });
      const seconds = await workload.settle(44, 5);
      expect(await workload.syncsWithoutNumber()).toEqual(before);
      const expected = "5 replicas under a new authority, no sync without a number";
      return [{ name: "certificates rotated", expected, seen: "5, none", seconds }];
    });
  },
};

type Step = { readonly has: Generation; readonly trusts: readonly Generation[] };

/** Replaces what the scaler has, then what KEDA has; resolves once both use it. */
async function replace(workload: ScaledWorkload, files: Files, { has, trusts }: Step): Promise<void> {
  const seen = workload.log().match(REPLACED)?.length ?? 0;
  files.serve(has, trusts);
  await eventually("a scaler with other certificates", () =>
    (workload.log().match(REPLACED)?.length ?? 0) > seen ? true : null,
  );
  await putSecret(workload.cluster, files.secret(has, trusts));
  // KEDA reads the Secret anew when it builds the scaler anew, which any change of the trigger brings about.
  const calls = await workload.calls();
  await workload.rebuildTrigger(`${has} ${trusts.join(" ")}`);
  await eventually("calls over a new connection", async () =>
    (await workload.calls()) > calls + 6 ? true : null,
  );
}

async function putSecret({ plane }: Cluster, stringData: object): Promise<void> {
  await plane.api.merge(`${SECRETS.replace("{namespace}", NAMESPACE)}/${SECRET}`, { stringData });
}

function triggerAuthentication(): object {
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "TriggerAuthentication",
    metadata: { name: AUTHENTICATION },
    spec: { secretTargetRef: PARAMETERS.map((key) => ({ parameter: key, name: SECRET, key })) },
  };
}

/** The certificates of both generations, and the files that the scaler follows. */
class Files {
  readonly paths: Readonly<Record<"certFile" | "keyFile" | "clientCaFile", string>>;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    const at = (name: string): string => join(folder, name);
    this.paths = { certFile: at("tls.crt"), keyFile: at("tls.key"), clientCaFile: at("ca.crt") };
    const pairs = GENERATIONS.flatMap((generation): readonly CertificatePair[] => [
      { name: generation },
      { name: `${generation}-server`, issuer: generation, hosts: ["127.0.0.1"] },
      { name: `${generation}-caller`, issuer: generation, commonName: CALLER },
    ]);
    writeCertificates(folder, pairs);
  }

  /** Writes the files of the scaler. */
  serve(has: Generation, trusts: readonly Generation[]): void {
    writeFileSync(this.paths.certFile, this.#read(`${has}-server.crt`));
    writeFileSync(this.paths.keyFile, this.#read(`${has}-server.key`));
    writeFileSync(this.paths.clientCaFile, this.#bundle(trusts));
  }

  /** What KEDA's secret holds. */
  secret(has: Generation, trusts: readonly Generation[]): object {
    return {
      caCert: this.#bundle(trusts),
      tlsClientCert: this.#read(`${has}-caller.crt`),
      tlsClientKey: this.#read(`${has}-caller.key`),
    };
  }

  #bundle(generations: readonly Generation[]): string {
    return generations.map((generation) => this.#read(`${generation}.crt`)).join("");
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), "utf8");
  }
}
