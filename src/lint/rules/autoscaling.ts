// Rules on how autoscalers are set up, whatever they measure.

import { scales, triggersOf } from "../autoscalers.ts";
import { below, entries, type Field, isPresent, numberOf, scalarText, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue } from "../found.ts";
import { sameNamespace } from "../manifests.ts";
import { adapterRules } from "../queries.ts";
import type { Rule } from "../rule.ts";

const fixedReplicas: Rule = {
  code: "TM013",
  title: "replica count of an autoscaled workload",
  severity: "error",
  visible: true,
  find: ({ manifests, autoscalers }) => {
    const policies = manifests.filter(({ kind }) => kind === "ScalingPolicy");
    return manifests
      .filter(({ kind }) => ["Deployment", "StatefulSet", "Rollout"].includes(kind))
      .flatMap((workload) => {
        const replicas = below(workload.root, "spec", "replicas");
        if (!isPresent(replicas)) return [];
        const autoscaler = autoscalers.find((candidate) => scales(candidate, workload))?.manifest;
        const policy = policies.find(({ root }) => {
          const target = below(root, "spec", "target");
          return (
            textOf(below(target, "kind")) === workload.kind &&
            textOf(below(target, "name")) === workload.name &&
            sameNamespace(textOf(below(target, "namespace")), workload.namespace)
          );
        });
        const by = autoscaler ?? policy;
        if (by === undefined) return [];
        const message = `replicas is ${scalarText(replicas)}, and ${by.kind} "${by.name}" scales this ${workload.kind}: every apply sets the count back; leave replicas out`;
        return [wrongValue(replicas, message)];
      });
  },
};

const withoutEffect: Rule = {
  code: "TM028",
  title: "setting of KEDA that has no effect above zero replicas",
  severity: "warning",
  visible: true,
  find: ({ autoscalers }) =>
    autoscalers
      .filter(({ kind }) => kind !== "HorizontalPodAutoscaler")
      .flatMap(({ spec, manifest, minReplicas }) => {
        const triggers = triggersOf(spec);
        // An external scaler damps for itself: nobody relies on KEDA's cooldown there.
        const isDamped =
          triggers.length > 0 &&
          triggers.every(({ field }) => textOf(below(field, "type"))?.startsWith("external"));
        const isAbove = minReplicas === null ? manifest === null : minReplicas >= 1;
        if (!isAbove || isDamped || isPresent(below(spec, "idleReplicaCount"))) return [];
        const cooldown = below(spec, "cooldownPeriod");
        const least =
          minReplicas === null ? "replicas do not go to zero" : `minReplicaCount is ${minReplicas}`;
        return [
          ...(isPresent(cooldown) ? [wrongValue(cooldown, noEffect("cooldownPeriod", least))] : []),
          ...triggers.flatMap(({ metadata }) => activationThreshold(metadata, least)),
        ];
      }),
};

function activationThreshold(metadata: Field, least: string): readonly Found[] {
  const thresholds = entries(metadata).filter(([key]) => /^activation\w*(Threshold|Value)$/.test(key));
  return thresholds.map(([key, field]) => wrongValue(field, noEffect(key, least)));
}

function noEffect(key: string, least: string): string {
  return `${key} concerns the step between none and one replica only, and has no effect while ${least} (nor does pollingInterval damp anything); damp with advanced.horizontalPodAutoscalerConfig.behavior`;
}

const slowSurge: Rule = {
  code: "TM029",
  title: "stabilization window before scaling out",
  severity: "warning",
  visible: true,
  find: ({ autoscalers }) =>
    autoscalers
      .map(({ behavior }) => below(behavior, "scaleUp", "stabilizationWindowSeconds"))
      .filter((field) => (numberOf(field) ?? 0) > 0)
      .map((field) =>
        wrongValue(
          field,
          `scaleUp.stabilizationWindowSeconds is ${numberOf(field)}: a surge waits that long, and then for models to load; set 0 here, and 300 to 600 in scaleDown`,
        ),
      ),
};

const prometheusAdapter: Rule = {
  code: "TM031",
  title: "prometheus-adapter, or an HPA of a version that is gone",
  severity: "warning",
  visible: true,
  find: ({ manifests, fragments, pods }) => {
    const message =
      "prometheus-adapter is being given up in favour of KEDA, and was last worked on in 2025; new set-ups use KEDA or an external scaler";
    const configured = fragments
      .filter((root) => adapterRules(root).length > 0)
      .map((root) =>
        wrongKey(below(root, isPresent(below(root, "rules")) ? "rules" : "externalRules"), message),
      );
    const run = pods
      .flatMap(({ containers }) => containers)
      .filter(({ image }) => /prometheus-adapter/.test(image))
      .map(({ field }) => wrongValue(below(field, "image"), message));
    const old = manifests
      .filter(
        ({ kind, apiVersion }) =>
          kind === "HorizontalPodAutoscaler" && apiVersion.startsWith("autoscaling/v2beta"),
      )
      .map(({ root, apiVersion }) =>
        wrongValue(
          below(root, "apiVersion"),
          `apiVersion is ${apiVersion}, which Kubernetes has not served since 1.26; use autoscaling/v2`,
        ),
      );
    return [...configured, ...run, ...old];
  },
};

/** The rules on autoscalers. */
export const AUTOSCALING_RULES: readonly Rule[] = [
  fixedReplicas,
  withoutEffect,
  slowSurge,
  prometheusAdapter,
];
