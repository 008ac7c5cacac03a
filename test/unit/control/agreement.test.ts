// Since when equal answers are promised, and what ends the promise.

import { describe, expect, test } from "vitest";
import { Agreement } from "../../../src/control/agreement.ts";
import { reliesOnLearnedStart } from "../../../src/decide/context.ts";
import { NOTHING_LEARNED } from "../../../src/domain/learned-capacity.ts";
import { NO_STARTUP_MEMORY, observed } from "../../../src/domain/startup-times.ts";
import { initialState, type ScalerState } from "../../../src/domain/state.ts";
import { after, type Instant, millis, minutes, seconds } from "../../../src/domain/units.ts";
import { memorySpan } from "../../../src/domain/windows.ts";
import { at, controlPolicy, EPOCH, loadedPolicy } from "../../support/control-ports.ts";

const policy = controlPolicy();
const loaded = loadedPolicy(policy);
const W = memorySpan(policy);
const QUIET = initialState();
const FIRST = EPOCH;
const JUST_BEFORE = after(FIRST, seconds(W / 1000 - 1));
const THEN = after(FIRST, W);

/** A tick of a process that shares no checkpoint. */
function alone(decidedAt: Instant, state: ScalerState) {
  return { at: decidedAt, state, isShared: false };
}

/** An agreement in which the policy was decided at FIRST. */
function begun(): Agreement {
  const agreement = new Agreement();
  expect(agreement.decided(loaded, alone(FIRST, QUIET))).toBe(false);
  return agreement;
}

describe("equal answers are promised", () => {
  test("from W after the first tick", () => {
    const agreement = begun();
    expect(agreement.decided(loaded, alone(JUST_BEFORE, QUIET))).toBe(false);
    expect(agreement.decided(loaded, alone(THEN, QUIET))).toBe(true);
  });

  test("anew from W after an instant that was missed or not read", () => {
    const agreement = begun();
    agreement.interrupted();
    const again = after(FIRST, seconds(10));
    expect(agreement.decided(loaded, alone(again, QUIET))).toBe(false);
    expect(agreement.decided(loaded, alone(THEN, QUIET))).toBe(false);
    expect(agreement.decided(loaded, alone(after(again, W), QUIET))).toBe(true);
  });

  test("anew from W after an edit, which replicas may see at different ticks", () => {
    const agreement = begun();
    const edited = loadedPolicy({ ...policy, replicas: { ...policy.replicas, max: 99 } });
    expect(agreement.decided(edited, alone(JUST_BEFORE, QUIET))).toBe(false);
    expect(agreement.decided(edited, alone(THEN, QUIET))).toBe(false);
    expect(agreement.decided(edited, alone(after(JUST_BEFORE, W), QUIET))).toBe(true);
  });

  test("anew for the one policy that could not be decided", () => {
    const agreement = begun();
    const other = loadedPolicy({ ...policy, name: "other" });
    agreement.decided(other, alone(FIRST, QUIET));
    agreement.forget(loaded.key);
    expect(agreement.decided(loaded, alone(THEN, QUIET))).toBe(false);
    expect(agreement.decided(other, alone(THEN, QUIET))).toBe(true);
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
    expect(agreement.decided(loaded, alone(decidedAt, waiting))).toBe(false);
    expect(agreement.decided(loaded, alone(THEN, all))).toBe(false);
    expect(agreement.decided(loaded, alone(after(decidedAt, W), all))).toBe(true);
  });

  test("where what was learned limits the load more than the target, only with a shared checkpoint", () => {
    const cap = { at: FIRST, perReplica: 1 };
    const learned: ScalerState = { ...QUIET, learned: { ...NOTHING_LEARNED, cap } };
    const agreement = new Agreement();
    const shared = (decidedAt: Instant) => ({ at: decidedAt, state: learned, isShared: true });
    expect(agreement.decided(loaded, alone(FIRST, learned))).toBe(false);
    expect(agreement.decided(loaded, alone(THEN, learned))).toBe(false);
    expect(agreement.decided(loaded, shared(JUST_BEFORE))).toBe(false);
    expect(agreement.decided(loaded, shared(after(THEN, W)))).toBe(true);
    expect(agreement.decided(loaded, alone(after(THEN, W), learned))).toBe(false);
  });

  test("although something was learned that the target is below", () => {
    const cap = { at: FIRST, perReplica: 1e6 };
    const learned: ScalerState = { ...QUIET, learned: { ...NOTHING_LEARNED, cap } };
    expect(begun().decided(loaded, alone(THEN, learned))).toBe(true);
  });

  test("anew from W after a tick within a breach that had begun before the promise did", () => {
    const agreement = begun();
    const breach = { at: FIRST, value: 2, loadPerReplica: 10, futileUntil: null };
    const breached: ScalerState = { ...QUIET, breaches: { latency: breach } };
    expect(agreement.decided(loaded, alone(JUST_BEFORE, breached))).toBe(false);
    expect(agreement.decided(loaded, alone(THEN, QUIET))).toBe(false);
    expect(agreement.decided(loaded, alone(after(THEN, W), QUIET))).toBe(true);
    const later = { ...breach, at: THEN };
    expect(agreement.decided(loaded, alone(after(THEN, W), { ...QUIET, breaches: { latency: later } }))).toBe(
      true,
    );
  });

  test("never without a load signal: what probes teach is each process's own", () => {
    const agreement = new Agreement();
    const { pendingRequests } = policy.signals;
    const signals = { ...policy.signals, requestRate: null, inFlight: null, pendingRequests };
    const probing = loadedPolicy({ ...policy, signals });
    agreement.decided(probing, alone(FIRST, QUIET));
    expect(agreement.decided(probing, alone(at(1_000_000), QUIET))).toBe(false);
  });
});
