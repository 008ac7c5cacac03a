// Who we are to the API server, by client-node: the pod's service account or a kubeconfig. The one file that loads
// client-node, and itself loaded only where Kubernetes is configured.

import https from "node:https";

import { KubeConfig } from "@kubernetes/client-node";

import type { Millis } from "../../domain/units.ts";
import { seconds } from "../../domain/units.ts";
import { monotonicMillis } from "../system-clock.ts";
import type { ClusterAccess, Credentials } from "./access.ts";

/** Tokens and certificates are read again this often; at once where the server refuses them. */
const READ_EVERY: Millis = seconds(60);
const MOST_CONNECTIONS = 64;

/**
 * Returns access by `kubeconfig` (a file), or where that is null by the pod's own service account. Throws where there
 * is neither, or no current context in it.
 */
export function clusterAccess(kubeconfig: string | null): ClusterAccess {
  let config = load(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${kubeconfig ?? "the service account"} names no cluster`);
  const { server } = cluster;
  let held: { readonly credentials: Credentials; readonly material: string } | null = null;
  let readAtMs = 0;
  const read = async (): Promise<Credentials> => {
    const next = await credentialsOf(config, held);
    if (held !== null && held.credentials.agent !== next.credentials.agent) held.credentials.agent.destroy();
    held = next;
    readAtMs = monotonicMillis();
    return next.credentials;
  };
  return {
    server: server.replace(/\/+$/, ""),
    namespace: namespaceOf(config),
    async credentials() {
      if (held !== null && monotonicMillis() - readAtMs < READ_EVERY) return held.credentials;
      return await read();
    },
    async reload() {
      config = load(kubeconfig);
      await read();
    },
    close: () => held?.credentials.agent.destroy(),
  };
}

function load(kubeconfig: string | null): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig !== null) config.loadFromFile(kubeconfig);
  else {
    if (process.env["KUBERNETES_SERVICE_HOST"] === undefined)
      throw new Error("this is no pod of a cluster (KUBERNETES_SERVICE_HOST is not set); name a kubeconfig");
    config.loadFromCluster();
  }
  return config;
}

function namespaceOf(config: KubeConfig): string | null {
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim() ?? "";
  return namespace === "" ? null : namespace;
}

type Held = { readonly credentials: Credentials; readonly material: string };

/** Connections are kept as long as they are those of the same certificates. */
async function credentialsOf(config: KubeConfig, held: Held | null): Promise<Held> {
  const options: https.RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const headers = headersOf(options);
  const material = JSON.stringify([ca, cert, key, servername, rejectUnauthorized]);
  if (held !== null && held.material === material) {
    return { material, credentials: { headers, agent: held.credentials.agent } };
  }
  const cluster = config.getCurrentCluster();
  const isOwnAgent = cluster?.server.startsWith("https:") === true && cluster.proxyUrl === undefined;
  const agent = isOwnAgent
    ? new https.Agent({
        keepAlive: true,
        maxSockets: MOST_CONNECTIONS,
        ...(ca === undefined ? {} : { ca }),
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
        ...(servername === undefined ? {} : { servername }),
        ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      })
    : options.agent;
  if (typeof agent !== "object") throw new Error("client-node gives no way to connect");
  return { material, credentials: { headers, agent } };
}

function headersOf({ headers = {}, auth }: https.RequestOptions): Readonly<Record<string, string>> {
  const plain = Object.entries(headers).map(([name, value]) => [name, String(value).trim()]);
  const basic =
    typeof auth === "string" ? { Authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  return { ...Object.fromEntries(plain), ...basic };
}
