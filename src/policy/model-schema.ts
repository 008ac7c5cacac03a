// The strict schema of a model in a scenario: its scheduler, how long it takes, and who asks for it.

import { z } from "zod";
import type { ModelScenario, Scheduler, ServiceTime } from "../domain/scenario.ts";
import { fieldsIn } from "./described-field.ts";
import { KEYS_PREFIX, mapping, modelName, refusal, whole } from "./field-schemas.ts";
import { SCENARIO_FIELDS } from "./scenario-fields.ts";
import { spanSeconds } from "./span-schemas.ts";
import { trafficStream } from "./traffic-schema.ts";

const MOST_BATCH = 65_536;
const MOST_POINTS = 1000;
const MOST_STREAMS = 100;
const SHARE_SUM_ERROR = 1e-6;
const BATCH_KEY = /^[1-9][0-9]{0,4}$/;
const LINE_KEYS = ["base", "perItem"];

const field = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[]");
const batchingField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].batching");
const serviceField = fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].service");

const batching = mapping({
  maxBatchSize: batchingField("maxBatchSize", whole(0, MOST_BATCH)),
  instances: batchingField("instances", whole(1, 1024)),
  maxQueueDelay: batchingField("maxQueueDelay", spanSeconds({ orZero: true })),
  preferredBatchSizes: batchingField("preferredBatchSizes", z.array(whole(1, MOST_BATCH)).max(100)),
  maxQueueSize: batchingField("maxQueueSize", whole(0, 1e9)),
  queueTimeout: batchingField("queueTimeout", spanSeconds({ orZero: true })),
  timeoutAction: batchingField("timeoutAction", z.enum(["reject", "delay"])),
}).transform(
  ({ maxQueueDelay, queueTimeout, ...same }): Scheduler => ({
    kind: "batcher",
    batching: {
      maxBatchSize: same.maxBatchSize,
      instances: same.instances,
      maxQueueDelaySeconds: maxQueueDelay,
      preferredBatchSizes: [...same.preferredBatchSizes].sort((one, other) => one - other),
      maxQueueSize: same.maxQueueSize,
      queueTimeoutSeconds: queueTimeout,
      timeoutAction: same.timeoutAction,
    },
  }),
);

const engine = mapping({
  maxConcurrency: fieldsIn(SCENARIO_FIELDS, "spec.workloads[].models[].engine")(
    "maxConcurrency",
    whole(1, MOST_BATCH),
  ),
}).transform(({ maxConcurrency }): Scheduler => ({ kind: "engine", maxConcurrency }));

/** Keys are batch sizes, or those of a line; a mixture has unknown keys. */
const executionTime = z
  .record(z.string(), spanSeconds({ orZero: true }))
  .superRefine((times, context) => {
    const keys = Object.keys(times);
    const isLine = keys.some((key) => LINE_KEYS.includes(key));
    const unknown = keys.filter((key) => (isLine ? !LINE_KEYS.includes(key) : !BATCH_KEY.test(key)));
    const message = isLine ? `${KEYS_PREFIX}${LINE_KEYS.join(" ")}` : `${KEYS_PREFIX}1 4 8 base perItem`;
    if (unknown.length > 0)
      context.addIssue({ code: "unrecognized_keys", keys: unknown, input: times, message });
    const timeless = keys.filter((key) => !isLine && times[key] === 0);
    for (const key of timeless) {
      const text = refusal("OUT_OF_RANGE", "must be more than 0s to 366d");
      context.addIssue({ code: "custom", path: [key], message: text });
    }
    if (keys.length === 0 || keys.length > MOST_POINTS || (isLine && keys.every((key) => times[key] === 0))) {
      const text = `must give 1 to ${MOST_POINTS} batch sizes with their times, or base and perItem with a sum above 0s`;
      context.addIssue({ code: "custom", message: refusal("OUT_OF_RANGE", text) });
    }
  })
  .transform((times): ServiceTime["points"] => {
    if (LINE_KEYS.some((key) => key in times)) {
      const [base = 0, perItem = 0] = LINE_KEYS.map((key) => times[key]);
      return [1, 2].map((batch) => ({ batch, seconds: base + perItem * batch }));
    }
    return Object.entries(times)
      .map(([key, seconds]) => ({ batch: Number(key), seconds }))
      .sort((one, other) => one.batch - other.batch);
  });

const service = mapping({
  executionTime: serviceField("executionTime", executionTime),
  spread: serviceField("spread", z.number().min(0).max(10)),
  gpuContention: serviceField("gpuContention", z.number().min(1).max(100)),
  overhead: serviceField("overhead", spanSeconds({ orZero: true })),
}).transform(
  ({ executionTime: points, spread, gpuContention, overhead }): ServiceTime => ({
    points,
    spread,
    gpuContention,
    overheadSeconds: overhead,
  }),
);

const requestBatch = z
  .record(z.string(), z.number().positive().max(1))
  .superRefine((shares, context) => {
    const unknown = Object.keys(shares).filter((key) => !BATCH_KEY.test(key));
    const known = `${KEYS_PREFIX}1 2 4`;
    if (unknown.length > 0)
      context.addIssue({ code: "unrecognized_keys", keys: unknown, input: shares, message: known });
    const sum = Object.values(shares).reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) <= SHARE_SUM_ERROR) return;
    const text = `whose shares sum to ${Number(sum.toPrecision(6))}, must sum to 1`;
    context.addIssue({ code: "custom", message: refusal("OUT_OF_RANGE", text) });
  })
  .transform((shares) =>
    Object.entries(shares)
      .map(([key, share]) => ({ batch: Number(key), share }))
      .sort((one, other) => one.batch - other.batch),
  );

const LACKS_SCHEDULER = refusal("MISSING_KEY", "lacks its scheduler; add batching or engine");

/** A model with its traffic. */
export const modelScenario = mapping({
  name: field("name", modelName()),
  batching: field("batching", batching.optional()),
  engine: field("engine", engine.optional()),
  service: field("service", service),
  traffic: field("traffic", z.array(trafficStream).max(MOST_STREAMS)),
  requestBatch: field("requestBatch", requestBatch),
})
  .superRefine(({ batching: batcher, engine: concurrent }, context) => {
    if (batcher === undefined && concurrent === undefined)
      context.addIssue({ code: "custom", message: LACKS_SCHEDULER });
    if (batcher !== undefined && concurrent !== undefined)
      context.addIssue({
        code: "unrecognized_keys",
        keys: ["engine"],
        input: {},
        message: `${KEYS_PREFIX}batching`,
      });
  })
  .transform(
    ({ name, batching: batcher, engine: concurrent, service: time, traffic, requestBatch: sizes }) => {
      const scheduler = batcher ?? concurrent ?? { kind: "engine", maxConcurrency: 1 };
      return { name, scheduler, service: time, traffic, requestBatch: sizes } satisfies ModelScenario;
    },
  );
