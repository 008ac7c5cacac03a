// A Kubernetes control plane of the test: etcd, kube-apiserver and, if wanted, kube-controller-manager, on loopback.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../support/free-ports.ts";
import { ApiClient } from "./api-client.ts";
import { writeCertificates } from "./certificates.ts";
import { eventually } from "./eventually.ts";
import { PlaneProcess } from "./plane-process.ts";

const ADMIN_TOKEN = "admin-token";
const PROXY_NAME = "front-proxy-client";
const KEPT = process.env["TIDEMARK_KEEP_CLUSTERS"] === "true";

export type ControlPlaneSettings = {
  /** `RBAC` lets users other than the administrator do what roles grant; by default anyone may do anything. */
  readonly authorization?: "AlwaysAllow" | "RBAC";
  /** Whether Deployments get pods and HPAs act; without it the API server only keeps objects. */
  readonly controllers?: boolean;
  /** Features of Kubernetes that are not as in the release. */
  readonly features?: Readonly<Record<string, boolean>>;
  /** How often the HPA controller looks, in seconds. */
  readonly hpaSyncSeconds?: number;
};

/** Names and tokens of a user for whom a kubeconfig can be written. */
export type PlaneUser = { readonly name: string; readonly token: string };

export class ControlPlane {
  readonly folder: string;
  readonly api: ApiClient;
  readonly #etcd: PlaneProcess;
  readonly #server: PlaneProcess;
  readonly #manager: PlaneProcess | null;
  readonly #port: number;

  private constructor(folder: string, ports: Ports, settings: ControlPlaneSettings) {
    this.folder = folder;
    this.#port = ports.server;
    const part = (name: string, args: readonly string[]): PlaneProcess =>
      new PlaneProcess({ name, folder, command: [name, ...args] });
    this.#etcd = part("etcd", etcdFlags(folder, ports));
    this.#server = part("kube-apiserver", serverFlags(folder, ports, settings));
    const { controllers = true } = settings;
    this.#manager = controllers
      ? part("kube-controller-manager", managerFlags(folder, ports, settings))
      : null;
    this.api = new ApiClient(this.#address);
  }

  /** Starts one in a folder of its own; resolves once the API server is ready. */
  static async start(settings: ControlPlaneSettings = {}): Promise<ControlPlane> {
    const folder = mkdtempSync(join(tmpdir(), "tidemark-cluster-"));
    writeFiles(folder);
    const [client = 0, peer = 0, server = 0, manager = 0] = await freePorts(4);
    const plane = new ControlPlane(folder, { client, peer, server, manager }, settings);
    try {
      plane.kubeconfig("admin", { name: "admin", token: ADMIN_TOKEN });
      plane.#etcd.start();
      plane.#server.start();
      await plane.#untilReady();
      plane.#manager?.start();
    } catch (thrown) {
      await plane.close({ failed: true });
      throw thrown;
    }
    return plane;
  }

  get #address() {
    return { port: this.#port, caFile: join(this.folder, "cluster-ca.crt"), token: ADMIN_TOKEN };
  }

  /** The release that the API server says it is. */
  async version(): Promise<string> {
    return (await this.api.get<{ readonly gitVersion: string }>("/version")).gitVersion;
  }

  /** Writes a kubeconfig for this user and returns its path. */
  kubeconfig(file: string, { name, token }: PlaneUser): string {
    const path = join(this.folder, `${file}.kubeconfig`);
    const cluster = {
      server: `https://127.0.0.1:${this.#port}`,
      "certificate-authority": join(this.folder, "cluster-ca.crt"),
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: name } }],
      "current-context": "test",
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** The administrator's. */
  get adminKubeconfig(): string {
    return join(this.folder, "admin.kubeconfig");
  }

  /** Takes the API server away, as its crash does; etcd keeps what there is. */
  async stopApiServer(): Promise<void> {
    await this.#server.stop("SIGKILL");
  }

