// A real Prometheus on loopback with a past that the test has written; for tests that skip, saying so, without one.

import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { onTestFinished } from "vitest";

import { freePort } from "../../support/free-ports.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

const run = promisify(execFile);

/** A limit only: where little CPU time is left, starting takes many times what it usually does. */
export const READY_WITHIN_MS = 60_000;

export type PrometheusServer = {
  readonly url: string;
  readonly pid: number;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Holds it still (SIGSTOP), and lets it go on. */
  freeze(): void;
  thaw(): void;
};

/** One sample as a line of OpenMetrics; `seconds` since the Unix epoch. */
export type PastSample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly seconds: number;
};

/** Returns why there is no Prometheus here, or null; with CI=true the tests run, and fail, without it. */
export function prometheusMissing(): string | null {
  if (process.env["CI"] === "true") return null;
  const found = ["prometheus", "promtool"].every(
    (tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).status === 0,
  );
  return found ? null : "prometheus and promtool are not installed (Debian: apt-get install prometheus)";
}

/** Returns a file of OpenMetrics with these samples; those of one series in the order of time. */
export async function openMetricsFile(samples: Iterable<PastSample>): Promise<string> {
  const lines: string[] = [];
  for (const sample of samples) lines.push(expositionLine(sample));
  const file = join(await temporaryDirectory(), "past.om");
  await writeFile(file, `${lines.join("\n")}\n# EOF\n`);
  return file;
}

/** Starts a Prometheus that knows these samples, or scrapes by this configuration; gone after the test. */
export async function startPrometheus({
  samples = [],
  scrapeConfigs = "[]",
  port,
  directory,
}: {
  readonly samples?: Iterable<PastSample>;
  readonly scrapeConfigs?: string;
  readonly port?: number;
  readonly directory?: string;
} = {}): Promise<PrometheusServer> {
  const data = directory ?? (await temporaryDirectory());
  await mkdir(join(data, "tsdb"), { recursive: true });
  const past = [...samples];
  if (past.length > 0) await backfill(await openMetricsFile(past), join(data, "tsdb"));
  const config = join(data, "prometheus.yml");
  await writeFile(config, `global: { scrape_interval: 1s }\nscrape_configs: ${scrapeConfigs}\n`);
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const options = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(data, "tsdb")}`,
    `--web.listen-address=${address}`,
    "--storage.tsdb.retention.time=10y",
    "--log.level=warn",
  ];
  const child = spawn("prometheus", options, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (text: Buffer) => {
    log += text.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const kill = async (): Promise<void> => {
    // One that never started has no process of its own: the signal would go to our own group.
    if (child.pid === undefined) return;
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  const url = `http://${address}`;
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${url}/-/ready`).catch(() => null))?.status === 200;
  await until(
    async () => child.pid === undefined || child.exitCode !== null || (await isReady()),
    "a ready Prometheus",
    READY_WITHIN_MS,
  );
  if (child.pid === undefined || child.exitCode !== null) throw new Error(`no Prometheus: ${log}`);
  return {
    url,
    pid: child.pid,
    kill,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
  };
}

async function backfill(file: string, directory: string): Promise<void> {
  await run("promtool", ["tsdb", "create-blocks-from", "openmetrics", "--quiet", file, directory], {
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** Returns a sample as a line of text, its time in seconds. */
export function expositionLine({ name, labels, value, seconds }: PastSample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${pairs.join(",")}} ${numberText(value)} ${seconds.toFixed(3)}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
