// What a running scaler says of itself over HTTP.

import type { Served } from "../real-triton/serve-process.ts";
import { POLICY } from "./documents.ts";

/** Rates of a few seconds are not exact. */
const NEAR_RATIO = 0.05;
const CALLS = /^tidemark_grpc_requests_total\{[^}]*\} (\d+)$/gm;

type Policies = {
  readonly policies: readonly { readonly wanted: number | null; readonly notes?: readonly string[] }[];
};
type Measured = {
  readonly record: {
    readonly observation: {
      readonly replicas: object;
      readonly cluster?: {
        readonly waiting: readonly { readonly reason: string; readonly restarts: number }[];
      };
      readonly pods: { readonly expected: number; readonly fresh: number };
      readonly signals: { readonly requestRate?: { readonly value: number | null } };
    };
  };
};

/** What it counts, which pods it names for what reason, and what it has to say of the cluster. */
export type ServedView = {
  readonly replicas: object;
  readonly waiting: readonly string[];
  readonly notes: readonly string[];
};

/** What it says of the cluster at its newest tick. */
export async function viewOf(scaler: Served, namespace: string): Promise<ServedView> {
  const { record } = JSON.parse(await textOf(scaler, `/api/v1/policies/${namespace}/${POLICY}`)) as Measured;
  const { policies } = JSON.parse(await textOf(scaler, "/api/v1/policies")) as Policies;
  const { replicas, cluster } = record.observation;
  const waiting = cluster?.waiting.map(({ reason }) => reason).toSorted() ?? [];
  return { replicas, waiting, notes: policies[0]?.notes ?? [] };
}

/** Its newest decision with all that led to it, or why there is none to be had. */
export function recordOf(scaler: Served, namespace: string): Promise<string> {
  return textOf(scaler, `/api/v1/policies/${namespace}/${POLICY}`).catch(String);
}

/** The count that its only policy wants, whether anybody asks or not. */
export async function wantedBy(scaler: Served): Promise<number | null> {
  const { policies } = JSON.parse(await textOf(scaler, "/api/v1/policies")) as Policies;
  return policies[0]?.wanted ?? null;
}

/** Whether it measures this load, from all pods that there are. */
export async function isMeasuring(
  scaler: Served,
  namespace: string,
  requestsPerSecond: number,
): Promise<boolean> {
  const text = await textOf(scaler, `/api/v1/policies/${namespace}/${POLICY}`);
  const { pods, signals } = (JSON.parse(text) as Measured).record.observation;
  const value = signals.requestRate?.value ?? 0;
  const isNear = Math.abs(value - requestsPerSecond) <= NEAR_RATIO * requestsPerSecond;
  return isNear && pods.fresh === pods.expected;
}

/** How many calls it answered or refused so far. */
export async function callsOf(scaler: Served): Promise<number> {
  const text = await textOf(scaler, "/metrics");
  return [...text.matchAll(CALLS)].reduce((total, [, count]) => total + Number(count), 0);
}

async function textOf({ http }: Served, path: string): Promise<string> {
  return (await fetch(`http://${http}${path}`)).text();
}
