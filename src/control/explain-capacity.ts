// What one replica of a policy was seen to carry as text for people: what is known, what follows, what would change it.

import { formatInstant } from "../domain/instant.ts";
import type { BadPoint } from "../domain/learned-capacity.ts";
import type { LimitedBy, TargetCost } from "../domain/sizing.ts";
import { after, hours, type Instant, seconds } from "../domain/units.ts";
import type { CapacityReport } from "./capacity-report.ts";
import { requestTimeText } from "./request-time-text.ts";
import { row, secondsText, shortNumber, spanText } from "./text-row.ts";

const WIDTHS = { name: 15, figure: 14 } as const;
/** As long as a bad point counts. */
const BAD_POINT_MEMORY = hours(24);
const LIMITED_BY: Readonly<Record<LimitedBy, string>> = {
  target: "the declared target",
  cap: "0.8 × the cap",
  badPoint: "0.9 × a load that failed",
  floor: "the least that loads which failed leave: 0.5 × the cap or 0.4 × what was proven",
};

const SEEN: Readonly<Record<TargetCost["seenBy"], string>> = {
  cap: "what a replica was seen to carry",
  proven: "a load that was held within every target",
  batches: "what the fullest batches suggest that a replica carries",
};

/** Returns the report as lines without a final newline. */
export function explainCapacity(report: CapacityReport): string {
  return [
    heading(report),
    ...targetLines(report),
    ...learnedLines(report),
    ...limitLines(report),
    ...timeLines(report),
    ...causeLines(report),
    ...changeLines(report),
  ].join("\n");
}

function heading({ policy, at, replicas, loadPerSecond }: CapacityReport): string {
  const when = at === null ? "before the first tick" : `at ${formatInstant(at)}`;
  const load = loadPerSecond === null ? "load unknown" : `${rate(loadPerSecond)} arriving`;
  const desired = replicas.desired ?? "unknown";
  const need = replicas.needed === null ? "" : `, ${replicas.needed} needed by load`;
  return `${policy} ${when}: ${load}, ${desired} replicas${need}`;
}

function targetLines({ targetPerReplica, targetCost, isMemoryLost }: CapacityReport): readonly string[] {
  const declared = targetPerReplica === "learned" ? "none: learned" : `${rate(targetPerReplica)} a replica`;
  const lines = [line("target", declared, "")];
  if (targetCost !== null && targetPerReplica !== "learned") {
    const { ratio, replicas, neededReplicas, seenBy } = targetCost;
    const share = `target ${shortNumber(targetPerReplica)}/replica is ${Math.round(ratio * 100)} % of ${SEEN[seenBy]}`;
    const cost =
      replicas === 0 ? "costs no replica at this load" : `costs ${replicas} of ${neededReplicas} replicas`;
    lines.push(`  ${share}: ${cost}`);
  }
  if (isMemoryLost)
    lines.push("  the checkpoint could not be read: what was learned before is lost, scale-ins are trials");
  return lines;
}

function learnedLines({ cap, proven, badPoints, fullBatch, executions }: CapacityReport): readonly string[] {
  return [
    cap === null
      ? line("cap", "unknown", "no replica was seen saturated")
      : line("cap", rate(cap.perReplica), `of a saturated replica, ${formatInstant(cap.at)}`),
    proven === null
      ? line("proven", "unknown", "no load was held long enough with every signal at target")
      : line(
          "proven",
          rate(proven.perReplica),
          `a replica, held within every target, ${formatInstant(proven.at)}`,
        ),
    ...badPoints.map(failedLine),
    ...(fullBatch === null
      ? []
      : [
          line("full batch", shortNumber(fullBatch.inferences), `inferences, ${formatInstant(fullBatch.at)}`),
        ]),
    ...executions
      .toSorted((one, other) => one.batch - other.batch)
      .map(({ model, batch, executionSeconds }) =>
        line(
          "execution",
          secondsText(executionSeconds),
          `${model} in batches of about ${shortNumber(batch)}`,
        ),
      ),
  ];
}

