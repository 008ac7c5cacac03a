// A Prometheus source as tests configure it: a scrape a second, the fleet's usual labels.

import { PrometheusSource } from "../../../src/adapters/prometheus/prometheus-source.ts";
import type { PrometheusSourceConfiguration } from "../../../src/domain/configuration.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import { type Millis, minutes, seconds } from "../../../src/domain/units.ts";
import { MemoryLogger, MemoryTelemetry } from "../../support/control-ports.ts";

/** Returns a source for these policies; `readingTime` bounds how long a reading may take. */
export function askedSource(
  url: string,
  policies: readonly Policy[],
  {
    readingTime = () => minutes(1),
    ...changes
  }: Partial<PrometheusSourceConfiguration> & { readonly readingTime?: () => Millis } = {},
): PrometheusSource {
  return new PrometheusSource({
    configuration: {
      kind: "prometheus",
      url,
      scrapeInterval: seconds(1),
      timeout: seconds(30),
      maxResponseBytes: 2 ** 26,
      matchers: { job: "triton" },
      labels: { namespace: "namespace", pod: "pod" },
      replicas: "kube-state-metrics",
      authorization: null,
      caFile: null,
      ...changes,
    },
    tickInterval: minutes(1),
    readingTime,
    keep: minutes(20),
    policies: () => policies,
    telemetry: new MemoryTelemetry(),
    logger: new MemoryLogger(),
    random: () => 0.5,
  });
}
