// Checks the Prometheus Operator's objects by form: the fields of monitoring.coreos.com/v1 that are used here, and no others.

import { z } from "zod";
import type { Manifest } from "./manifest-schema.ts";

const duration = z.string().regex(/^(\d+(ms|[smhd]))+$/);
const labels = z.record(z.string(), z.string());
const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/);

const endpoint = z.strictObject({
  port: z.string(),
  path: z.string().startsWith("/"),
  interval: duration,
  scrapeTimeout: duration,
  honorLabels: z.boolean(),
  relabelings: z.array(z.strictObject({ targetLabel: labelName, replacement: z.string() })).optional(),
});
const selector = z.strictObject({ matchLabels: labels });
const namespaceSelector = z.union([
  z.strictObject({ any: z.literal(true) }),
  z.strictObject({ matchNames: z.array(z.string()).min(1) }),
]);

const recordingRule = z.strictObject({
  record: z.string().regex(/^[a-z]\w*(:\w+)+$/),
  expr: z.string(),
});
const alertingRule = z.strictObject({
  alert: z.string().regex(/^(Triton|Tidemark|Keda)[A-Za-z]+$/),
  expr: z.string(),
  for: duration.optional(),
  labels,
  annotations: labels,
});

const SPECS: Readonly<Record<string, z.ZodType>> = {
  ServiceMonitor: z.strictObject({
    jobLabel: z.string(),
    selector,
    namespaceSelector,
    endpoints: z.array(endpoint).min(1),
  }),
  PodMonitor: z.strictObject({
    selector,
    namespaceSelector,
    podMetricsEndpoints: z.array(endpoint).min(1),
  }),
  PrometheusRule: z.strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        interval: duration,
        rules: z.array(z.union([recordingRule, alertingRule])).min(1),
      }),
    ),
  }),
};

/** Returns what is wrong with an object of the Prometheus Operator, a line a finding. */
export function monitoringErrors({ apiVersion, kind, metadata, ...rest }: Manifest): readonly string[] {
  const spec = SPECS[kind];
  if (apiVersion !== "monitoring.coreos.com/v1" || spec === undefined)
    return [`${apiVersion} ${kind}: no form`];
  const manifest = z.strictObject({ spec });
  const named = z.strictObject({ name: z.string(), namespace: z.string(), labels });
  return [named.safeParse(metadata), manifest.safeParse(rest)].flatMap(({ error }) =>
    (error?.issues ?? []).map(
      ({ path, message }) => `${kind}/${metadata.name}: ${path.join(".")}: ${message}`,
    ),
  );
}
