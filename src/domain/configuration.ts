// The complete, validated service configuration: defaults filled in, spans as milliseconds, paths as written.

import type { Instant, Millis } from "./units.ts";

export type ScrapeTarget = {
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly url: string;
};

export type ScrapeSourceConfiguration = {
  readonly kind: "scrape";
  readonly interval: Millis;
  readonly timeout: Millis;
  /** None where they are discovered. */
  readonly targets: readonly ScrapeTarget[];
  /** Where targets come from besides the list. */
  readonly discovery: "kubernetes" | null;
};

/** What desired replicas are while a recording plays: as recorded, or the last answer. */
export type RecordingActuation = "none" | "follow";
/** What follows the recording's last scrape. */
export type RecordingEnd = "exit" | "hold" | "repeat";

export type RecordingSourceConfiguration = {
  readonly kind: "recording";
  /** Absolute, or relative to the directory of the configuration file. */
  readonly path: string;
  readonly namespace: string;
  readonly workload: string;
  readonly epoch: Instant;
  /** Times real time; `max` = as fast as ticks can be computed. */
  readonly speed: number | "max";
  readonly actuation: RecordingActuation;
  readonly atEnd: RecordingEnd;
};

/** Where a Prometheus source takes replica counts from. */
export type ReplicaCounting = "kube-state-metrics" | "pods" | "kubernetes";

export type PrometheusAuthorization =
  | { readonly kind: "bearer"; readonly tokenFile: string }
  | { readonly kind: "basic"; readonly username: string; readonly passwordFile: string };

export type PrometheusSourceConfiguration = {
  readonly kind: "prometheus";
  /** Without the API's own path; a path before that is kept. */
  readonly url: string;
  readonly scrapeInterval: Millis;
  /** For one query with all its body. */
  readonly timeout: Millis;
  readonly maxResponseBytes: number;
  /** Label name → value; added to every selector of Triton's series and of `up`. */
  readonly matchers: Readonly<Record<string, string>>;
  /** The names of the labels that carry a series' namespace and pod. */
  readonly labels: { readonly namespace: string; readonly pod: string };
  readonly replicas: ReplicaCounting;
  /** Files as written: absolute, or relative to the directory of the configuration file. */
  readonly authorization: PrometheusAuthorization | null;
  readonly caFile: string | null;
};

export type SimulationSourceConfiguration = {
  readonly kind: "simulation";
  /** Absolute, or relative to the directory of the configuration file. */
  readonly scenario: string;
  /** Times real time; `max` = as fast as ticks can be computed. */
  readonly speed: number | "max";
};

export type SourceConfiguration =
  | PrometheusSourceConfiguration
  | ScrapeSourceConfiguration
  | RecordingSourceConfiguration
  | SimulationSourceConfiguration;

/** What the gRPC server proves itself with, and whom it answers; files absolute or relative to the configuration's directory. */
export type GrpcTls = {
  /** PEM: the server's certificate, then those between it and its CA. */
  readonly certFile: string;
  readonly keyFile: string;
  /** PEM: the CAs that sign callers' certificates. */
  readonly clientCaFile: string;
  /** Common names or alternative names of callers; null = every certificate of those CAs. */
  readonly allowedSubjects: readonly string[] | null;
};

/** How the API server is reached, and whether one of several processes leads; paths as written. */
export type KubernetesConfiguration = {
  /** Null: as the pod's own service account. */
  readonly kubeconfig: string | null;
  /** Where the Lease and the ConfigMap are; null: where we are at home. */
  readonly namespace: string | null;
  /** Null: this process is the only one, or all of them answer alike. */
  readonly leaderElection: { readonly lease: string } | null;
};

export type RecordDetail = "observation" | "raw";
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";

export type Configuration = {
  readonly name: string;
  readonly tick: { readonly interval: Millis; readonly lag: Millis };
  readonly source: SourceConfiguration;
  readonly grpc: {
    readonly address: string;
    readonly deadline: Millis;
    readonly drainTimeout: Millis;
    readonly maxMessageBytes: number;
    readonly reflection: boolean;
    /** Null: plain connections. */
    readonly tls: GrpcTls | null;
  };
  readonly http: { readonly address: string };
  readonly decisions: {
    readonly file: string | null;
    readonly detail: RecordDetail;
    readonly maxFileSizeBytes: number;
    readonly maxFiles: number;
  };
  /** Where the checkpoint is kept: at most one of the two. */
  readonly state: { readonly file: string | null; readonly configMap: string | null };
  readonly kubernetes: KubernetesConfiguration;
  readonly logging: { readonly level: LogLevel };
};
