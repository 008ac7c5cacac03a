// Recordings of the real HPA controller, as files hold them and as the simulator's controller takes them.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ScalingBehavior, ScalingRules } from "../../src/simulator/hpa/behavior.ts";
import type { HpaCondition } from "../../src/simulator/hpa/conditions.ts";
import type { HpaFlags, HpaSpec, HpaSync } from "../../src/simulator/hpa/hpa-sync.ts";
import type {
  HpaMetricReading,
  HpaMetricSpec,
  HpaPodSample,
  HpaResourceSample,
  Int64,
} from "../../src/simulator/hpa/metric.ts";
import type { CurrentMetric } from "../../src/simulator/hpa/metric-outcome.ts";
import { countReady, type HpaPod } from "../../src/simulator/hpa/pod.ts";
import { toleranceOfQuantity } from "../../src/simulator/hpa/quantity.ts";
import type { HpaFeatureGates } from "../../src/simulator/hpa/release.ts";

type FileInt64 = number | string;

type FileRules = {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy: ScalingRules["selectPolicy"];
  readonly policies: ScalingRules["policies"];
  readonly tolerance?: string;
};

type FileSpec = {
  readonly minReplicas: number | null;
  readonly maxReplicas: number;
  readonly metrics: readonly {
    readonly type: HpaMetricSpec["type"];
    readonly target: {
      readonly type: "AverageValue" | "Value" | "Utilization";
      readonly milli?: FileInt64;
      readonly percent?: number;
    };
  }[];
  readonly behaviorDefaulted?: { readonly scaleUp: FileRules; readonly scaleDown: FileRules };
};

type FilePod = {
  readonly phase: HpaPod["phase"];
  readonly ready: boolean;
  readonly deleting?: boolean;
  readonly startMs?: number;
  readonly readyChangedMs?: number;
  readonly noReadyCondition?: boolean;
  readonly requestMilli?: number;
};

type FileReading = {
  readonly values?: readonly FileInt64[];
  readonly noItems?: boolean;
  readonly error?: boolean;
  readonly byPod?: readonly (FileInt64 | HpaResourceSample | null)[];
  readonly otherPods?: readonly (FileInt64 | HpaResourceSample)[];
};

export type FileStep = {
  readonly t: number;
  readonly tScale?: number;
  readonly tDecide?: number;
  readonly tWrite?: number;
  readonly controllerRestarted?: boolean;
  readonly hpaGone?: boolean;
  readonly hpaRecreated?: boolean;
  readonly hpa?: FileSpec;
  readonly staleRead?: boolean;
  readonly specReplicas?: number;
  readonly statusReplicas?: number;
  readonly readyPods?: number;
  readonly podCount?: number;
  readonly pods?: readonly FilePod[];
  readonly metrics?: readonly (FileReading | null)[];
  readonly selector?: string;
  readonly scaleError?: string;
  readonly scaleWriteErrors?: HpaSync["scaleWriteErrors"];
  readonly statusWriteFailed?: boolean;
  readonly proposal?: number;
  readonly scaledTo?: number;
  readonly desiredReplicas?: number;
  readonly conditions?: readonly string[];
  readonly currentMetrics?: readonly ({ readonly [name in keyof CurrentMetric]?: FileInt64 } | null)[];
};

/** One recording. */
export type HpaVector = {
  readonly id: string;
  readonly family: string;
  readonly kubernetes: string;
  readonly flags: HpaFlags;
  readonly featureGates: HpaFeatureGates;
  readonly hpa: FileSpec;
  readonly steps: readonly FileStep[];
};

const SUFFIX = ".jsonl.gz";

/** Returns the recordings' files under a path, in order. */
export function vectorFiles(path: string): readonly string[] {
  if (statSync(path).isFile()) return path.endsWith(SUFFIX) ? [path] : [];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => vectorFiles(join(path, name)));
}

/** Yields the recordings of a file, one a line; of `every` so many the first only. */
export function* readVectors(file: string, every = 1): Generator<HpaVector> {
  for (const [index, line] of gunzipSync(readFileSync(file)).toString("utf8").split("\n").entries()) {
    if (line !== "" && index % every === 0) yield JSON.parse(line) as HpaVector;
  }
}

