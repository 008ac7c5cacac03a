// The past that the dashboard is looked at with: a recorded surge, our own page while its decisions were made, and what
// the recording's machine did not have (GPUs, Kubernetes, KEDA) as a few constant series.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PrometheusTelemetry } from "../../../src/adapters/prometheus-telemetry.ts";
import { readRecording } from "../../../src/adapters/recording-files.ts";
import { decideAndAnswer } from "../../../src/control/outcome.ts";
import { sizingOf } from "../../../src/control/sizing.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { DecisionRecord } from "../../../src/domain/record.ts";
import { initialState } from "../../../src/domain/state.ts";
import { parseExposition } from "../../../src/observe/exposition.ts";
import { loadPolicies } from "../../../src/policy/load-policies.ts";
import { EPOCH } from "../../support/builders.ts";
import { playRecording, recordingPath } from "../../support/play-recording.ts";
import type { PastSample } from "./prometheus-server.ts";

const RECORDING = "F-surge";
const POLICY_FILE = fileURLToPath(
  new URL("../../../simulations/demo/policies/embedder.yaml", import.meta.url),
);
const EPOCH_SECONDS = EPOCH / 1000;
/** Scraped this often, as deploy/monitoring says. */
const TRITON_EVERY = 5;
const TIDEMARK_EVERY = 15;

type Labels = Readonly<Record<string, string>>;
type Scraped = { readonly text: string; readonly target: Labels; readonly seconds: number };

export type DashboardPast = {
  readonly samples: readonly PastSample[];
  readonly startSeconds: number;
  readonly endSeconds: number;
};

/** Returns the whole past; the variables namespace, policy and model are ai-inference, embedder and embedder. */
export async function dashboardPast(): Promise<DashboardPast> {
  const policy = demoPolicy();
  const records = await playRecording(RECORDING, policy);
  const endSeconds = EPOCH_SECONDS + records.length;
  const samples = [
    ...(await tritonSamples()),
    ...(await ownSamples(policy, records)),
    ...constantSamples(endSeconds),
  ];
  return { samples, startSeconds: EPOCH_SECONDS + 60, endSeconds };
}

function demoPolicy(): Policy {
  const { policies, rejected } = loadPolicies(
    [{ file: "embedder.yaml", bytes: readFileSync(POLICY_FILE) }],
    null,
  );
  const [loaded] = policies;
  if (loaded === undefined) throw new Error(JSON.stringify(rejected));
  return loaded.policy;
}

async function tritonSamples(): Promise<readonly PastSample[]> {
  const recording = await readRecording(recordingPath(RECORDING));
  if (!recording.ok) throw new Error(recording.failure);
  return [...recording.value.scrapes].flatMap(([replica, scrapes]) => {
    const pod = `triton-embedder-${replica}`;
    const target = { job: "triton", namespace: "ai-inference", pod, instance: `${pod}:8002` };
    const taken = scrapes.filter(({ text }, index) => text !== null && index % TRITON_EVERY === 0);
    return taken.flatMap(({ t, text }) =>
      scraped({ text: text ?? "", target, seconds: EPOCH_SECONDS + t / 1000 }),
    );
  });
}

/** The decisions told to the telemetry as the loop tells it, and calls as KEDA makes them. */
async function ownSamples(
  policy: Policy,
  records: readonly DecisionRecord[],
): Promise<readonly PastSample[]> {
  const telemetry = new PrometheusTelemetry({ sizingOf });
  const target = { job: "tidemark", namespace: "tidemark", pod: "tidemark-0", instance: "tidemark-0:8080" };
  const samples: PastSample[] = [];
  telemetry.policiesReloaded(true, EPOCH_SECONDS);
  telemetry.streams(1);
  let state = initialState({ remembers: true });
  for (const [index, record] of records.entries()) {
    state = decideAndAnswer(state, record.observation, policy).state;
    telemetry.learned(record.policy, state);
    telemetry.sourceQuery("recording", true, 0.004);
    telemetry.decision(policy, record, records[index - 1] ?? null);
    telemetry.agreement(record.policy, true);
    telemetry.tick("ok", 0.006);
    for (const method of ["GetMetricSpec", "GetMetrics", "IsActive"])
      telemetry.grpcRequest(method, "OK", 0.0004);
    telemetry.scaledObjectRequest(policy.target.namespace, policy.name);
    telemetry.policyRefused("unknownPolicy");
    if (index % TIDEMARK_EVERY !== 0) continue;
    samples.push(...scraped({ text: await telemetry.render(), target, seconds: EPOCH_SECONDS + index }));
  }
  telemetry.close();
  return samples;
}

