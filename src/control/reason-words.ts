// Reasons in plain words, for tables and lines that people read at a glance.

import type { SignalReason, StepReason } from "../domain/decision.ts";
import { type AnyReading, readingOf } from "../domain/observation.ts";
import { type AnySignalName, CAPACITY_SIGNAL, isBuiltIn, type SignalName } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";

const SIGNALS: Readonly<Record<SignalName, string>> = {
  requestRate: "the request rate",
  inFlight: "the number of requests in flight",
  pendingRequests: "the backlog of waiting requests",
  queueDuration: "the time requests wait in the queue",
  latency: "the latency objective",
  gpuMemory: "GPU memory",
};

const WORDS: Readonly<Record<SignalReason | StepReason, string>> = {
  ABOVE_TARGET: "above its target",
  WITHIN_TOLERANCE: "close enough to its target",
  BELOW_TARGET: "below its target",
  ALLOWS_SCALE_IN: "low enough for fewer replicas",
  IDLE: "no traffic at all",
  LOW_TRAFFIC: "too few requests to judge by",
  NOT_SUSTAINED: "above target, but not for long enough",
  NO_COMPLETIONS: "requests wait and none completes",
  STALE: "its samples are too old",
  ABSENT: "it has no samples",
  IMPLAUSIBLE: "its samples cannot be right",
  IMBALANCE: "one replica is far busier than the others, which more replicas do not cure",
  REPLICAS_STARTING: "replicas are starting already",
  RESIDUE: "what is left of a backlog that has drained",
  PROBE_WATCHED: "a trial with one replica less is being watched",
  FUTILE: "replicas were added and did not help, so no more are asked for",
  CAPACITY_LEARNED: "by what one replica was seen to carry",
  COMPUTE_BOUND: "the execution itself takes that long, which more replicas do not cure",
  EXTERNAL_BOUND: "the time passes outside the model's queue and execution, which more replicas do not cure",
  MEMORY_BOUND: "executions have slowed down while GPU memory is full, which more replicas do not cure",
  ABOVE_GUARD: "memory is too full to take replicas away",
  CRITICAL: "memory is critically full",
  LARGEST_WISH: "asks for the most replicas",
  AT_TARGET: "every signal is satisfied with this number",
  SCALE_IN_AGREED: "every signal agrees to fewer replicas",
  SCALE_IN_BLOCKED: "fewer would do, but something forbids it",
  PROBE_FAILED_BEFORE: "one replica less failed under this load before",
  HELD: "no signal has data, the last answer holds",
  STARTING_TOO_LONG: "replicas take too long to start and no longer count as on their way",
  SCALE_OUT_STABILIZED: "waiting until more replicas have been wanted throughout the window",
  SCALE_IN_STABILIZED: "waiting, since more replicas were wanted within the window",
  WINDOW_INCOMPLETE: "not enough history yet for fewer replicas",
  SCALE_OUT_LIMITED: "the rate limit allows no more at once",
  SCALE_IN_LIMITED: "the rate limit allows no fewer at once",
  COOLDOWN: "replicas were added a short while ago",
  ACTIVATED: "there is work again",
  DEACTIVATED: "there has been no work for long enough",
  ACTIVITY_UNKNOWN: "whether there is work is unknown",
  RAISED_TO_MIN: "raised to the policy's minimum",
  LOWERED_TO_MAX: "lowered to the policy's maximum",
  ROLLOUT: "pods are being replaced by a rollout, and none is taken away meanwhile",
  FROZEN: "the policy is on hold and never goes below the present number",
};

/** Returns what the last step did, in words; what asked for a larger number first, where something did. */
export function reasonInWords({ steps, observation }: DecisionRecord): string {
  const last = steps.at(-1);
  if (last === undefined) return "nothing decided yet";
  const combine = steps.find((step) => step.step === "combine");
  const driver =
    combine?.step === "combine" && combine.reason === "LARGEST_WISH" ? combine.signal : undefined;
  if (driver === undefined) return WORDS[last.reason];
  const reading = readingOf(observation.signals, driver);
  const asks = `${signalInWords(driver)}${amount(reading)} asks for ${combine?.step === "combine" ? combine.to : "more"}`;
  return last === combine ? asks : `${asks}; ${WORDS[last.reason]}`;
}

function signalInWords(signal: AnySignalName): string {
  if (signal === CAPACITY_SIGNAL) return "the load against what a replica was seen to carry";
  return isBuiltIn(signal) ? SIGNALS[signal] : `the signal ${signal}`;
}

function amount(reading: AnyReading | null): string {
  if (reading === null || reading.value === null) return "";
  const { value, unit } = reading;
  if (unit === "query") return ` (${Number(value.toPrecision(3))})`;
  return unit === "seconds"
    ? ` (${Math.round(value * 1000)} ms)`
    : ` (${Math.round(value)}${unit === "requests/s" ? "/s" : ""})`;
}
