// The strict schema of a stream of requests: generated, or read from a trace.

import { z } from "zod";
import type { ArrivalGenerator, RatePhase, TrafficStream } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { mapping, positive, text, unknownKind } from "./field-schemas.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanSeconds } from "./span-schemas.ts";

const MOST_PHASES = 10_000;
const MOST_RATE = 1e7;
const GENERATORS = ["constant", "poisson", "gamma", "weibull", "onoff"];
const FORMATS = [
  "recording",
  "azure-llm",
  "mooncake",
  "servegen",
  "counts-per-second",
  "counts-per-minute",
  "tidemark",
] as const;

const field = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].traffic[]");
const phaseField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].traffic[].phases[]");
const traceField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].traffic[].trace");

const rate = z.number().min(0).max(MOST_RATE);

const phase = mapping({
  for: phaseField("for", spanSeconds()),
  rate: phaseField("rate", z.union([rate, z.tuple([rate, rate])])),
}).transform(({ for: forSeconds, rate: written }): RatePhase => {
  const [fromRate, toRate] = typeof written === "number" ? [written, written] : written;
  return { forSeconds, fromRate, toRate };
});

const phases = field("phases", z.array(phase).min(1).max(MOST_PHASES));
const cv = field("cv", z.number().positive().max(100));

const drawn = <Kind extends string>(kind: Kind) => ({ generator: field("generator", z.literal(kind)) });

const generated = z
  .discriminatedUnion(
    "generator",
    [
      mapping({ ...drawn("constant"), phases }),
      mapping({ ...drawn("poisson"), phases }),
      mapping({ ...drawn("gamma"), cv, phases }),
      mapping({ ...drawn("weibull"), cv, phases }),
      mapping({
        ...drawn("onoff"),
        onRate: field("onRate", positive().max(MOST_RATE)),
        onMean: field("onMean", spanSeconds()),
        offMean: field("offMean", spanSeconds()),
        phases: phases.optional(),
      }),
    ],
    { error: unknownKind("generator", GENERATORS) },
  )
  .transform(
    (written): TrafficStream => ({
      kind: "generated",
      generator: toGenerator(written),
      phases: written.phases ?? [],
    }),
  );

type WrittenGenerator =
  | { readonly generator: "constant" | "poisson" }
  | { readonly generator: "gamma" | "weibull"; readonly cv: number }
  | {
      readonly generator: "onoff";
      readonly onRate: number;
      readonly onMean: number;
      readonly offMean: number;
    };

function toGenerator(written: WrittenGenerator): ArrivalGenerator {
  switch (written.generator) {
    case "gamma":
    case "weibull":
      return { kind: written.generator, cv: written.cv };
    case "onoff": {
      const { onRate, onMean, offMean } = written;
      return { kind: "onoff", onRate, onMeanSeconds: onMean, offMeanSeconds: offMean };
    }
    default:
      return { kind: written.generator };
  }
}

const traced = mapping({
  trace: field(
    "trace",
    mapping({
      path: traceField("path", text()),
      format: traceField("format", z.enum(FORMATS)),
      from: traceField("from", spanSeconds({ orZero: true })),
      for: traceField("for", spanSeconds().nullable()),
      multiply: traceField("multiply", z.number().positive().max(1e6)),
      thin: traceField("thin", z.number().positive().max(1)),
    }),
  ),
}).transform(
  ({ trace: { from, for: forSeconds, ...same } }): TrafficStream => ({
    kind: "traced",
    path: same.path,
    format: same.format,
    fromSeconds: from,
    forSeconds,
    multiply: same.multiply,
    thin: same.thin,
  }),
);

/** One stream of requests. */
export const trafficStream = z.union([generated, traced]);
