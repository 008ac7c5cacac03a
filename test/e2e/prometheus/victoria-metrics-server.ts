// A VictoriaMetrics on loopback with a past that the test has written; for tests that skip, saying so, without one.

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { freePort } from "../../support/free-ports.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";
import { expositionLine, type PastSample, READY_WITHIN_MS } from "./prometheus-server.ts";

const LINES_AT_ONCE = 20_000;

/** Returns why there is no VictoriaMetrics here, or null; with CI=true the tests run, and fail, without it. */
export function victoriaMetricsMissing(): string | null {
  if (process.env["CI"] === "true") return null;
  const found = spawnSync("victoria-metrics", ["-version"], { stdio: "ignore" }).status === 0;
  return found ? null : "victoria-metrics is not installed (Debian: apt-get install victoria-metrics)";
}

/** Starts one that knows these samples and returns its address; gone after the test. */
export async function startVictoriaMetrics(samples: Iterable<PastSample>): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "victoria-metrics",
    [
      `-httpListenAddr=${address}`,
      `-storageDataPath=${join(await temporaryDirectory(), "data")}`,
      "-loggerLevel=WARN",
      "-search.latencyOffset=0s",
      "-retentionPeriod=20y",
      "-memory.allowedBytes=128MB",
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const url = `http://${address}`;
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${url}/health`).catch(() => null))?.status === 200;
  await until(
    async () => (await isReady()) || child.exitCode !== null,
    "a ready VictoriaMetrics",
    READY_WITHIN_MS,
  );
  await importAll(url, samples);
  return url;
}

async function importAll(url: string, samples: Iterable<PastSample>): Promise<void> {
  const lines = [...samples].map((sample) =>
    expositionLine({ ...sample, seconds: Math.round(sample.seconds * 1000) }).replace(/\.000$/, ""),
  );
  for (let first = 0; first < lines.length; first += LINES_AT_ONCE) {
    const body = `${lines.slice(first, first + LINES_AT_ONCE).join("\n")}\n`;
    const answer = await fetch(`${url}/api/v1/import/prometheus`, { method: "POST", body });
    if (!answer.ok) throw new Error(`the import failed: ${await answer.text()}`);
  }
  await fetch(`${url}/internal/force_flush`);
}