/** Returns a file's family: its name without the ending. */
export function familyOf(file: string): string {
  return basename(file, SUFFIX);
}

/** Returns the spec as the controller reads it. */
export function specOf({ minReplicas, maxReplicas, metrics, behaviorDefaulted }: FileSpec): HpaSpec {
  return {
    minReplicas,
    maxReplicas,
    metrics: metrics.map(metricOf),
    behavior: behaviorDefaulted === undefined ? null : behaviorOf(behaviorDefaulted),
  };
}

/** Returns what the controller read at a step. */
export function syncOf(step: FileStep, spec: HpaSpec): HpaSync {
  const pods = (step.pods ?? []).map(podOf);
  const { specReplicas, statusReplicas, scaleError } = step;
  return {
    scale:
      scaleError !== undefined || specReplicas === undefined || statusReplicas === undefined
        ? null
        : { specReplicas, statusReplicas, selectorWorks: step.selector === undefined },
    scaleMs: step.tScale ?? step.t,
    decideMs: step.tDecide ?? step.t,
    writeMs: step.tWrite ?? step.t,
    pods,
    readyPods: step.readyPods ?? countReady(pods),
    podCount: step.podCount ?? pods.length,
    metrics: spec.metrics.map(({ type }, index) => readingOf(step.metrics?.[index] ?? null, type)),
    scaleWriteErrors: step.scaleWriteErrors ?? [],
    statusWriteFails: step.statusWriteFailed ?? false,
  };
}

/** Returns conditions as the files write them: `Type=Status/Reason`. */
export function printedCondition({ type, status, reason }: HpaCondition): string {
  return `${type}=${status ? "True" : "False"}/${reason}`;
}

/** Returns a condition of the files' form. */
export function parsedCondition(text: string): HpaCondition {
  const [type = "", status = "", reason = ""] = text.split(/[=/]/);
  return { type: type as HpaCondition["type"], status: status === "True", reason };
}

/** Returns an int64 of the files: a string beyond what a double holds. */
export function int64Of(value: FileInt64): Int64 {
  return typeof value === "string" ? BigInt(value) : value;
}

function metricOf({ type, target }: FileSpec["metrics"][number]): HpaMetricSpec {
  const { milli = 0, percent = 0 } = target;
  if (target.type === "Utilization") return { type: "Resource", target: { type: "Utilization", percent } };
  return { type, target: { type: target.type, milli: int64Of(milli) } } as HpaMetricSpec;
}

function behaviorOf({ scaleUp, scaleDown }: NonNullable<FileSpec["behaviorDefaulted"]>): ScalingBehavior {
  return { scaleUp: rulesOf(scaleUp), scaleDown: rulesOf(scaleDown) };
}

function rulesOf({ stabilizationWindowSeconds, selectPolicy, policies, tolerance }: FileRules): ScalingRules {
  return {
    stabilizationWindowSeconds: stabilizationWindowSeconds ?? null,
    selectPolicy,
    policies,
    tolerance: tolerance === undefined ? null : toleranceOfQuantity(tolerance),
  };
}

function podOf(pod: FilePod): HpaPod {
  return {
    phase: pod.phase,
    ready: pod.noReadyCondition === true ? null : pod.ready,
    deleting: pod.deleting ?? false,
    startMs: pod.startMs ?? null,
    readyChangedMs: pod.readyChangedMs ?? 0,
    requestMilli: pod.requestMilli ?? 0,
  };
}

function readingOf(reading: FileReading | null, type: HpaMetricSpec["type"]): HpaMetricReading {
  if (reading === null || reading.error === true) return { kind: "error" };
  if (type === "External") return { kind: "values", milli: (reading.values ?? []).map(int64Of) };
  return {
    kind: "byPod",
    samples: (reading.byPod ?? []).map((sample) => (sample === null ? null : sampleOf(sample))),
    otherSamples: (reading.otherPods ?? []).map(sampleOf),
  };
}

function sampleOf(sample: FileInt64 | HpaResourceSample): HpaPodSample {
  return typeof sample === "object" ? sample : int64Of(sample);
}
