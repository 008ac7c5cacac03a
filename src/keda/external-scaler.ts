// KEDA's calls: each reads the registry's last record, or refuses; none waits for anything.

import { type handleUnaryCall, type ServerWritableStream, status } from "@grpc/grpc-js";
import { METRIC_NAME } from "../control/answer.ts";
import type { PublishedAnswers, PublishedEntry } from "../control/published.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import type { Millis } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { CallTelemetry } from "../ports/telemetry.ts";
import type { ActivationStreams } from "./activation-streams.ts";
import { type Answerable, answerOf, encodeReplicas, METRIC_SPEC } from "./answers.ts";
import type { ExternalScalerHandlers } from "./generated/externalscaler/ExternalScaler.ts";
import type { GetMetricsRequest__Output } from "./generated/externalscaler/GetMetricsRequest.ts";
import type { GetMetricsResponse } from "./generated/externalscaler/GetMetricsResponse.ts";
import { invalidArgument, type Refusal, resourceExhausted } from "./refusal.ts";
import type { RefusalLog } from "./refusal-log.ts";
import { type Caller, type PolicyRefusal, refuseMetric, resolvePolicy } from "./resolve-policy.ts";
import type { TokenBucket } from "./token-bucket.ts";

export type ScalerContext = {
  readonly registry: PublishedAnswers;
  readonly clock: Clock;
  readonly tickInterval: Millis;
  readonly telemetry: CallTelemetry;
  readonly logger: Logger;
  readonly calls: TokenBucket;
  readonly refusals: RefusalLog;
  readonly activations: ActivationStreams;
};

const ACTIVE = { result: true };
const INACTIVE = { result: false };
const TOO_MANY_CALLS = resourceExhausted("too many calls");
const INTERNAL: Refusal = { code: status.INTERNAL, details: "internal error" };
/** Of ScaledObject names, as Kubernetes has them. Others come from no KEDA and are not counted by name. */
const OBJECT_NAME = /^[a-z0-9][-a-z0-9.]{0,252}$/;

/** Returns the handlers of the five calls. */
export function externalScaler(context: ScalerContext): ExternalScalerHandlers {
  return {
    GetMetricSpec: unary(context, (caller: Caller) => {
      const entry = find(context, caller);
      return entry.ok ? ok(METRIC_SPEC) : entry;
    }),
    GetMetrics: unary(context, (request: GetMetricsRequest__Output) => getMetrics(context, request)),
    IsActive: unary(context, (caller: Caller) => {
      const answer = answerTo(context, caller);
      return answer.ok ? ok(answer.value.active ? ACTIVE : INACTIVE) : answer;
    }),
    StreamIsActive: (call) => {
      const entry = openStream(context, call);
      if (entry === null) return;
      const stop = context.activations.open(entry, {
        sendActive: () => call.write(ACTIVE),
        fail: (refusal) => call.emit("error", refusal),
      });
      call.on("cancelled", stop);
    },
    StreamMetricSpec: (call) => {
      if (openStream(context, call) !== null) call.write(METRIC_SPEC);
    },
  };
}

function getMetrics(
  context: ScalerContext,
  { scaledObjectRef: caller, metricName }: GetMetricsRequest__Output,
): Result<GetMetricsResponse, Refusal> {
  const answer = answerTo(context, caller, metricName);
  return answer.ok ? ok(encodeReplicas(answer.value.replicas, answer.value.edge)) : answer;
}

function answerTo(
  context: ScalerContext,
  caller: Caller | null,
  metricName: string = METRIC_NAME,
): Result<Answerable, Refusal> {
  const entry = find(context, caller, metricName);
  if (!entry.ok) return entry;
  return answerOf(entry.value, { now: context.clock.now(), tickInterval: context.tickInterval });
}

/** Returns the policy of the caller's trigger if it is there and has that metric. Counts the caller if it is. */
function find(
  context: ScalerContext,
  caller: Caller | null,
  metricName: string = METRIC_NAME,
): Result<PublishedEntry, Refusal> {
  const entry = resolvePolicy(context.registry, caller);
  if (!entry.ok) return refuse(context, caller, entry.failure);
  if (metricName === "") return failed(invalidArgument("metricName is empty"));
  if (metricName !== METRIC_NAME) return refuse(context, caller, refuseMetric(entry.value));
  const { namespace } = entry.value.loaded.policy.target;
  const name = caller?.name ?? "";
  context.telemetry.scaledObjectRequest(namespace, OBJECT_NAME.test(name) ? name : "other");
  return entry;
}

function refuse(
  context: ScalerContext,
  caller: Caller | null,
  failure: PolicyRefusal,
): Result<never, Refusal> {
  context.refusals.note(caller, failure);
  return failed(failure.refusal);
}

/** Returns the entry of a stream's policy, or null after having ended the stream with the reason why not. */
function openStream<Message>(
  context: ScalerContext,
  call: ServerWritableStream<Caller, Message>,
): PublishedEntry | null {
  const entry = context.calls.take() ? find(context, call.request) : failed(TOO_MANY_CALLS);
  if (entry.ok) return entry.value;
  call.emit("error", entry.failure);
  return null;
}

/** Returns a handler that answers at once; a fault of ours becomes INTERNAL without a detail, and a log line. */
function unary<Request, Response>(
  { calls, logger }: ScalerContext,
  answer: (request: Request) => Result<Response, Refusal>,
): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    const result = calls.take() ? attempt(() => answer(request), logger) : failed(TOO_MANY_CALLS);
    if (result.ok) callback(null, result.value);
    else callback(result.failure);
  };
}

function attempt<Response>(
  answer: () => Result<Response, Refusal>,
  logger: Logger,
): Result<Response, Refusal> {
  try {
    return answer();
  } catch (error) {
    logger.error({ err: error }, "a call could not be answered");
    return failed(INTERNAL);
  }
}
