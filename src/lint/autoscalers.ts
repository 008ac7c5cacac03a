// ScaledObjects and HPAs, and pieces of them: what they scale, within which bounds, by which triggers.

import { below, type Field, isPresent, items, numberOf, textOf } from "./field.ts";
import { type Manifest, sameNamespace } from "./manifests.ts";
import type { Pod } from "./pods.ts";

export type Autoscaler = {
  readonly kind: "ScaledObject" | "HorizontalPodAutoscaler" | "piece";
  readonly manifest: Manifest | null;
  readonly spec: Field;
  /** The HPA's `behavior`, wherever it stands. */
  readonly behavior: Field;
  /** The smallest count, KEDA's and the HPA's defaults put in; null where a piece does not say. */
  readonly minReplicas: number | null;
  readonly target: { readonly kind: string; readonly name: string };
};

export type Trigger = { readonly field: Field; readonly metadata: Field; readonly query: Field };

/** Returns the autoscalers among the objects, and the pieces of one. */
export function autoscalersOf(
  manifests: readonly Manifest[],
  fragments: readonly Field[],
): readonly Autoscaler[] {
  return [
    ...manifests.flatMap((manifest) => autoscalerOf(manifest)),
    ...fragments.filter(isPiece).map((spec) => scaledObject(spec, null)),
  ];
}

function autoscalerOf(manifest: Manifest): readonly Autoscaler[] {
  const spec = below(manifest.root, "spec");
  if (manifest.kind === "ScaledObject") return [scaledObject(spec, manifest)];
  if (manifest.kind !== "HorizontalPodAutoscaler") return [];
  const kind = textOf(below(spec, "scaleTargetRef", "kind")) ?? "";
  return [
    {
      kind: "HorizontalPodAutoscaler",
      manifest,
      spec,
      behavior: below(spec, "behavior"),
      minReplicas: numberOf(below(spec, "minReplicas")) ?? 1,
      target: { kind, name: textOf(below(spec, "scaleTargetRef", "name")) ?? "" },
    },
  ];
}

function isPiece(root: Field): boolean {
  const behaves = ["scaleUp", "scaleDown"].some((key) => isPresent(below(root, "behavior", key)));
  return behaves || isPresent(below(root, "cooldownPeriod")) || isPresent(below(root, "triggers"));
}

function scaledObject(spec: Field, manifest: Manifest | null): Autoscaler {
  const config = below(spec, "advanced", "horizontalPodAutoscalerConfig", "behavior");
  const min = numberOf(below(spec, "minReplicaCount"));
  return {
    kind: manifest === null ? "piece" : "ScaledObject",
    manifest,
    spec,
    behavior: isPresent(config) ? config : below(spec, "behavior"),
    minReplicas: manifest === null ? min : (min ?? 0),
    target: {
      kind: textOf(below(spec, "scaleTargetRef", "kind")) ?? "Deployment",
      name: textOf(below(spec, "scaleTargetRef", "name")) ?? "",
    },
  };
}

/** Returns the triggers of type `prometheus`; an HPA has none. */
export function prometheusTriggers({ spec }: Autoscaler): readonly Trigger[] {
  return triggersOf(spec).filter(({ field }) => textOf(below(field, "type")) === "prometheus");
}

/** Returns all triggers of a ScaledObject. */
export function triggersOf(spec: Field): readonly Trigger[] {
  return items(below(spec, "triggers")).map((field) => {
    const metadata = below(field, "metadata");
    return { field, metadata, query: below(metadata, "query") };
  });
}

/** Returns whether this autoscaler sets the replicas of that object. */
export function scales({ target, manifest }: Autoscaler, { kind, name, namespace }: Manifest): boolean {
  return (
    target.kind === kind && target.name === name && sameNamespace(manifest?.namespace ?? null, namespace)
  );
}

/** Returns the pods that an autoscaler starts, as far as the files show them. */
export function scaledPods(autoscaler: Autoscaler, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(({ owner }) => owner !== null && scales(autoscaler, owner));
}
