// Plays a policy on a source through the production tick, one tick a second of scripted time.

import { expect } from "vitest";

import { tickPolicy } from "../../src/control/tick.ts";
import type { Policy } from "../../src/domain/policy.ts";
import type { DecisionRecord } from "../../src/domain/record.ts";
import { initialState } from "../../src/domain/state.ts";
import { millis, seconds } from "../../src/domain/units.ts";
import { sampleSpan } from "../../src/domain/windows.ts";
import type { MetricsSource } from "../../src/ports/metrics-source.ts";
import { at } from "./builders.ts";

export type PlayedSource = Pick<MetricsSource, "refresh" | "workload" | "scrapeInterval">;

/** Returns a record a second from the first second on; every reading must succeed. */
export async function playSource(
  source: PlayedSource,
  policy: Policy,
  ticks: number,
): Promise<readonly DecisionRecord[]> {
  const loaded = {
    key: `${policy.target.namespace}/${policy.name}`,
    policy,
    document: {},
    hash: "0",
    file: "",
  };
  const records: DecisionRecord[] = [];
  let state = initialState();
  for (let tick = 1; tick <= ticks; tick++) {
    const now = at(tick);
    expect(await source.refresh(now)).toEqual({ ok: true, detail: null });
    const result = tickPolicy({
      at: now,
      readAt: now,
      loaded,
      state,
      samples: source.workload(policy.target, now, millis(sampleSpan(policy) + 1000)),
      scrapeInterval: source.scrapeInterval,
      tickInterval: seconds(1),
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
