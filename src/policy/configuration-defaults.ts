// The defaults of a service configuration, as they would be written in YAML.

/** The defaults of a service configuration that do not depend on its source. */
export const CONFIGURATION_DEFAULTS = {
  scrapeInterval: "1s",
  scrapeTimeout: "900ms",
  epoch: "2026-01-05T00:00:00Z",
  speed: 1,
  actuation: "none",
  atEnd: "exit",
  tickInterval: "1s",
  tickLag: "0s",
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
