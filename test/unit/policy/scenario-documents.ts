// A scenario and a tuning that are valid, and how to spoil them.

export const VALID_SCENARIO = `apiVersion: tidemark.dev/v1alpha1
kind: Simulation
metadata: { name: surge }
spec:
  duration: 30m
  workloads:
    - namespace: ai-inference
      name: triton-burst
      replicas: { initial: 3 }
      models:
        - name: burst
          batching: { maxBatchSize: 4 }
          service: { executionTime: { 1: 100ms, 4: 160ms } }
          traffic: [ { generator: poisson, phases: [ { for: 45s, rate: 36 } ] } ]
  candidates:
    - { name: ours, policies: [ ../policies/burst.yaml ] }
    - { name: fixed-3, baseline: static, replicas: 3 }
`;

export const VALID_TUNING = `apiVersion: tidemark.dev/v1alpha1
kind: Tuning
metadata: { name: burst-week }
spec:
  scenario: week.yaml
  space:
    spec.signals.requestRate.targetPerReplica: { from: 40, to: 80 }
    spec.scaleIn.cooldown: { values: [ 0s, 5m ] }
`;

/** A document and the lines that it must print, without the file's name. */
export type FieldCase = { readonly name: string; readonly text: string; readonly lines: readonly string[] };

/** The valid scenario with one part replaced. */
export function scenarioWith(part: string, replacement: string): string {
  if (!VALID_SCENARIO.includes(part)) throw new Error(`the scenario has no ${part}`);
  return VALID_SCENARIO.replace(part, replacement);
}

/** The valid tuning with one part replaced. */
export function tuningWith(part: string, replacement: string): string {
  if (!VALID_TUNING.includes(part)) throw new Error(`the tuning has no ${part}`);
  return VALID_TUNING.replace(part, replacement);
}
