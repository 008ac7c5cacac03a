// The table of the metrics that the service exports about itself. docs/METRICS.md shows the same, kept so by a test.

export type OwnMetric = {
  readonly type: "counter" | "gauge" | "histogram";
  readonly labels: readonly string[];
  readonly help: string;
};

const POLICY = ["namespace", "policy"] as const;

/** ScaledObjects that are counted one by one: label values that callers choose must not grow without end. */
export const MAX_SCALED_OBJECTS = 2000;

/** Read off the newest record of every policy when the page is asked for. */
export const POLICY_GAUGES = {
  tidemark_policy_info: gauge([...POLICY, "hash", "mode"], "Policies in force, value 1"),
  tidemark_observed_replicas: gauge(
    [...POLICY, "state"],
    "Replicas as the source gave them: desired, ready, starting",
  ),
  tidemark_recommended_replicas: gauge(
    [...POLICY, "stage"],
    "Replicas wanted after each stage of the decision: raw, stabilized, limited, published",
  ),
  tidemark_signal_value: gauge(
    [...POLICY, "signal"],
    "Value of a signal in its base unit; absent where unknown",
  ),
  tidemark_signal_target: gauge(
    [...POLICY, "signal"],
    "Target of a signal: per replica for load and backlog, seconds for quality, the blocking ratio for memory, the query's unit for custom ones",
  ),
  tidemark_signal_wish_replicas: gauge(
    [...POLICY, "signal"],
    "Replicas that a signal asks for; absent where there is no wish",
  ),
  tidemark_signal_age_seconds: gauge(
    [...POLICY, "signal"],
    "Age of the newest sample that a signal uses, over the pods the largest",
  ),
  tidemark_signal_state: gauge(
    [...POLICY, "signal", "state"],
    "1 for the state that a signal is in, else 0: live, idle, stale, absent, implausible",
  ),
  tidemark_coverage_ratio: gauge(
    [...POLICY],
    "Fresh pods out of those expected, the least over required signals",
  ),
  tidemark_status: gauge(
    [...POLICY, "status"],
    "1 for the status of the last decision, else 0: starting, live, degraded, holding, unavailable",
  ),
  tidemark_agreement_promised: gauge(
    [...POLICY],
    "1 while a replica on the same Prometheus is promised to publish the same number, else 0",
  ),
  tidemark_startup_seconds: gauge(
    [...POLICY, "quantile"],
    "Time from asked for to ready of the starts that were seen, by quantile: 0.5, 0.9; absent before the third",
  ),
  tidemark_capacity_requests_per_second: gauge(
    [...POLICY],
    "The cap: requests/s of one saturated replica; absent until one was seen",
  ),
  tidemark_capacity_proven_requests_per_second: gauge(
    [...POLICY],
    "The highest requests/s of one replica that were held with every signal at target; absent until some were",
  ),
  tidemark_capacity_bad_points: gauge(
    [...POLICY],
    "Loads per replica at which the objective was missed in the last 24 h",
  ),
  tidemark_capacity_forgotten_timestamp_seconds: gauge(
    [...POLICY],
    "When what was learned was last dropped, since the service had changed; absent if never",
  ),
  tidemark_load_limit_requests_per_second: gauge(
    [...POLICY],
    "Requests/s that each of the desired replicas may be given, by target and by what was learned; absent while nothing limits",
  ),
  tidemark_target_cost_replicas: gauge(
    [...POLICY],
    "Replicas that a declared target far below what a replica was seen to carry costs now; absent where it is not",
  ),
  tidemark_request_time_seconds: gauge(
    [...POLICY, "model", "part"],
    "Mean time of a request by where it passes: batching, queue, input, infer, output, outside",
  ),
  tidemark_incurable_latency: gauge(
    [...POLICY, "reason"],
    "1 while a signal is above target and replicas do not cure it, else 0: COMPUTE_BOUND, EXTERNAL_BOUND, MEMORY_BOUND, FUTILE, IMBALANCE",
  ),
  tidemark_scale_in_blocked: gauge(
    [...POLICY, "reason"],
    "1 while missing or unsafe data forbids a scale-in, else 0",
  ),
} as const satisfies Record<string, OwnMetric>;

