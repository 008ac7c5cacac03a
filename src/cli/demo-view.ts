// What the demo shows: a table that is redrawn on a terminal, else a plain line a change and a second.

import pc from "picocolors";
import { shownReason } from "../control/reason.ts";
import { reasonInWords } from "../control/reason-words.ts";
import { formatInstant } from "../domain/instant.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { KedaAnswer } from "./keda-client.ts";

const CHANGES_SHOWN = 8;
/** A line that wrapped would be two to go up. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";

export type DemoView = {
  /** A new record. */
  record(record: DecisionRecord): void;
  /** What KEDA was answered now. */
  answer(policy: string, answer: KedaAnswer): void;
};

/** Returns the view for a pipe or file: `time policy current wanted status reason`. */
export function plainView(write: (text: string) => void): DemoView {
  const latest = new Map<string, DecisionRecord>();
  return {
    record(record) {
      const before = latest.get(record.policy);
      latest.set(record.policy, record);
      if (isNews(record, before)) write(`${plainLine(record)}\n`);
    },
    answer(policy, answer) {
      const record = latest.get(policy);
      if (record !== undefined) write(`${plainLine(record)}; KEDA ${answerText(answer)}\n`);
    },
  };
}

/** Returns the view for a terminal. */
export function tableView(write: (text: string) => void, heading: readonly string[]): DemoView {
  const latest = new Map<string, DecisionRecord>();
  const answers = new Map<string, KedaAnswer>();
  const changes: string[] = [];
  let drawnLines = 0;
  const draw = (): void => {
    const rows = [...latest.values()].flatMap((record) => tableRows(record, answers.get(record.policy)));
    const lines = [...heading, "", ...rows, "", pc.bold("changes"), ...changes.slice(-CHANGES_SHOWN)];
    const up = drawnLines === 0 ? "" : `\u001b[${drawnLines}A`;
    write(`${NO_WRAP}${up}${lines.map((line) => `\u001b[2K${line}\n`).join("")}${WRAP}`);
    drawnLines = lines.length;
  };
  return {
    record(record) {
      const before = latest.get(record.policy);
      latest.set(record.policy, record);
      if (!isNews(record, before)) return;
      changes.push(changeLine(record));
      draw();
    },
    answer(policy, answer) {
      answers.set(policy, answer);
      draw();
    },
  };
}

/** A record that says another number or status than the one before. */
function isNews(record: DecisionRecord, before: DecisionRecord | undefined): boolean {
  const { replicas, status } = record.decision;
  return before === undefined || before.decision.replicas !== replicas || before.decision.status !== status;
}

function plainLine(record: DecisionRecord): string {
  const { at, policy, observation, decision } = record;
  const counts = `${countText(observation.replicas.desired)} ${countText(decision.replicas)}`;
  return `${formatInstant(at)} ${policy} ${counts} ${decision.status} ${reasonText(record)}`;
}

function changeLine(record: DecisionRecord): string {
  const { desired } = record.observation.replicas;
  const wanted = pc.bold(countText(record.decision.replicas));
  return `${clock(record)}  ${countText(desired)} -> ${wanted}  ${record.decision.status}  ${reasonText(record)}`;
}

function tableRows(record: DecisionRecord, answer: KedaAnswer | undefined): readonly string[] {
  const { observation, decision, policy } = record;
  const { arrivalsPerSecond, pendingRequests } = observation.traffic;
  const load = `${countText(rounded(arrivalsPerSecond))} requests/s, ${countText(rounded(pendingRequests))} waiting`;
  const cells: readonly (readonly [string, string])[] = [
    ["time", clock(record)],
    ["policy", pc.bold(policy)],
    ["wanted", `${countText(observation.replicas.desired)} -> ${pc.bold(countText(decision.replicas))}`],
    ["replicas", replicasText(observation.replicas)],
    ["status", decision.status],
    ["reason", reasonText(record)],
    ["load", load],
    ["KEDA", answer === undefined ? "has not asked yet" : answerText(answer)],
  ];
  return cells.map(([name, text]) => `${pc.dim(name.padEnd(10))}${text}`);
}

function replicasText({ desired, ready, starting }: DecisionRecord["observation"]["replicas"]): string {
  return `${countText(desired)} desired, ${countText(ready)} ready, ${countText(starting)} starting`;
}

function reasonText(record: DecisionRecord): string {
  return `${shownReason(record.steps)} (${reasonInWords(record)})`;
}

function answerText(answer: KedaAnswer): string {
  if (!answer.ok) return `is told: ${answer.problem}`;
  return `is told ${answer.replicas}, ${answer.active ? "active" : "inactive"}`;
}

function clock({ at }: DecisionRecord): string {
  return formatInstant(at).slice(11, 19);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value);
}

function countText(count: number | null): string {
  return count === null ? "unknown" : String(count);
}
