// A decision record as text for people: what asked for another number, what became of it, what forbids fewer.

import { assertNever } from "../domain/assert.ts";
import type { ChangeStep, LateReplicas, LimitInForce, SignalStep, Step } from "../domain/decision.ts";
import { formatInstant } from "../domain/instant.ts";
import { type AnyReading, readingOf } from "../domain/observation.ts";
import {
  type AnySignalName,
  CAPACITY_SIGNAL,
  type CustomSignalPolicy,
  customSignal,
  isBuiltIn,
  type Policy,
} from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { INCURABLE_REASONS } from "../domain/request-time.ts";
import { seconds } from "../domain/units.ts";
import { clusterNotes } from "./cluster-notes.ts";
import { requestTimeText } from "./request-time-text.ts";
import { row, secondsText, shortNumber, spanText } from "./text-row.ts";

/** Least widths of the columns; longer content keeps two blanks of distance. */
const WIDTHS = { name: 17, figure: 12, target: 20, wish: 10 } as const;

/**
 * Returns the record as lines without a final newline. `policy` is the one it was decided under; null where it is no
 * longer known: targets are then left out.
 */
export function explain(record: DecisionRecord, policy: Policy | null): string {
  const wishes = record.steps.filter(isSignalStep).filter((step) => isTelling(step, record));
  const changes = record.steps.filter((step): step is ChangeStep => !isSignalStep(step));
  return [
    heading(record),
    ...wishes.map((step) => wishLine(step, record, policy)),
    ...splitLines(record),
    ...changes.map(changeLine),
    ...answerLines(record),
    ...blockedLines(record),
    ...clusterNotes(record, policy).map((note) => `  ${note}`),
  ].join("\n");
}

const ALWAYS_TOLD: ReadonlySet<SignalStep["reason"]> = new Set([
  ...INCURABLE_REASONS,
  "ABOVE_TARGET",
  "CAPACITY_LEARNED",
]);

/** A wish for another number, or a breach of the target that asks for no more: replicas would not cure it. */
function isTelling({ wish, reason }: SignalStep, { observation }: DecisionRecord): boolean {
  return ALWAYS_TOLD.has(reason) || (wish !== null && wish !== observation.replicas.desired);
}

const BY_SPLIT: ReadonlySet<string> = new Set(["COMPUTE_BOUND", "EXTERNAL_BOUND", "MEMORY_BOUND"]);

/** Where the time of requests goes, where that is why a breach asks for no replicas. */
function splitLines({ steps, observation }: DecisionRecord): readonly string[] {
  if (!steps.some(({ reason }) => BY_SPLIT.has(reason))) return [];
  return Object.entries(observation.requestTime).map(
    ([model, time]) => `  time of ${model}: ${requestTimeText(time)}`,
  );
}

function heading({ policy, at, observation, decision }: DecisionRecord): string {
  const from = countText(observation.replicas.desired);
  return `${policy} at ${formatInstant(at)}: ${from} -> ${countText(decision.replicas)} replicas, ${decision.status}`;
}

function wishLine(
  { signal, wish, reason }: SignalStep,
  record: DecisionRecord,
  policy: Policy | null,
): string {
  const target = policy === null ? null : targetText(signal, policy);
  return row([
    [signal, WIDTHS.name],
    [
      signal === CAPACITY_SIGNAL
        ? loadText(record)
        : valueText(readingOf(record.observation.signals, signal)),
      WIDTHS.figure,
    ],
    [target === null ? "" : `target ${target}`, WIDTHS.target],
    [wish === null ? "no wish" : `wish ${wish}`, WIDTHS.wish],
    [reason, 0],
  ]);
}

function changeLine(step: ChangeStep): string {
  const detail = changeDetail(step);
  return row([
    [step.step, WIDTHS.name],
    [`${countText(step.from)} -> ${countText(step.to)}`, WIDTHS.figure],
    [detail === null ? step.reason : `${step.reason} (${detail})`, 0],
  ]);
}