/** A scrape that went well; a label that the target has too stays as the page gives it. */
function scraped({ text, target, seconds }: Scraped): readonly PastSample[] {
  const parsed = parseExposition(text);
  if (!parsed.ok) throw new Error(`line ${parsed.failure.line}: ${parsed.failure.message}`);
  const samples = parsed.value.map(({ name, labels, value }) => ({
    name,
    labels: { ...target, ...labels },
    value,
    seconds,
  }));
  return [{ name: "up", labels: target, value: 1, seconds }, ...samples];
}

const BLIND: Labels = { job: "tidemark", pod: "tidemark-0", namespace: "batch", policy: "blind" };
/** What the recording gives no cause for: starts, a target too low, a service that changed. */
const EMBEDDER: Labels = {
  job: "tidemark",
  pod: "tidemark-0",
  namespace: "ai-inference",
  policy: "embedder",
};
const GPU: Labels = {
  job: "triton",
  namespace: "ai-inference",
  pod: "triton-embedder-0",
  gpu_uuid: "GPU-0",
};
const HPA: Labels = { namespace: "ai-inference", horizontalpodautoscaler: "keda-hpa-embedder" };
const KEDA: Labels = {
  namespace: "keda",
  exported_namespace: "ai-inference",
  scaledObject: "embedder",
  scaler: "externalScaler",
  metric: "s0-desired-replicas",
};

/** Name, labels, value at the start and growth a second. */
const CONSTANT: readonly (readonly [string, Labels, number, number])[] = [
  ["tidemark_startup_seconds", { ...EMBEDDER, quantile: "0.9" }, 180, 0],
  ["tidemark_target_cost_replicas", EMBEDDER, 2, 0],
  ["tidemark_capacity_forgotten_timestamp_seconds", EMBEDDER, EPOCH_SECONDS, 0],
  ["nv_gpu_memory_used_bytes", GPU, 30e9, 0],
  ["nv_gpu_memory_total_bytes", GPU, 40e9, 0],
  ["nv_gpu_utilization", GPU, 0.9, 0],
  [
    "kube_deployment_status_replicas_ready",
    { namespace: "ai-inference", deployment: "triton-embedder" },
    3,
    0,
  ],
  ["kube_horizontalpodautoscaler_status_desired_replicas", HPA, 3, 0],
  ["kube_horizontalpodautoscaler_status_current_replicas", HPA, 3, 0],
  ["keda_scaler_metrics_value", KEDA, 3, 0],
  ["keda_scaler_detail_errors_total", KEDA, 0, 0.1],
  [
    "keda_internal_scale_loop_latency_seconds",
    { ...KEDA, type: "scaledobject", resource: "embedder" },
    0.01,
    0,
  ],
  ["tidemark_status", { ...BLIND, status: "holding" }, 1, 0],
  ["tidemark_recommended_replicas", { ...BLIND, stage: "raw" }, 12, 0],
  ["tidemark_recommended_replicas", { ...BLIND, stage: "published" }, 8, 0],
  ["ALERTS", { alertname: "TidemarkAtMaximum", alertstate: "firing", severity: "page" }, 1, 0],
];

function constantSamples(endSeconds: number): readonly PastSample[] {
  const instants = Array.from(
    { length: Math.ceil((endSeconds - EPOCH_SECONDS) / TIDEMARK_EVERY) },
    (_, index) => index * TIDEMARK_EVERY,
  );
  return CONSTANT.flatMap(([name, labels, start, growth]) =>
    instants.map((t) => ({ name, labels, value: start + growth * t, seconds: EPOCH_SECONDS + t })),
  );
}