/** Counted as things happen, or set when the page is asked for. */
export const SERVICE_METRICS = {
  tidemark_build_info: gauge(["version"], "The version that runs, value 1"),
  tidemark_policy_last_reload_successful: gauge(
    [],
    "1 if the last reading of the policy files went well, else 0",
  ),
  tidemark_policy_last_reload_success_timestamp_seconds: gauge(
    [],
    "When the policy files were last read well",
  ),
  tidemark_decision_changes_total: counter([...POLICY, "direction"], "Changes of the wanted number: out, in"),
  tidemark_scale_events_total: counter(
    [...POLICY, "direction"],
    "Observed changes of desired replicas: out, in",
  ),
  tidemark_ticks_total: counter(["result"], "Instants of the tick grid: ok, failed, skipped"),
  tidemark_tick_duration_seconds: histogram([], "Time that a tick took"),
  tidemark_source_queries_total: counter(["source", "result"], "Readings of the metrics source: ok, failed"),
  tidemark_source_query_duration_seconds: histogram([], "Time that a reading of the metrics source took"),
  tidemark_source_up: gauge([], "1 while the metrics source answers, else 0"),
  tidemark_grpc_requests_total: counter(["method", "code"], "Finished gRPC calls"),
  tidemark_grpc_request_duration_seconds: histogram(["method"], "Time that a gRPC call took"),
  tidemark_grpc_scaledobject_requests_total: counter(
    ["namespace", "scaledobject"],
    `Calls by ScaledObject; all beyond ${MAX_SCALED_OBJECTS} of them as other`,
  ),
  tidemark_policy_refusals_total: counter(
    ["reason"],
    "Calls for a policy or metric that is not available: unknownPolicy, otherNamespace, unknownMetric",
  ),
  tidemark_event_loop_lag_seconds: gauge(
    [],
    "Longest delay, since this page was last asked for, of the event loop that answers calls",
  ),
  tidemark_streams: gauge([], "Open gRPC streams"),
  tidemark_connections: gauge([], "Open gRPC connections"),
  tidemark_connection_refusals_total: counter(
    ["reason"],
    "Connections refused: connectionLimit, addressLimit, addressRate, openingLimit, openingTime, handshake, clientCertificate, subject, notHttp2",
  ),
  tidemark_certificate_expiry_timestamp_seconds: gauge(
    ["file"],
    "When the certificates in use end: of the server's chain the first, of the callers' CAs the last",
  ),
  tidemark_certificate_last_reload_successful: gauge(
    ["file"],
    "1 if the certificate files last held what is in use, 0 if they hold something that is not taken",
  ),
  tidemark_leader: gauge([], "1 while this process leads, or is alone; 0 while it stands by"),
  tidemark_kubernetes_requests_total: counter(
    ["verb", "code"],
    "Requests to the Kubernetes API, by status; 0 = no answer",
  ),
  tidemark_actuations_total: counter(
    [...POLICY, "result"],
    "Attempts to write the replicas of a workload: written, dryRun, conflict, failed",
  ),
  tidemark_actuation_contested: gauge(
    [...POLICY],
    "1 while someone else sets the replicas against us, so that nothing is written, else 0",
  ),
} as const satisfies Record<string, OwnMetric>;

function counter(labels: readonly string[], help: string): OwnMetric {
  return { type: "counter", labels, help };
}

function gauge(labels: readonly string[], help: string): OwnMetric {
  return { type: "gauge", labels, help };
}

function histogram(labels: readonly string[], help: string): OwnMetric {
  return { type: "histogram", labels, help };
}
