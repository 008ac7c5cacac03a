// Documents that are valid, and how to spoil them; what a case of an issue holds.

import type { IssueCode } from "../../../src/domain/issue.ts";

export const VALID_POLICY = `apiVersion: tidemark.dev/v1alpha1
kind: ScalingPolicy
metadata: { name: burst }
spec:
  target: { kind: Deployment, namespace: ai-inference, name: triton-burst }
  models: [ { name: burst } ]
  replicas: { min: 1, max: 8 }
  objective: { percentile: 99, latency: 500ms }
  signals:
    requestRate: { targetPerReplica: 64 }
`;

export const SCRAPE_CONFIGURATION = `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: production }
spec:
  source:
    kind: scrape
    scrape:
      targets:
        - { namespace: ai-inference, workload: triton-burst, pod: triton-burst-0, url: "http://127.0.0.1:8002/metrics" }
`;

export const RECORDING_CONFIGURATION = `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: played }
spec:
  source:
    kind: recording
    recording: { path: ../recordings/surge, namespace: ai-inference, workload: triton-burst }
`;

/** Returns a configuration with a Prometheus source of which `section` says more than its address. */
export function prometheusWith(section: string): string {
  return RECORDING_CONFIGURATION.replace("kind: recording", "kind: prometheus").replace(
    /recording: .*/,
    `prometheus: { url: "http://prometheus.monitoring:9090"${section && `, ${section}`} }`,
  );
}

export const PROMETHEUS_CONFIGURATION: string = prometheusWith("");

export type IssueCase = {
  readonly code: IssueCode;
  readonly name: string;
  readonly text: string;
  /** The lines that name the file `policies/burst.yaml` (or, of a configuration, `config.yaml`). */
  readonly lines: readonly string[];
  readonly config?: string;
};

/** The valid policy with one part replaced. */
export function edited(part: string, replacement: string): string {
  if (!VALID_POLICY.includes(part)) throw new Error(`the policy has no ${part}`);
  return VALID_POLICY.replace(part, replacement);
}

/** The valid policy with lines added. */
export function added(text: string): string {
  return `${VALID_POLICY}${text}`;
}

/** The name under which the policies are checked. */
export const FILE = "policies/burst.yaml";
