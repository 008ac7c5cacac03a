// The fleet over mTLS: what TLS costs calls, certificates that change meanwhile, and a Prometheus that is away.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import { type CertificateFolder, certificateFolder } from "../support/certificate-folder.ts";
import { ECHO_SECONDS, LOAD_SECONDS, loadOn, POLICIES, startHelpers } from "./fleet-1000/client.ts";
import { CountingProxy } from "./fleet-1000/counting-proxy.ts";
import { isPrometheusInstalled, startScraping } from "./fleet-1000/prometheus.ts";
import type { LoadOrder, LoadOutcome } from "./fleet-1000/rpc-load.ts";
import { memoryOf, startFleetService, TICK_MS } from "./fleet-1000/serve.ts";
import type { Benchmark, BenchResult } from "./result.ts";

/** How long Prometheus is away; five minutes are within what `missingData.holdFor` has by default. */
const AWAY_SECONDS = Number(process.env["TIDEMARK_FLEET_AWAY_SECONDS"] ?? LOAD_SECONDS);
/** The server's certificate is replaced this often, and each connection by a new one. */
const ROTATE_SECONDS = 7;
const RENEW_SECONDS = 3;

/** The benchmark `fleet-1000-mtls`; left out, saying so, where no Prometheus is installed. */
export const benchmark: Benchmark = { name: "fleet-1000-mtls", run };

async function run(): Promise<BenchResult[]> {
  if (!isPrometheusInstalled()) {
    process.stderr.write("fleet-1000-mtls is left out: prometheus is not installed\n");
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), "tidemark-fleet-mtls-"));
  const children: ChildProcess[] = [];
  const close: (() => void)[] = [];
  try {
    const { certificates, tls, rotate } = await makeCertificates(folder);
    const [exporterPort, loader, echoPort] = await startHelpers(children, join(folder, "tls"));
    const prometheus = await startScraping({ policies: POLICIES, exporterPort, folder });
    children.push(prometheus.child);
    const proxy = new CountingProxy(prometheus.url, TICK_MS);
    close.push(() => proxy.close());
    const echo = await loadOn(loader, { port: echoPort, seconds: ECHO_SECONDS, onlyGetMetrics: true, tls });
    const service = await startFleetService({
      policies: POLICIES,
      prometheusUrl: await proxy.listen(),
      folder,
      profileTo: null,
      // Met: a fleet that does not follow would be asked one step up time and again, and told to forget it.
      objective: "10s",
      tls: { ...certificates.paths, allowedSubjects: ["keda-operator"] },
    });
    children.push(service.child);
    const begin = { port: service.grpcPort, onlyGetMetrics: false, tls, renewSeconds: RENEW_SECONDS };
    await loadOn(loader, { ...begin, seconds: TICK_MS / 1000 });
    let rotations = 0;
    const rotating = setInterval(() => {
      rotations += 1;
      void rotate();
    }, ROTATE_SECONDS * 1000);
    close.push(() => clearInterval(rotating));
    const ours = await loadOn(loader, { ...begin, seconds: LOAD_SECONDS });
    proxy.isAway = true;
    const away = await loadOn(loader, { ...begin, seconds: AWAY_SECONDS });
    const memory = memoryOf(service);
    const ended = once(service.child, "exit");
    service.child.kill("SIGTERM");
    await ended;
    return [resultOf({ ours, away, echo, memory, rotations })];
  } finally {
    for (const step of close) step();
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Made = {
  readonly certificates: CertificateFolder;
  readonly tls: NonNullable<LoadOrder["tls"]>;
  /** Puts a new certificate of the server in place. */
  rotate(): Promise<void>;
};

async function makeCertificates(folder: string): Promise<Made> {
  const [servers, callers] = [new CertificateAuthority("servers"), new CertificateAuthority("callers")];
  const next = () => ({
    ...servers.issue({ name: "tidemark", alternatives: ["127.0.0.1"], purpose: "server" }),
    clientCa: callers.cert,
  });
  await mkdir(join(folder, "tls"));
  const certificates = await certificateFolder(join(folder, "tls"), next());
  const tls = { ca: servers.cert, ...callers.issue({ name: "keda-operator", purpose: "client" }) };
  return { certificates, tls, rotate: () => certificates.swap(next()) };
}

function resultOf({
  ours,
  away,
  echo,
  memory,
  rotations,
}: {
  readonly ours: LoadOutcome;
  readonly away: LoadOutcome;
  readonly echo: LoadOutcome;
  readonly memory: { readonly rssMiB: number; readonly peakRssMiB: number };
  readonly rotations: number;
}): BenchResult {
  for (const failure of [...ours.failures, ...away.failures])
    process.stderr.write(`call failed: ${failure}\n`);
  return {
    name: `fleet-${POLICIES}-mtls`,
    value: ours.p99Ms,
    unit: "ms",
    ratioTo: { echo: { p99: ours.p99Ms / echo.p99Ms, p99PrometheusAway: away.p99Ms / echo.p99Ms } },
    figures: {
      policies: POLICIES,
      calls: ours.calls,
      errors: ours.errors + echo.errors,
      fallen: ours.fallen,
      connections: ours.connections,
      rotations,
      p50Ms: ours.p50Ms,
      p99Ms: ours.p99Ms,
      maxMs: ours.maxMs,
      echoP50Ms: echo.p50Ms,
      echoP99Ms: echo.p99Ms,
      echoMaxMs: echo.maxMs,
      awaySeconds: AWAY_SECONDS,
      awayCalls: away.calls,
      awayErrors: away.errors,
      awayFallen: away.fallen,
      awayP99Ms: away.p99Ms,
      ...memory,
    },
  };
}
