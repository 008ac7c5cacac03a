// The defaults of a service configuration, as they would be written in YAML.

/** The defaults of a service configuration that do not depend on its source. */
export const CONFIGURATION_DEFAULTS = {
  scrapeInterval: "1s",
  scrapeTimeout: "900ms",
  epoch: "2026-01-05T00:00:00Z",
  speed: 1,
  actuation: "none",
  atEnd: "exit",
  grpcAddress: "0.0.0.0:6000",
  deadline: "1s",
  drainTimeout: "10s",
  maxMessage: "64Ki",
  httpAddress: "0.0.0.0:8080",
  detail: "observation",
  maxFileSize: "256Mi",
  maxFiles: 8,
  logLevel: "info",
} as const;

/** Its own instants are the scrapes of others: it ticks as often as they come, and waits until they are written. */
export const PROMETHEUS_DEFAULTS = {
  tickInterval: "15s",
  tickLag: "2s",
  scrapeInterval: "15s",
  timeout: "5s",
  maxResponse: "64Mi",
  namespaceLabel: "namespace",
  podLabel: "pod",
  replicas: "kube-state-metrics",
} as const;

/** The grid of all other sources. */
export const TICK_DEFAULTS = { tickInterval: "1s", tickLag: "0s" } as const;
