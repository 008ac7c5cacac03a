// What the chart in deploy/helm accepts as values: its own keys, and Tidemark's schemas of policies and configurations.

import { configurationJsonSchema, policyJsonSchema } from "../../src/policy/json-schema.ts";

type Schema = { readonly [keyword: string]: unknown };

const BOOLEAN: Schema = { type: "boolean" };
const TEXT: Schema = { type: "string" };
const NAME: Schema = { type: "string", pattern: "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$" };
const NAME_OR_NONE: Schema = { type: "string", pattern: "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$" };
const FILE_NAME = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
const WORDS: Schema = { type: "object", additionalProperties: TEXT };
/** A part of a Kubernetes object: its fields are the API server's to judge. */
const PART: Schema = { type: "object" };
const PARTS: Schema = { type: "array", items: PART };
const PORT: Schema = { type: "integer", minimum: 1, maximum: 65_535 };
const USER: Schema = { type: "integer", minimum: 1 };

/** Returns values.schema.json. Chart values have defaults in values.yaml alone, and nothing is required. */
export function chartValuesSchema(): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Values of the chart tidemark",
    ...closed({
      // What Helm hands to every chart that is part of another one.
      global: PART,
      mode: { enum: ["prometheus", "direct-scrape", "autoscale"] },
      policies: {
        type: "object",
        additionalProperties: false,
        patternProperties: {
          [FILE_NAME]: { if: { type: "string" }, else: { $ref: "#/$defs/policy" } },
        },
      },
      existingPolicies: NAME_OR_NONE,
      configuration: configurationValues(),
      autoscale: closed({ source: { enum: ["prometheus", "direct-scrape"] }, dryRun: BOOLEAN }),
      keda: closed({ scaledObjects: BOOLEAN, push: BOOLEAN }),
      tls: closed({
        enabled: BOOLEAN,
        serverSecret: NAME,
        allowedSubjects: { type: "array", items: { type: "string", minLength: 1 } },
        clientSecret: NAME,
        authentication: { enum: ["TriggerAuthentication", "ClusterTriggerAuthentication"] },
        certManager: closed({
          clusterIssuer: NAME_OR_NONE,
          kedaNamespace: { type: "string", pattern: FILE_NAME },
        }),
      }),
      rbac: closed({
        create: BOOLEAN,
        scope: { enum: ["namespaced", "cluster"] },
        namespaces: { type: "array", items: { type: "string", pattern: FILE_NAME } },
      }),
      serviceAccount: closed({ create: BOOLEAN, name: NAME_OR_NONE, annotations: WORDS }),
      ...workload(),
      networkPolicy: networkPolicy(),
      monitoring: closed({
        enabled: BOOLEAN,
        labels: WORDS,
        serviceMonitor: BOOLEAN,
        podMonitor: BOOLEAN,
        podMonitorLabels: WORDS,
        prometheusRule: BOOLEAN,
        runbookUrl: { type: "string", pattern: "^(https?://.+)?$" },
        dashboard: BOOLEAN,
        dashboardLabels: WORDS,
      }),
    }),
    $defs: { policy: understood(policyJsonSchema()) },
  };
}

/** Without callers, or with an empty list of them, everybody would be let in. */
function networkPolicy(): Schema {
  return {
    required: ["keda", "monitoring"],
    ...closed({
      enabled: BOOLEAN,
      keda: { ...PARTS, minItems: 1 },
      monitoring: { ...PARTS, minItems: 1 },
      dns: PARTS,
      prometheus: PARTS,
      prometheusPorts: { type: "array", items: PORT },
      tritonPort: PORT,
      apiServerPorts: { type: "array", items: PORT, minItems: 1 },
      extraEgress: PARTS,
    }),
  };
}

/** What people expect to set of a Deployment, by the names they expect. */
function workload(): { readonly [key: string]: Schema } {
  return {
    image: closed({
      repository: { type: "string", minLength: 1 },
      tag: TEXT,
      digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
      pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
    }),
    imagePullSecrets: PARTS,
    fullnameOverride: { type: "string", pattern: "^([a-z]([-a-z0-9]{0,50}[a-z0-9])?)?$" },
    replicaCount: { type: "integer", minimum: 1 },
    terminationGracePeriodSeconds: { type: "integer", minimum: 1 },
    resources: closed({
      requests: PART,
      limits: {
        type: "object",
        properties: { memory: { type: "string", pattern: "^[1-9][0-9]*(Mi|Gi)$" } },
        required: ["memory"],
      },
      claims: PARTS,
    }),
    podDisruptionBudget: closed({ enabled: BOOLEAN, maxUnavailable: { type: ["integer", "string"] } }),
    topologySpreadConstraints: PARTS,
    affinity: PART,
    nodeSelector: WORDS,
    tolerations: PARTS,
    priorityClassName: NAME_OR_NONE,
    podAnnotations: WORDS,
    podLabels: WORDS,
    podSecurityContext: closed({
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      fsGroupChangePolicy: { enum: ["Always", "OnRootMismatch"] },
      supplementalGroups: { type: "array", items: USER },
      seLinuxOptions: PART,
    }),
    extraVolumes: PARTS,
    extraVolumeMounts: PARTS,
  };
}

/** The sections that do not follow from other values; what does is taken out, so that there is one place to say it. */
function configurationValues(): Schema {
  const spec = at(configurationJsonSchema(), "properties", "spec", "properties");
  const source = at(spec, "source", "properties");
  return understood(
    closed({
      tick: at(spec, "tick"),
      prometheus: { ...at(source, "prometheus"), required: ["url"] },
      scrape: without(at(source, "scrape"), "targets", "discovery", "replicas"),
      grpc: without(at(spec, "grpc"), "address", "tls"),
      decisions: without(at(spec, "decisions"), "file"),
      logging: at(spec, "logging"),
    }),
  );
}

function closed(properties: { readonly [key: string]: Schema }): Schema {
  return { type: "object", additionalProperties: false, properties };
}

function without(schema: Schema, ...keys: readonly string[]): Schema {
  const properties = Object.entries(at(schema, "properties")).filter(([key]) => !keys.includes(key));
  return { ...schema, properties: Object.fromEntries(properties) };
}

function at(schema: object, ...path: readonly string[]): Schema {
  const found = path.reduce<unknown>(
    (value, key) => (isSchema(value) ? value[key] : undefined),
    schema as Schema,
  );
  if (!isSchema(found)) throw new Error(`no ${path.join(".")} in the schema`);
  return found;
}

/** Helm's reader of schemas has no patterns that look ahead, and takes a schema's own head for another file. */
function understood(schema: object): Schema {
  const { $schema: _, title: __, ...rest } = schema as Schema;
  return JSON.parse(
    JSON.stringify(rest, (key, value: unknown) =>
      key === "pattern" && typeof value === "string" && value.includes("(?") ? undefined : value,
    ),
  ) as Schema;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