function changeDetail({ signal, limit, used, late }: ChangeStep): string | null {
  if (late !== undefined) return lateText(late);
  if (limit !== undefined) return `${limitText(limit)}, ${used ?? 0} used`;
  return signal ?? null;
}

function lateText({ replicas, seconds: missing, expectedSeconds, isLearned }: LateReplicas): string {
  const who = `${replicas} ${replicas === 1 ? "replica" : "replicas"} not ready`;
  const usual = spanText(seconds(Math.round(expectedSeconds)));
  return `${who} after ${spanText(seconds(missing))}, ${isLearned ? "p90 of starts is" : "expected within"} ${usual}`;
}

function limitText({ replicas, percent, perSeconds }: LimitInForce): string {
  const amounts = [
    ...(replicas === null ? [] : [`${replicas} ${replicas === 1 ? "replica" : "replicas"}`]),
    ...(percent === null ? [] : [`${percent} %`]),
  ];
  return `${amounts.join(" or ")} per ${spanText(seconds(perSeconds))}`;
}

/** What KEDA is told, where that is not the decided number. */
function answerLines({ answer, decision }: DecisionRecord): readonly string[] {
  const { code, metricValue, metricValueFloat } = answer;
  if (metricValueFloat !== undefined) {
    return [
      row([
        ["answer", WIDTHS.name],
        [String(metricValueFloat), WIDTHS.figure],
        ["edge encoding", 0],
      ]),
    ];
  }
  if (code === "OK" && metricValue === decision.replicas) return [];
  const told = code === "OK" ? countText(metricValue) : code;
  return [
    row([
      ["answer", WIDTHS.name],
      [told, WIDTHS.figure],
      [code === "OK" ? "shadow mode" : "", 0],
    ]),
  ];
}

function blockedLines({ decision }: DecisionRecord): readonly string[] {
  const { scaleInBlocked } = decision;
  if (scaleInBlocked.length === 0) return [];
  return [`  scale-in blocked by: ${scaleInBlocked.map((item) => item.replace(":", " ")).join(", ")}`];
}

function valueText(reading: AnyReading | null): string {
  if (reading === null || reading.value === null) return "unknown";
  const { value, unit } = reading;
  if (unit === "seconds") return secondsText(value);
  return unit === "requests/s" ? `${shortNumber(value)}/s` : shortNumber(value);
}

/** What sizes by learned capacity is the traffic itself. */
function loadText({ observation }: DecisionRecord): string {
  const { arrivalsPerSecond } = observation.traffic;
  return arrivalsPerSecond === null ? "unknown" : `${shortNumber(arrivalsPerSecond)}/s`;
}

function targetText(signal: AnySignalName, { signals }: Policy): string | null {
  if (signal === CAPACITY_SIGNAL) return "learned";
  if (!isBuiltIn(signal)) return customTargetText(customSignal(signals, signal));
  switch (signal) {
    case "requestRate":
    case "inFlight":
    case "pendingRequests": {
      const declared = signals[signal];
      if (declared === null) return null;
      return declared.targetPerReplica === "learned"
        ? "learned"
        : `${shortNumber(declared.targetPerReplica)}/replica`;
    }
    case "queueDuration":
    case "latency": {
      const declared = signals[signal];
      return declared === null ? null : spanText(declared.target);
    }
    case "gpuMemory":
      return signals.gpuMemory === null ? null : shortNumber(signals.gpuMemory.blockScaleInAbove);
    default:
      return assertNever(signal);
  }
}

function customTargetText(signal: CustomSignalPolicy | null): string | null {
  if (signal === null) return null;
  return signal.kind === "quality"
    ? shortNumber(signal.target)
    : `${shortNumber(signal.targetPerReplica)}/replica`;
}

function countText(replicas: number | null): string {
  return replicas === null ? "unknown" : String(replicas);
}

function isSignalStep(step: Step): step is SignalStep {
  return step.step === "signal";
}
