// The rules that a scenario can set beside our policies, by name, with their parameters: what a document may say of them.

/** A parameter of a rule. A duration is written with its unit and handed on in seconds. */
export type BaselineParameter = {
  readonly meaning: string;
  readonly unit: "whole" | "number" | "duration";
  /** Null = left out of the parameters where it is not written, unless it is required. */
  readonly default: number | null;
  readonly required?: true;
  /** The smallest value, itself allowed; 0 where it is not given. */
  readonly least?: number;
};

export type BaselineRule = {
  readonly meaning: string;
  readonly parameters: Readonly<Record<string, BaselineParameter>>;
};

const BOUNDS = {
  minReplicas: {
    meaning: "Fewest replicas. Default: that of our policy.",
    unit: "whole",
    default: null,
    least: 1,
  },
  maxReplicas: {
    meaning: "Most replicas. Default: that of our policy.",
    unit: "whole",
    default: null,
    least: 1,
  },
} as const satisfies Record<string, BaselineParameter>;

const KEDA_THRESHOLDS = {
  pendingThreshold: { meaning: "Waiting requests per replica.", unit: "number", default: 10 },
  queueThreshold: { meaning: "Mean queue time, divided by the replicas.", unit: "duration", default: 0.5 },
  rateThreshold: { meaning: "Requests/s per replica.", unit: "number", default: 50 },
} as const satisfies Record<string, BaselineParameter>;

/** Every rule that is not ours; `BaselineCandidate.baseline` is one of the keys. */
export const BASELINES = {
  static: {
    meaning: "A fixed number of replicas.",
    parameters: { replicas: { meaning: "How many.", unit: "whole", default: null, required: true } },
  },
  "keda-prometheus": {
    meaning:
      "KEDA's Prometheus triggers on pending requests, queue time and request rate, as published in tutorials.",
    parameters: { ...KEDA_THRESHOLDS, ...BOUNDS },
  },
  "keda-corrected": {
    meaning: "The same triggers with their queries put right.",
    parameters: { ...KEDA_THRESHOLDS, ...BOUNDS },
  },
  "hpa-queue-compute": {
    meaning: "NVIDIA's tutorial: an HPA on the ratio of queue time to compute time.",
    parameters: { target: { meaning: "The ratio held.", unit: "number", default: 1 }, ...BOUNDS },
  },
  "hpa-request-rate": {
    meaning: "An HPA on the request rate, with the default behaviour.",
    parameters: {
      targetPerReplica: { meaning: "Requests/s per replica.", unit: "number", default: null, required: true },
      ...BOUNDS,
    },
  },
  knative: {
    meaning: "Knative's pod autoscaler: a stable and a panic window over what ready replicas hold.",
    parameters: {
      targetPerReplica: {
        meaning: "Requests/s per replica; this or `concurrency`.",
        unit: "number",
        default: null,
      },
      concurrency: { meaning: "Requests at a time per replica.", unit: "number", default: null },
      stableWindow: { meaning: "The long window.", unit: "duration", default: 60, least: 6 },
      panicWindowRatio: { meaning: "The panic window's share of it.", unit: "number", default: 0.1 },
      panicThreshold: { meaning: "Wanted ÷ ready that starts panic.", unit: "number", default: 2 },
      ...BOUNDS,
    },
  },
  watermark: {
    meaning: "Replicas move only when load per replica leaves the band between two marks.",
    parameters: {
      high: {
        meaning: "Requests/s per replica above which it rises.",
        unit: "number",
        default: null,
        required: true,
      },
      low: {
        meaning: "Requests/s per replica below which it falls.",
        unit: "number",
        default: null,
        required: true,
      },
      ...BOUNDS,
    },
  },
  "delayed-off": {
    meaning: "Rises with the load at once; a replica goes only after it was not needed for a while.",
    parameters: {
      targetPerReplica: { meaning: "Requests/s per replica.", unit: "number", default: null, required: true },
      wait: {
        meaning: "How long one is kept unneeded. Default: the mean start-up time.",
        unit: "duration",
        default: null,
      },
      ...BOUNDS,
    },
  },
  clairvoyant: {
    meaning: "A plan made with the whole traffic known: how far from the possible the others are.",
    parameters: { ...BOUNDS },
  },
} as const satisfies Record<string, BaselineRule>;

export type BaselineKind = keyof typeof BASELINES;

/** Returns whether a name is that of a rule. */
export function isBaseline(name: string): name is BaselineKind {
  return Object.hasOwn(BASELINES, name);
}