function failedLine({ at, readyReplicas, perReplica, signals }: BadPoint): string {
  const shownBy = signals.length === 0 ? "backlog" : signals.join(", ");
  const counts = `counts below ${2 * readyReplicas} replicas until ${formatInstant(after(at, BAD_POINT_MEMORY))}`;
  const seen = `a replica at ${readyReplicas} ready, ${formatInstant(at)}, by ${shownBy}; ${counts}`;
  return line("failed", rate(perReplica), seen);
}

function limitLines({ limits, replicas, limitPerReplica }: CapacityReport): readonly string[] {
  if (limits.length === 0)
    return [line("u(N)", "unknown", "nothing limits a replica yet: scale-ins are trials of one replica")];
  const spans = limits.map(({ fromReplicas, toReplicas, perReplica, limitedBy }) => {
    const counts = fromReplicas === toReplicas ? `${fromReplicas}` : `${fromReplicas}-${toReplicas}`;
    return line("u(N)", rate(perReplica), `a replica for N = ${counts}: ${LIMITED_BY[limitedBy]}`);
  });
  if (limitPerReplica === null || replicas.desired === null) return spans;
  return [...spans, line("u now", rate(limitPerReplica), `a replica for N = ${replicas.desired}`)];
}

function timeLines({ startup, requestTime }: CapacityReport): readonly string[] {
  const { starts, p50Seconds, p90Seconds, expectedSeconds, reckonedWithSeconds } = startup;
  const whole = (value: number): string => spanText(seconds(Math.round(value)));
  const expected = `expected ${whole(expectedSeconds)}, reckoned with ${whole(reckonedWithSeconds)}`;
  const known =
    p50Seconds === null || p90Seconds === null
      ? line("start-up", "unknown", `${starts} starts seen, ${expected}`)
      : line(
          "start-up",
          `p50 ${whole(p50Seconds)}`,
          `p90 ${whole(p90Seconds)}, ${starts} starts seen, ${expected}`,
        );
  const times = Object.entries(requestTime).map(([model, time]) => `  ${model}: ${requestTimeText(time)}`);
  return [known, ...times];
}

function causeLines({ incurable }: CapacityReport): readonly string[] {
  return incurable.map(
    ({ signal, reason }) => `  ${signal} is above target, and replicas do not cure it: ${reason}`,
  );
}

function changeLines(report: CapacityReport): readonly string[] {
  const { cap, badPoints, convertedAt, forgottenAt, serviceChangedAt } = report;
  const oldest = badPoints.reduce<Instant | null>(
    (least, { at }) => (least === null || at < least ? at : least),
    null,
  );
  return [
    "  what would change it:",
    cap === null
      ? "    a replica that stays saturated for 30 s gives the cap"
      : "    the next saturated replica moves the cap by 0.3 of the difference; a higher load that is held raises it",
    ...(oldest === null
      ? []
      : [
          `    the oldest load that failed stops to count at ${formatInstant(after(oldest, BAD_POINT_MEMORY))}`,
        ]),
    serviceChangedAt === null
      ? "    executions 1.25 × slower or 0.8 × faster at the same batch for 2 minutes: all is converted; a new model version: all is forgotten"
      : `    executions have differed from what was learned since ${formatInstant(serviceChangedAt)}: after 2 minutes all is converted, or forgotten`,
    ...(convertedAt === null ? [] : [`    last converted ${formatInstant(convertedAt)}`]),
    ...(forgottenAt === null ? [] : [`    last forgotten ${formatInstant(forgottenAt)}`]),
  ];
}

function line(name: string, figure: string, detail: string): string {
  return row([
    [name, WIDTHS.name],
    [figure, WIDTHS.figure],
    [detail, 0],
  ]);
}

function rate(perSecond: number): string {
  return `${shortNumber(perSecond)}/s`;
}
