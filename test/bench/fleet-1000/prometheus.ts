// A real Prometheus that scrapes a benchmark's fleet, and how many targets it has scraped.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { namespaceOf, PODS_EACH, podOf } from "./names.ts";

const READY_WITHIN_MS = 90_000;

export type ScrapingPrometheus = { readonly url: string; readonly child: ChildProcess };

/** Whether a Prometheus is installed. */
export function isPrometheusInstalled(): boolean {
  return spawnSync("prometheus", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Starts it; resolves once every target has been scraped. */
export async function startScraping(settings: {
  readonly policies: number;
  readonly exporterPort: number;
  readonly folder: string;
}): Promise<ScrapingPrometheus> {
  const { policies, folder } = settings;
  const config = join(folder, "prometheus.json");
  await writeFile(config, JSON.stringify(configurationOf(settings)));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=${address}`,
      "--log.level=error",
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const url = `http://${address}`;
  const startedMs = performance.now();
  while ((await scraped(url)) < policies * PODS_EACH + 1) {
    if (child.exitCode !== null || performance.now() - startedMs > READY_WITHIN_MS) {
      child.kill("SIGKILL");
      throw new Error("Prometheus did not scrape the fleet");
    }
    await wait(500);
  }
  return { url, child };
}

/** Returns how many targets have been scraped with success. */
async function scraped(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent("sum(up)")}`).catch(() => null);
  if (answer === null || !answer.ok) return 0;
  const body: { readonly data: { readonly result: readonly { readonly value: readonly unknown[] }[] } } =
    JSON.parse(await answer.text());
  return Number(body.data.result[0]?.value[1] ?? 0);
}

/** JSON is YAML. */
function configurationOf({
  policies,
  exporterPort,
}: {
  readonly policies: number;
  readonly exporterPort: number;
}): unknown {
  const targets = [`127.0.0.1:${exporterPort}`];
  const pods = Array.from({ length: policies * PODS_EACH }, (_, index) => {
    const [policy, pod] = [Math.floor(index / PODS_EACH), index % PODS_EACH];
    const path = `/pods/${policy}/${pod}`;
    return {
      targets,
      labels: { namespace: namespaceOf(policy), pod: podOf(policy, pod), __metrics_path__: path },
    };
  });
  const counts = [{ targets, labels: { __metrics_path__: "/replicas" } }];
  return {
    global: { scrape_interval: "15s", scrape_timeout: "10s" },
    scrape_configs: [
      { job_name: "triton", static_configs: pods },
      { job_name: "kube-state-metrics", honor_labels: true, static_configs: counts },
    ],
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
