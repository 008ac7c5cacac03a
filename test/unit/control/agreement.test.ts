// Since when equal answers are promised, and what ends the promise.

import { describe, expect, test } from "vitest";
import { Agreement } from "../../../src/control/agreement.ts";
import { reliesOnLearnedStart } from "../../../src/decide/context.ts";
import { NO_STARTUP_MEMORY, observed } from "../../../src/domain/startup-times.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { after, millis, minutes, seconds } from "../../../src/domain/units.ts";
import { memorySpan } from "../../../src/domain/windows.ts";
import { at, controlPolicy, EPOCH, loadedPolicy } from "../../support/control-ports.ts";

const policy = controlPolicy();
const loaded = loadedPolicy(policy);
const W = memorySpan(policy);
const QUIET = initialState();
const FIRST = EPOCH;
const JUST_BEFORE = after(FIRST, seconds(W / 1000 - 1));
const THEN = after(FIRST, W);

/** An agreement in which the policy was decided at FIRST. */
function begun(): Agreement {
  const agreement = new Agreement();
  expect(agreement.decided(loaded, FIRST, QUIET)).toBe(false);
  return agreement;
}

describe("equal answers are promised", () => {
  test("from W after the first tick", () => {
    const agreement = begun();
    expect(agreement.decided(loaded, JUST_BEFORE, QUIET)).toBe(false);
    expect(agreement.decided(loaded, THEN, QUIET)).toBe(true);
  });

  test("anew from W after an instant that was missed or not read", () => {
    const agreement = begun();
    agreement.interrupted();
    const again = after(FIRST, seconds(10));
    expect(agreement.decided(loaded, again, QUIET)).toBe(false);
    expect(agreement.decided(loaded, THEN, QUIET)).toBe(false);
    expect(agreement.decided(loaded, after(again, W), QUIET)).toBe(true);
  });

  test("anew from W after an edit, which replicas may see at different ticks", () => {
    const agreement = begun();
    const edited = loadedPolicy({ ...policy, replicas: { ...policy.replicas, max: 99 } });
    expect(agreement.decided(edited, JUST_BEFORE, QUIET)).toBe(false);
    expect(agreement.decided(edited, THEN, QUIET)).toBe(false);
    expect(agreement.decided(edited, after(JUST_BEFORE, W), QUIET)).toBe(true);
  });

  test("anew for the one policy that could not be decided", () => {
    const agreement = begun();
    const other = loadedPolicy({ ...policy, name: "other" });
    agreement.decided(other, FIRST, QUIET);
    agreement.forget(loaded.key);
    expect(agreement.decided(loaded, THEN, QUIET)).toBe(false);
    expect(agreement.decided(other, THEN, QUIET)).toBe(true);
  });

  test("anew from W after a tick at which only what was learned of starts let replicas count as starting", () => {
    const agreement = begun();
    const decidedAt = after(FIRST, seconds(60));
    // Ten starts of 12 minutes were seen, where the policy expects less.
    const times = observed(NO_STARTUP_MEMORY.times, minutes(12), { at: FIRST, count: 10 });
    const waiting: ScalerState = {
      ...QUIET,
      at: decidedAt,
      startedAt: after(decidedAt, millis(-3 * policy.startup.expected)),
      lastReplicas: { at: decidedAt, desired: 4, ready: 3 },
      startups: { ...NO_STARTUP_MEMORY, times },
    };
    const all = { ...waiting, lastReplicas: { at: decidedAt, desired: 4, ready: 4 } };
    expect(reliesOnLearnedStart(waiting, policy)).toBe(true);
    expect(reliesOnLearnedStart(all, policy)).toBe(false);
    expect(agreement.decided(loaded, decidedAt, waiting)).toBe(false);
    expect(agreement.decided(loaded, THEN, all)).toBe(false);
    expect(agreement.decided(loaded, after(decidedAt, W), all)).toBe(true);
  });

  test("never without a load signal: what probes teach is each process's own", () => {
    const agreement = new Agreement();
    const { pendingRequests } = policy.signals;
    const signals = { ...policy.signals, requestRate: null, inFlight: null, pendingRequests };
    const probing = loadedPolicy({ ...policy, signals });
    agreement.decided(probing, FIRST, QUIET);
    expect(agreement.decided(probing, at(1_000_000), QUIET)).toBe(false);
  });
});
