// The strict schema of a ScalerConfiguration.

import { z } from "zod";
import type { Configuration, SourceConfiguration } from "../domain/configuration.ts";
import { parseInstant } from "../domain/instant.ts";
import { type Millis, millis } from "../domain/units.ts";
import {
  CONFIGURATION_DEFAULTS as DEFAULTS,
  PROMETHEUS_DEFAULTS,
  TICK_DEFAULTS,
} from "./configuration-defaults.ts";
import { parseDuration } from "./duration.ts";
import {
  address,
  dnsLabel,
  duration,
  durationOrZero,
  httpUrl,
  mapping,
  notYetKey,
  podName,
  quantity,
  refusal,
  text,
  whole,
} from "./field-schemas.ts";
import { kubernetesSchema, stateSchema } from "./kubernetes-schema.ts";
import { API_VERSION } from "./policy-schema.ts";
import { prometheusSchema, toPrometheusSource } from "./prometheus-schema.ts";

const MOST_TARGETS = 1000;
/** A shorter tick would do nothing but tick. */
const SHORTEST_TICK: Millis = millis(100);

const scrape = mapping({
  interval: duration({ least: SHORTEST_TICK }).prefault(DEFAULTS.scrapeInterval),
  timeout: duration().optional(),
  targets: z
    .array(mapping({ namespace: dnsLabel(), workload: dnsLabel(), pod: podName(), url: httpUrl() }))
    .min(1)
    .max(MOST_TARGETS)
    .optional(),
  discovery: z.literal("kubernetes").optional(),
  replicas: notYetKey("a static list counts its targets; remove it"),
});

const speed = () =>
  z
    .union([z.number().positive().max(1e6), z.literal("max")], {
      error: refusal("OUT_OF_RANGE", 'must be a number above 0 (1 = real time) or "max"'),
    })
    .prefault(DEFAULTS.speed);

const recording = mapping({
  path: text(),
  namespace: dnsLabel(),
  workload: dnsLabel(),
  epoch: z
    .string()
    .transform((written) => parseInstant(written))
    .refine((at) => at !== null, {
      error: refusal("OUT_OF_RANGE", `must be an instant as RFC 3339 writes it, as "${DEFAULTS.epoch}"`),
    })
    .prefault(DEFAULTS.epoch),
  speed: speed(),
  actuation: z.enum(["none", "follow"]).prefault(DEFAULTS.actuation),
  atEnd: z.enum(["exit", "hold", "repeat"]).prefault(DEFAULTS.atEnd),
});

const source = mapping({
  kind: z.enum(["prometheus", "scrape", "recording", "simulation"]),
  prometheus: prometheusSchema.optional(),
  scrape: scrape.optional(),
  recording: recording.optional(),
  simulation: mapping({ scenario: text(), speed: speed() }).optional(),
});

const MOST_SUBJECTS = 100;

/** A list that is there must name someone: an empty one would read as nobody and as everybody. */
const grpcTls = mapping({
  certFile: text(),
  keyFile: text(),
  clientCaFile: text(),
  allowedSubjects: z.array(text()).min(1).max(MOST_SUBJECTS).nullable().prefault(null),
});

const grpc = mapping({
  address: address().prefault(DEFAULTS.grpcAddress),
  deadline: duration().prefault(DEFAULTS.deadline),
  drainTimeout: durationOrZero().prefault(DEFAULTS.drainTimeout),
  maxMessage: quantity(1024).prefault(DEFAULTS.maxMessage),
  reflection: z.boolean().prefault(false),
  tls: grpcTls.nullable().prefault(null),
});

const decisions = mapping({
  file: text().nullable().prefault(null),
  detail: z.enum(["observation", "raw"]).prefault(DEFAULTS.detail),
  maxFileSize: quantity(1024).prefault(DEFAULTS.maxFileSize),
  maxFiles: whole(1, 1000).prefault(DEFAULTS.maxFiles),
});

/** A ScalerConfiguration document; that exactly the source's own section is present is checked beside it. */
export const configurationSchema = mapping({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("ScalerConfiguration"),
  metadata: mapping({ name: dnsLabel() }),
  spec: mapping({
    tick: mapping({
      interval: duration({ least: SHORTEST_TICK }).optional(),
      lag: durationOrZero().optional(),
    }).prefault({}),
    source,
    grpc: grpc.prefault({}),
    http: mapping({ address: address().prefault(DEFAULTS.httpAddress) }).prefault({}),
    decisions: decisions.prefault({}),
    state: stateSchema.prefault({}),
    kubernetes: kubernetesSchema.prefault({}),
    pools: z
      .array(z.unknown())
      .max(0, { error: refusal("NOT_AVAILABLE", "and pools are not available yet; remove it") })
      .prefault([]),
    logging: mapping({
      level: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).prefault(DEFAULTS.logLevel),
    }).prefault({}),
  }),
});

type WrittenConfiguration = z.output<typeof configurationSchema>;

/** Returns the configuration that a parsed document describes, or null where its source's section is missing. */
export function toConfiguration({ metadata, spec }: WrittenConfiguration): Configuration | null {
  const read = toSource(spec.source);
  if (read === null) return null;
  return {
    name: metadata.name,
    tick: toTick(spec),
    source: read,
    grpc: {
      address: spec.grpc.address,
      deadline: spec.grpc.deadline,
      drainTimeout: spec.grpc.drainTimeout,
      maxMessageBytes: spec.grpc.maxMessage,
      reflection: spec.grpc.reflection,
      tls: spec.grpc.tls,
    },
    http: spec.http,
    decisions: {
      file: spec.decisions.file,
      detail: spec.decisions.detail,
      maxFileSizeBytes: spec.decisions.maxFileSize,
      maxFiles: spec.decisions.maxFiles,
    },
    state: spec.state,
    kubernetes: spec.kubernetes,
    logging: spec.logging,
  };
}

/** Returns the scrape timeout where none is given: 900 ms, or nine tenths of a shorter interval. */
export function defaultTimeout(interval: Millis): Millis {
  return millis(Math.min(900, Math.floor(interval * 0.9)));
}

/** Of Prometheus the scrape interval of most clusters; everything else ticks each second. */
function toTick({ tick, source: { kind } }: WrittenConfiguration["spec"]): Configuration["tick"] {
  const { tickInterval, tickLag } = kind === "prometheus" ? PROMETHEUS_DEFAULTS : TICK_DEFAULTS;
  return {
    interval: tick.interval ?? parseDuration(tickInterval) ?? millis(0),
    lag: tick.lag ?? parseDuration(tickLag) ?? millis(0),
  };
}

function toSource({
  kind,
  prometheus,
  scrape: scraped,
  recording: played,
  simulation,
}: WrittenConfiguration["spec"]["source"]): SourceConfiguration | null {
  if (kind === "prometheus") return prometheus === undefined ? null : toPrometheusSource(prometheus);
  if (kind === "scrape") {
    if (scraped === undefined) return null;
    const { interval, targets = [], discovery = null } = scraped;
    return { kind, interval, timeout: scraped.timeout ?? defaultTimeout(interval), targets, discovery };
  }
  if (kind === "simulation") return simulation === undefined ? null : { kind, ...simulation };
  if (played?.epoch === undefined || played.epoch === null) return null;
  return { kind, ...played, epoch: played.epoch };
}
