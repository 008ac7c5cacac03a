// The processes around the measured service: exporter, client and echo server; and what the client is told to do.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadOutcome } from "./rpc-load.ts";
import { TICK_MS } from "./serve.ts";

/** How many policies, and how long the load lasts: shorter for a look than for a figure. */
export const POLICIES = Number(process.env["TIDEMARK_FLEET_POLICIES"] ?? 1000);
export const LOAD_SECONDS = Number(process.env["TIDEMARK_FLEET_SECONDS"] ?? 61);
/** How much past Prometheus has when the service starts, besides what it has scraped by then. */
export const PAST_SECONDS = Number(process.env["TIDEMARK_FLEET_PAST_SECONDS"] ?? 0);
/** Half as long, but never without a tick. */
export const ECHO_SECONDS = Math.max(TICK_MS / 1000 + 1, LOAD_SECONDS / 2);
const RATE_PER_SECOND = 2000;
export const WARM_UP_SECONDS = 5;

/**
 * Starts exporter, client and echo server, each a process that is added to `children`; returns the exporter's port, the
 * client and the echo server's port. `certificates` is a folder with those of an echo server over mTLS.
 */
export async function startHelpers(
  children: ChildProcess[],
  certificates: string | null = null,
): Promise<[number, ChildProcess, number]> {
  const begin = (file: string, args: readonly string[]): ChildProcess => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
      execArgv: ["--import", "tsx"],
    });
    children.push(child);
    return child;
  };
  const loader = begin("rpc-load.ts", []);
  const [exporter, echo] = await Promise.all([
    once(begin("exporter.ts", [String(POLICIES), String(PAST_SECONDS)]), "message"),
    once(
      begin("../servers/get-metrics-server.ts", ["echo", ...(certificates === null ? [] : [certificates])]),
      "message",
    ),
  ]);
  return [exporter[0].port, loader, echo[0].port];
}

/** Has the client warm up and then call for `seconds`; resolves with the outcome of the latter. */
export async function loadOn(
  loader: ChildProcess,
  asked: Pick<LoadOrder, "port" | "seconds" | "onlyGetMetrics"> & Partial<LoadOrder>,
): Promise<LoadOutcome> {
  const order = (length: number): LoadOrder => ({
    tls: null,
    ...asked,
    seconds: length,
    policies: POLICIES,
    ratePerSecond: RATE_PER_SECOND,
    tickMs: TICK_MS,
  });
  for (const length of [WARM_UP_SECONDS, asked.seconds]) {
    loader.send(order(length));
    const [outcome] = await Promise.race([nextOutcome(loader), brokenLoad(loader)]);
    if (length === asked.seconds && outcome !== undefined) return outcome;
  }
  throw new Error("the load gave no outcome");
}

async function nextOutcome(loader: ChildProcess): Promise<LoadOutcome[]> {
  return await once(loader, "message");
}

async function brokenLoad(loader: ChildProcess): Promise<never> {
  await once(loader, "exit");
  throw new Error("the load broke");
}
