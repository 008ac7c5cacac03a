// Since when equal answers are promised, and what ends the promise.

import { describe, expect, test } from "vitest";
import { Agreement } from "../../../src/control/agreement.ts";
import { after, seconds } from "../../../src/domain/units.ts";
import { memorySpan } from "../../../src/domain/windows.ts";
import { at, controlPolicy, EPOCH, loadedPolicy } from "../../support/control-ports.ts";

const policy = controlPolicy();
const loaded = loadedPolicy(policy);
const W = memorySpan(policy);
const FIRST = EPOCH;
const JUST_BEFORE = after(FIRST, seconds(W / 1000 - 1));
const THEN = after(FIRST, W);

/** An agreement in which the policy was decided at FIRST. */
function begun(): Agreement {
  const agreement = new Agreement();
  expect(agreement.decided(loaded, FIRST)).toBe(false);
  return agreement;
}

describe("equal answers are promised", () => {
  test("from W after the first tick", () => {
    const agreement = begun();
    expect(agreement.decided(loaded, JUST_BEFORE)).toBe(false);
    expect(agreement.decided(loaded, THEN)).toBe(true);
  });

  test("anew from W after an instant that was missed or not read", () => {
    const agreement = begun();
    agreement.interrupted();
    const again = after(FIRST, seconds(10));
    expect(agreement.decided(loaded, again)).toBe(false);
    expect(agreement.decided(loaded, THEN)).toBe(false);
    expect(agreement.decided(loaded, after(again, W))).toBe(true);
  });

  test("anew from W after an edit, which replicas may see at different ticks", () => {
    const agreement = begun();
    const edited = loadedPolicy({ ...policy, replicas: { ...policy.replicas, max: 99 } });
    expect(agreement.decided(edited, JUST_BEFORE)).toBe(false);
    expect(agreement.decided(edited, THEN)).toBe(false);
    expect(agreement.decided(edited, after(JUST_BEFORE, W))).toBe(true);
  });

  test("anew for the one policy that could not be decided", () => {
    const agreement = begun();
    const other = loadedPolicy({ ...policy, name: "other" });
    agreement.decided(other, FIRST);
    agreement.forget(loaded.key);
    expect(agreement.decided(loaded, THEN)).toBe(false);
    expect(agreement.decided(other, THEN)).toBe(true);
  });

  test("never without a load signal: what probes teach is each process's own", () => {
    const agreement = new Agreement();
    const { pendingRequests } = policy.signals;
    const signals = { ...policy.signals, requestRate: null, inFlight: null, pendingRequests };
    const probing = loadedPolicy({ ...policy, signals });
    agreement.decided(probing, FIRST);
    expect(agreement.decided(probing, at(1_000_000))).toBe(false);
  });
});
