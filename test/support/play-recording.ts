// Plays a recording of a real Triton through the production tick, one tick a second, replicas as recorded.

import { fileURLToPath } from "node:url";
import { openRecording } from "../../src/adapters/recording-source.ts";
import { tickPolicy } from "../../src/control/tick.ts";
import type { Policy } from "../../src/domain/policy.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { initialState } from "../../src/domain/state.ts";
import { elapsed, hours, millis, seconds, toSeconds } from "../../src/domain/units.ts";
import { sampleSpan } from "../../src/domain/windows.ts";
import { at, EPOCH } from "./builders.ts";

const TICK = seconds(1);

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
  const loaded = {
    key: `${policy.target.namespace}/${policy.name}`,
    policy,
    document: {},
    hash: "0",
    file: "",
  };
  const ticks = Math.floor(elapsed(EPOCH, source.end()) / TICK);
  const records: DecisionRecord[] = [];
  let state = initialState();
  for (let tick = 1; tick <= ticks; tick++) {
    const now = at(tick);
    await source.refresh(now);
    const result = tickPolicy({
      at: now,
      readAt: now,
      loaded,
      state,
      samples: source.workload(policy.target, now, millis(sampleSpan(policy) + TICK)),
      scrapeInterval: source.scrapeInterval,
      tickInterval: TICK,
      activation: null,
      queries: new Map(),
      detail: "observation",
      version: "test",
    });
    state = result.state;
    records.push(result.record);
  }
  return records;
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
