// The parts of a service configuration that are about Kubernetes: who we are to its API, and what we keep there.

import { dnsLabel, mapping, podName, refusal, text } from "./field-schemas.ts";

/** How the API server is reached, and whether one of several processes leads. */
export const kubernetesSchema = mapping({
  kubeconfig: text().nullable().prefault(null),
  namespace: dnsLabel().nullable().prefault(null),
  leaderElection: mapping({ lease: podName() }).nullable().prefault(null),
});

/** Where the checkpoint is kept: a file, a ConfigMap, or nowhere. */
export const stateSchema = mapping({
  file: text().nullable().prefault(null),
  configMap: podName().nullable().prefault(null),
}).refine(({ file, configMap }) => file === null || configMap === null, {
  error: refusal("OUT_OF_RANGE", "must name a file or a configMap, not both"),
});
