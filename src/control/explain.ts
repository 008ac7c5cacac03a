// A decision record as text for people: what asked for another number, what became of it, what forbids fewer.

import { assertNever } from "../domain/assert.ts";
import type { ChangeStep, LateReplicas, LimitInForce, SignalStep, Step } from "../domain/decision.ts";
import { formatInstant } from "../domain/instant.ts";
import { type AnyReading, readingOf } from "../domain/observation.ts";
import {
  type AnySignalName,
  type CustomSignalPolicy,
  customSignal,
  isBuiltIn,
  type Policy,
} from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import { type Millis, seconds } from "../domain/units.ts";
import { clusterNotes } from "./cluster-notes.ts";

/** Least widths of the columns; longer content keeps two blanks of distance. */
const WIDTHS = { name: 17, figure: 12, target: 20, wish: 10 } as const;
const SPAN_UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

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
    ...changes.map(changeLine),
    ...answerLines(record),
    ...blockedLines(record),
    ...clusterNotes(record, policy).map((note) => `  ${note}`),
  ].join("\n");
}

/** A wish for another number, or a breach of the target that asks for no more: replicas would not cure it. */
function isTelling({ wish, reason }: SignalStep, { observation }: DecisionRecord): boolean {
  if (wish === null) return false;
  return wish !== observation.replicas.desired || reason === "ABOVE_TARGET" || reason === "IMBALANCE";
}

/** Returns a span in the fewest units that are exact, as `1m30s`; `0s` for none. */
export function spanText(span: Millis): string {
  let left = Math.round(span);
  const parts: string[] = [];
  for (const [unit, size] of SPAN_UNITS) {
    const count = Math.floor(left / size);
    if (count > 0) parts.push(`${count}${unit}`);
    left -= count * size;
  }
  return parts.length === 0 ? "0s" : parts.join("");
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
    [valueText(readingOf(record.observation.signals, signal)), WIDTHS.figure],
    [target === null ? "" : `target ${target}`, WIDTHS.target],
    [`wish ${wish}`, WIDTHS.wish],
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

function row(cells: readonly (readonly [text: string, width: number])[]): string {
  const padded = cells.map(([text, width]) =>
    text.padEnd(Math.max(width, text === "" ? 0 : text.length + 2)),
  );
  return `  ${padded.join("")}`.trimEnd();
}

function valueText(reading: AnyReading | null): string {
  if (reading === null || reading.value === null) return "unknown";
  const { value, unit } = reading;
  if (unit === "seconds") return value < 1 ? `${shortNumber(value * 1000)}ms` : `${shortNumber(value)}s`;
  return unit === "requests/s" ? `${shortNumber(value)}/s` : shortNumber(value);
}

function targetText(signal: AnySignalName, { signals }: Policy): string | null {
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

/** Four significant digits for small numbers, whole ones from 1000 on. */
function shortNumber(value: number): string {
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

function countText(replicas: number | null): string {
  return replicas === null ? "unknown" : String(replicas);
}

function isSignalStep(step: Step): step is SignalStep {
  return step.step === "signal";
}
