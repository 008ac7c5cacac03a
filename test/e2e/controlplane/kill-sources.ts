// The two ways in which processes stand in for one another in a cluster, as configurations: all answer alike on one
// Prometheus, or one leads on direct scrapes and another stands by.

import { electing, READING, type Rule } from "./service-account.ts";

const TICK_SECONDS = 2;
/** How far apart ticks are, in milliseconds. */
export const KILLED_TICK_MS = TICK_SECONDS * 1000;

/** Names of what processes share. */
export type Shared = Readonly<Record<"lease" | "checkpoint", string>>;

export const PAIR: Shared = { lease: "pair", checkpoint: "pair-state" };
export const REFERENCE: Shared = { lease: "reference", checkpoint: "reference-state" };
/** What the pair and its reference may do. */
export const KILLED_RULES: readonly Rule[] = [
  ...READING,
  ...[PAIR, REFERENCE].flatMap(({ lease, checkpoint }) => electing(lease, checkpoint)),
];

export type KillSource = {
  readonly name: string;
  readonly namespace: string;
  /** Ticks by which two processes may differ: those that scrape for themselves do not look at the same instants. */
  readonly skewTicks: number;
  /** Whether a process finds samples from before its start; without them it may have no number in its first window. */
  readonly hasPast: boolean;
  /** How many of two processes are ready to be asked. */
  readonly ready: number;
  readonly configuration: (
    parts: Shared & { readonly prometheus: string; readonly kubeconfig: string },
  ) => string;
};

const alike: KillSource = {
  name: "two replicas on one Prometheus, replicas from the API",
  namespace: "alike",
  skewTicks: 0,
  hasPast: true,
  ready: 2,
  configuration: ({ prometheus, kubeconfig, checkpoint }) =>
    document(
      `{ kind: prometheus, prometheus: { url: "${prometheus}", scrapeInterval: 1s, replicas: kubernetes } }`,
      { checkpoint, kubernetes: `{ kubeconfig: "${kubeconfig}", namespace: alike }` },
    ),
};

const led: KillSource = {
  name: "a leader and its standby on direct scrapes",
  namespace: "led",
  skewTicks: 2,
  hasPast: false,
  ready: 1,
  configuration: ({ kubeconfig, checkpoint, lease }) =>
    document("{ kind: scrape, scrape: { interval: 1s, discovery: kubernetes } }", {
      checkpoint,
      kubernetes: `{ kubeconfig: "${kubeconfig}", namespace: led, leaderElection: { lease: ${lease} } }`,
    }),
};

export const KILL_SOURCES: readonly KillSource[] = [alike, led];

function document(
  source: string,
  { checkpoint, kubernetes }: { readonly checkpoint: string; readonly kubernetes: string },
): string {
  return `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: killed }
spec:
  tick: { interval: ${TICK_SECONDS}s, lag: 500ms }
  source: ${source}
  grpc: { address: "127.0.0.1:0" }
  http: { address: "127.0.0.1:0" }
  kubernetes: ${kubernetes}
  state: { configMap: ${checkpoint} }
`;
}
