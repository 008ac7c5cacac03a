// The workload that is scaled, and the key of a policy.

/** A Kubernetes workload whose replicas are Triton servers. */
export type TargetRef = {
  readonly kind: "Deployment" | "StatefulSet";
  readonly namespace: string;
  readonly name: string;
};

/** Returns the key of a policy: `<target namespace>/<policy name>`, unique in a service. */
export function policyKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/**
 * Returns the workload that a pod's name speaks of, or null where it looks like no pod's of a workload:
 * `<workload>-<template hash>-<suffix>` of a Deployment, `<workload>-<ordinal>` of a StatefulSet.
 */
export function workloadOfPod(pod: string): Pick<TargetRef, "kind" | "name"> | null {
  const deployment = /^(.+)-[a-z0-9]{1,10}-[a-z0-9]{5}$/.exec(pod)?.[1];
  if (deployment !== undefined) return { kind: "Deployment", name: deployment };
  const statefulSet = /^(.+)-[0-9]+$/.exec(pod)?.[1];
  return statefulSet === undefined ? null : { kind: "StatefulSet", name: statefulSet };
}

/**
 * Returns whether a pod belongs to a workload, by its name alone: `<workload>-<ordinal>` of a StatefulSet or
 * `<workload>-<template hash>-<suffix>` of a Deployment. A longer workload name that begins alike does not match.
 */
export function isPodOf(workload: string, pod: string): boolean {
  if (!pod.startsWith(`${workload}-`)) return false;
  return /^([0-9]+|[a-z0-9]{1,10}-[a-z0-9]{5})$/.test(pod.slice(workload.length + 1));
}
