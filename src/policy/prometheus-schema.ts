// The prometheus section of a service configuration: strict schema, defaults, and what it becomes.

import { z } from "zod";
import type { PrometheusSourceConfiguration } from "../domain/configuration.ts";
import { PROMETHEUS_DEFAULTS as DEFAULTS } from "./configuration-defaults.ts";
import { duration, httpUrl, mapping, quantity, refusal, text } from "./field-schemas.ts";

const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;
const BAD_LABEL = refusal("BAD_NAME", "must be a label name: letters, digits and _, not beginning with __");
const MOST_MATCHERS = 16;

const labelName = () => z.string().regex(LABEL_NAME, { error: BAD_LABEL });

const authorization = mapping({
  bearerTokenFile: text().optional(),
  username: text().optional(),
  passwordFile: text().optional(),
}).refine(isOneForm, {
  error: refusal("OUT_OF_RANGE", "must give bearerTokenFile alone, or username and passwordFile"),
});

/** The section as it is written. */
export const prometheusSchema = mapping({
  url: httpUrl(),
  scrapeInterval: duration().prefault(DEFAULTS.scrapeInterval),
  timeout: duration().prefault(DEFAULTS.timeout),
  maxResponse: quantity(1024).prefault(DEFAULTS.maxResponse),
  matchers: z
    .record(z.string(), z.string().max(1024))
    .refine((matchers) => Object.keys(matchers).every((name) => LABEL_NAME.test(name)), {
      error: refusal("BAD_NAME", "must name labels: letters, digits and _, not beginning with __"),
    })
    .refine((matchers) => Object.keys(matchers).length <= MOST_MATCHERS, {
      error: refusal("OUT_OF_RANGE", `must have at most ${MOST_MATCHERS} labels`),
    })
    .prefault({}),
  labels: mapping({
    namespace: labelName().prefault(DEFAULTS.namespaceLabel),
    pod: labelName().prefault(DEFAULTS.podLabel),
  }).prefault({}),
  replicas: z.enum(["kube-state-metrics", "pods", "kubernetes"]).prefault(DEFAULTS.replicas),
  authorization: authorization.nullable().prefault(null),
  tls: mapping({ caFile: text() }).nullable().prefault(null),
});

/** Returns the source that the section describes. */
export function toPrometheusSource({
  authorization: given,
  maxResponse,
  tls,
  ...same
}: z.output<typeof prometheusSchema>): PrometheusSourceConfiguration {
  return {
    kind: "prometheus",
    ...same,
    maxResponseBytes: maxResponse,
    authorization: given === null ? null : toAuthorization(given),
    caFile: tls?.caFile ?? null,
  };
}

type Authorization = z.output<typeof authorization>;

function toAuthorization({
  bearerTokenFile,
  username,
  passwordFile,
}: Authorization): PrometheusSourceConfiguration["authorization"] {
  if (bearerTokenFile !== undefined) return { kind: "bearer", tokenFile: bearerTokenFile };
  if (username === undefined || passwordFile === undefined) return null;
  return { kind: "basic", username, passwordFile };
}

function isOneForm({
  bearerTokenFile,
  username,
  passwordFile,
}: {
  readonly bearerTokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
}): boolean {
  const [isNamed, hasPassword] = [username !== undefined, passwordFile !== undefined];
  return bearerTokenFile !== undefined ? !isNamed && !hasPassword : isNamed && hasPassword;
}
