// Loads a recording of a real Triton server from the shared folder beside the checkout, where that is there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { PodSamples, WorkloadSamples } from "../../src/domain/samples.ts";
import { after, type Instant, instant, type Millis, seconds } from "../../src/domain/units.ts";
import { parseExposition } from "../../src/observe/exposition.ts";
import { SampleBuffer } from "../../src/observe/sample-buffer.ts";
import { isKeptMetric } from "../../src/observe/triton-metrics.ts";

const RECORDINGS = fileURLToPath(new URL("../../../shared/recordings/", import.meta.url));

/** The instant of t = 0. */
export const RECORDING_EPOCH: Instant = instant(Date.UTC(2026, 0, 5));
const FOR_EVER: Millis = seconds(100_000);

export type RecordedRequest = {
  readonly sendSeconds: number;
  readonly model: string;
  readonly replica: number;
  readonly status: number;
  readonly latencyMs: number;
};

export type Recording = {
  readonly models: readonly string[];
  readonly durationSeconds: number;
  readonly initialReplicas: readonly number[];
  readonly requests: readonly RecordedRequest[];
  readonly pods: readonly string[];
  readonly buffer: SampleBuffer;
  /** The first successful scrape of each pod. */
  readonly firstUpAt: ReadonlyMap<string, Instant>;
};

/** Returns why recordings cannot be used, or null where they can. */
export function recordingsMissing(): string | null {
  return existsSync(RECORDINGS) ? null : `no recordings at ${RECORDINGS}`;
}

/** Returns a recording with all of its scrapes parsed. Pods are called `pod-<replica>`. */
export function loadRecording(name: string): Recording {
  const folder = join(RECORDINGS, name);
  const scenario = JSON.parse(readFileSync(join(folder, "scenario.json"), "utf8"));
  const buffer = new SampleBuffer({ keep: FOR_EVER });
  const firstUpAt = new Map<string, Instant>();
  const pods = Array.from({ length: scenario.replicas }, (_, replica) => `pod-${replica}`);
  pods.forEach((pod, replica) => {
    for (const line of gunzippedLines(join(folder, `scrapes-${replica}.jsonl.gz`))) {
      const { t, status, text } = JSON.parse(line);
      const at = recordedInstant(t);
      if (status !== 200) {
        buffer.failed(pod, at);
        continue;
      }
      const parsed = parseExposition(text, { keep: isKeptMetric });
      if (!parsed.ok)
        throw new Error(`${name} ${pod} t=${t}: line ${parsed.failure.line} ${parsed.failure.message}`);
      buffer.scraped(pod, at, parsed.value);
      if (!firstUpAt.has(pod)) firstUpAt.set(pod, at);
    }
  });
  const models = scenario.models.map((model: { name: string }) => model.name);
  const requests = gunzippedLines(join(folder, "requests.csv.gz")).slice(1).map(parseRequest);
  const { durationSeconds, initialReplicas } = scenario;
  return { models, durationSeconds, initialReplicas, requests, pods, buffer, firstUpAt };
}

/** Returns the instant `t` seconds after a recording's start. */
export function recordedInstant(t: number): Instant {
  return after(RECORDING_EPOCH, seconds(t));
}

/** Returns what a source would hand over at an instant of the recording. */
export function samplesAt(recording: Recording, at: Instant, span: Millis): WorkloadSamples {
  const pods = recording.pods.flatMap((pod, replica) => podAt(recording, { pod, replica, at, span }) ?? []);
  const ready = pods.filter((pod) => pod.ready === true).length;
  return { pods, replicas: { desired: pods.length, ready, source: "pods" } };
}

function podAt(
  { buffer, firstUpAt, initialReplicas }: Recording,
  { pod, replica, at, span }: { pod: string; replica: number; at: Instant; span: Millis },
): PodSamples | null {
  const initial = initialReplicas.includes(replica);
  const firstUp = firstUpAt.get(pod);
  if (!initial && (firstUp === undefined || firstUp > at)) return null;
  const scrapes = buffer.scrapes(pod, at, span);
  return {
    pod,
    appearedAt: initial ? RECORDING_EPOCH : (firstUp ?? null),
    ready: scrapes.at(-1)?.up ?? false,
    expected: true,
    scrapes,
    series: buffer.series(pod, at, span),
  };
}

function gunzippedLines(file: string): readonly string[] {
  return gunzipSync(readFileSync(file))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function parseRequest(row: string): RecordedRequest {
  const [send = "", model = "", replica = "", , status = "", latency = ""] = row.split(",");
  return {
    sendSeconds: Number(send),
    model,
    replica: Number(replica),
    status: Number(status),
    latencyMs: Number(latency),
  };
}
