// Plays a recording of a real Triton through the production tick, one tick a second, replicas as recorded.

import { fileURLToPath } from "node:url";
import { openRecording } from "../../src/adapters/recording-source.ts";
import type { Policy } from "../../src/domain/policy.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { elapsed, hours, toSeconds } from "../../src/domain/units.ts";
import { EPOCH } from "./builders.ts";
import { playSource } from "./play-source.ts";

/** Returns the folder of a recording beside the checkout. */
export function recordingPath(name: string): string {
  return fileURLToPath(new URL(`../../../shared/recordings/${name}`, import.meta.url));
}

/** Returns a record a second, from the first second after the start to the last scrape. */
export async function playRecording(name: string, policy: Policy): Promise<readonly DecisionRecord[]> {
  const opened = await openRecording({
    path: recordingPath(name),
    target: null,
    epoch: EPOCH,
    keep: hours(1),
  });
  if (!opened.ok) throw new Error(opened.failure);
  const source = opened.value;
  return playSource(source, policy, Math.floor(toSeconds(elapsed(EPOCH, source.end()))));
}

/** Returns the seconds of scripted time at which a record was made. */
export function timeOf({ at: instant }: DecisionRecord): number {
  return toSeconds(elapsed(EPOCH, instant));
}

/** Returns the records from `from` to `to` seconds, both included. */
export function between(
  records: readonly DecisionRecord[],
  from: number,
  to = Number.POSITIVE_INFINITY,
): readonly DecisionRecord[] {
  return records.filter((record) => timeOf(record) >= from && timeOf(record) <= to);
}