  /** Brings it back; resolves once it is ready. */
  async startApiServer(): Promise<void> {
    this.#server.start();
    await this.#untilReady();
  }

  /** Ends all of it. What it logged is kept, and its place said, where the tests failed. */
  async close({ failed }: { readonly failed: boolean }): Promise<void> {
    this.api.close();
    await this.#manager?.stop();
    await this.#server.stop();
    await this.#etcd.stop("SIGKILL");
    if (failed || KEPT) process.stderr.write(`logs of the cluster: ${this.folder}\n`);
    else rmSync(this.folder, { recursive: true, force: true });
  }

  #untilReady(): Promise<boolean> {
    return eventually("a ready API server", async () => {
      this.#etcd.assertRuns();
      this.#server.assertRuns();
      const { status } = await this.api.ask({ method: "GET", path: "/readyz" });
      return status === 200 ? true : null;
    });
  }
}

type Ports = {
  readonly client: number;
  readonly peer: number;
  readonly server: number;
  readonly manager: number;
};

function writeFiles(folder: string): void {
  mkdirSync(join(folder, "etcd"), { mode: 0o700 });
  mkdirSync(join(folder, "served"));
  writeFileSync(join(folder, "tokens.csv"), `${ADMIN_TOKEN},admin,admin,"system:masters"\n`);
  writeCertificates(folder, [
    { name: "cluster-ca" },
    { name: "apiserver", issuer: "cluster-ca", hosts: ["127.0.0.1", "localhost"] },
    { name: "front-proxy-ca" },
    { name: PROXY_NAME, issuer: "front-proxy-ca" },
    { name: "service-accounts" },
  ]);
}

function etcdFlags(folder: string, { client, peer }: Ports): readonly string[] {
  const [clients, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

function serverFlags(
  folder: string,
  { client, server }: Ports,
  settings: ControlPlaneSettings,
): readonly string[] {
  const { authorization = "AlwaysAllow" } = settings;
  const file = (name: string): string => join(folder, name);
  return [
    `--etcd-servers=http://127.0.0.1:${client}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${server}`,
    `--tls-cert-file=${file("apiserver.crt")}`,
    `--tls-private-key-file=${file("apiserver.key")}`,
    `--client-ca-file=${file("cluster-ca.crt")}`,
    `--token-auth-file=${file("tokens.csv")}`,
    `--authorization-mode=${authorization}`,
    "--anonymous-auth=false",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-signing-key-file=${file("service-accounts.key")}`,
    `--service-account-key-file=${file("service-accounts.crt")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--endpoint-reconciler-type=none",
    // There is no controller that would give each namespace its account.
    "--disable-admission-plugins=ServiceAccount",
    `--requestheader-client-ca-file=${file("front-proxy-ca.crt")}`,
    `--requestheader-allowed-names=${PROXY_NAME}`,
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${file(`${PROXY_NAME}.crt`)}`,
    `--proxy-client-key-file=${file(`${PROXY_NAME}.key`)}`,
    `--cert-dir=${file("served")}`,
    "--profiling=false",
    ...featureFlags(settings),
  ];
}

function managerFlags(folder: string, { manager }: Ports, settings: ControlPlaneSettings): readonly string[] {
  const { hpaSyncSeconds = 2 } = settings;
  const config = join(folder, "admin.kubeconfig");
  const controllers = ["deployment", "replicaset", "statefulset", "horizontal-pod-autoscaler"];
  return [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${manager}`,
    "--leader-elect=false",
    "--use-service-account-credentials=false",
    `--controllers=${controllers.map((name) => `${name}-controller`).join(",")},garbage-collector-controller`,
    `--horizontal-pod-autoscaler-sync-period=${hpaSyncSeconds}s`,
    `--cert-dir=${join(folder, "served")}`,
    ...featureFlags(settings),
  ];
}

function featureFlags({ features = {} }: ControlPlaneSettings): readonly string[] {
  return Object.entries(features).map(([name, isOn]) => `--feature-gates=${name}=${isOn}`);
}
