// Random policies of every kind, with spans short enough for a run of ticks to outlast them.

import fc from "fast-check";
import type { Policy, RateLimit } from "../../src/domain/policy.ts";
import { millis, minutes, seconds } from "../../src/domain/units.ts";
import { customPolicies } from "./arbitrary-custom-signals.ts";

const spans = (...choices: readonly number[]): fc.Arbitrary<ReturnType<typeof seconds>> =>
  fc.constantFrom(...choices).map((choice) => seconds(choice));

const limits: fc.Arbitrary<readonly RateLimit[]> = fc.array(
  fc.record({
    replicas: fc.constantFrom(null, 1, 2, 5),
    percent: fc.constantFrom(null, 10, 50, 100),
    per: spans(15, 60, 120),
  }),
  { maxLength: 2 },
);

/** What a law may fix about the policies it is tried on. */
export type PolicyChoices = {
  readonly modes?: readonly Policy["mode"][];
  readonly zero?: boolean;
  readonly loadSignal?: boolean;
  readonly limits?: fc.Arbitrary<readonly RateLimit[]>;
};

/** Policies of every kind, with spans short enough for a run of ticks to outlast them. */
export function policies({
  modes = ["enforce"],
  zero,
  loadSignal,
  limits: limited = limits,
}: PolicyChoices = {}): fc.Arbitrary<Policy> {
  const signals = signalPolicies(loadSignal);
  const bounds = fc
    .record({
      min: zero === true ? fc.constant(0) : zero === false ? fc.integer({ min: 1, max: 4 }) : fc.nat(3),
      more: fc.nat(20),
    })
    .map(({ min, more }) => ({ min, max: Math.max(1, min + more) }));
  const pace = {
    tolerance: fc.constantFrom(0, 0.125),
    limits: limited,
    stabilizationWindow: spans(0, 30, 120),
  };
  return fc
    .record({
      mode: fc.constantFrom(...modes),
      signals,
      bounds,
      startup: spans(0, 30, 60),
      scaleOut: fc.record(pace),
      scaleIn: fc.record({ ...pace, cooldown: spans(0, 30, 120) }),
    })
    .map(({ mode, signals: named, bounds: replicas, startup, scaleOut, scaleIn }) => ({
      name: "embedder",
      mode,
      target: { kind: "Deployment", namespace: "ai-inference", name: "triton" },
      models: [{ name: "embedder", maxQueueDelay: millis(0), weight: 1 }],
      replicas,
      gpusPerReplica: 1,
      objective: { percentile: 99, latency: millis(512) },
      signals: named,
      startup: { expected: startup },
      scaleOut,
      scaleIn,
      activation: replicas.min === 0 ? { query: "sum(queued)", above: 0, cooldown: minutes(1) } : null,
      missingData: { maxAge: seconds(60), holdFor: minutes(2) },
      keda: { tolerance: 0 },
    }));
}

/** `loadSignal`: true declares one, false none, undefined leaves it to chance. */
function signalPolicies(loadSignal: boolean | undefined): fc.Arbitrary<Policy["signals"]> {
  const required = fc.boolean();
  const window = spans(15, 60, 120);
  const load = fc.record({ targetPerReplica: fc.constantFrom(8, 32), window, required });
  const quality = fc.record({ target: fc.constantFrom(millis(64), millis(512)), window, required });
  const declared = <Value>(signal: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
    fc.option(signal, { freq: 3 });
  return fc.record({
    requestRate: loadSignal === true ? load : loadSignal === false ? fc.constant(null) : declared(load),
    inFlight: loadSignal === false ? fc.constant(null) : fc.option(load, { freq: 1 }),
    pendingRequests: declared(
      fc.record({
        targetPerReplica: fc.constantFrom(4, 8),
        window: spans(15, 60),
        required,
        clearWithin: spans(60, 300),
      }),
    ),
    queueDuration: declared(quality),
    latency: quality,
    gpuMemory: fc.option(
      fc.record({ blockScaleInAbove: fc.constant(0.9), criticalAbove: fc.constant(0.97), required }),
    ),
    custom: customPolicies({ loads: loadSignal !== false }),
  });
}
