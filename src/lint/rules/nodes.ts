// Rules on GPU nodes: which are made first, and how they are prepared.

import { flagsOf } from "../command-line.ts";
import { below, type Field, isMapping, isPresent, items, textEntries, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue } from "../found.ts";
import type { LintInput } from "../input.ts";
import { includesLabels, type Manifest, selects } from "../manifests.ts";
import { isTritonImage, type Pod } from "../pods.ts";
import { readYaml } from "../read-yaml.ts";
import type { Rule } from "../rule.ts";

const EXPANDER_MAP = "cluster-autoscaler-priority-expander";

const priorityExpander: Rule = {
  code: "TM032",
  title: "priorities that cluster-autoscaler does not read",
  severity: "error",
  visible: true,
  find: (input) =>
    input.manifests
      .filter(
        ({ kind, name, root }) =>
          kind === "ConfigMap" &&
          (name.startsWith("cluster-autoscaler-priority") || isPriorities(below(root, "data", "priorities"))),
      )
      .flatMap((map) => wrongPriorities(map, input)),
};

function isPriorities(field: Field): boolean {
  return /^\s*-?\d+:\s*$/m.test(textOf(field) ?? "");
}

function wrongPriorities({ root, name, namespace }: Manifest, { pods }: LintInput): readonly Found[] {
  const named = below(root, "metadata", "name");
  const priorities = below(root, "data", "priorities");
  const autoscalers = pods.flatMap((pod) =>
    pod.containers
      .filter(
        ({ image, words }) =>
          /cluster-autoscaler/.test(image) ||
          words.some(({ text }) => /(^|\/)cluster-autoscaler$/.test(text)),
      )
      .map((container) => ({ pod, container })),
  );
  const elsewhere = autoscalers.find(
    ({ pod }) => pod.owner?.namespace && namespace && pod.owner.namespace !== namespace,
  );
  const deaf = autoscalers.filter(
    ({ container: { words } }) =>
      !flagsOf(words, "expander").some(({ value }) => value?.split(",").includes("priority")),
  );
  return [
    ...(name === EXPANDER_MAP
      ? []
      : [
          wrongValue(
            named,
            `cluster-autoscaler reads priorities from a ConfigMap called "${EXPANDER_MAP}" only; rename it`,
          ),
        ]),
    ...(isPresent(priorities)
      ? unreadable(priorities)
      : [wrongKey(below(root, "data"), `${EXPANDER_MAP} has its list under the key "priorities"`)]),
    ...(elsewhere === undefined
      ? []
      : [
          wrongValue(
            below(root, "metadata", "namespace"),
            `cluster-autoscaler runs in namespace "${elsewhere.pod.owner?.namespace}" and reads this ConfigMap there only`,
          ),
        ]),
    ...(autoscalers.length > 0 && deaf.length === autoscalers.length
      ? [
          wrongValue(
            named,
            "cluster-autoscaler reads priorities only with --expander=priority, which it does not have here",
          ),
        ]
      : []),
  ];
}

/** The list is YAML in a text: numbers, each with regular expressions for names of node groups. */
function unreadable(field: Field): readonly Found[] {
  const positionAt = (): { line: number; column: number } => field.origin.locate.value(field.path);
  const { documents, findings } = readYaml({ text: textOf(field) ?? "", positionAt }, field.origin.file);
  const value = documents[0]?.value;
  const isRight =
    isMapping(value) &&
    Object.entries(value).every(
      ([key, list]) => /^-?\d+$/.test(key) && Array.isArray(list) && list.every(isPattern),
    );
  if (findings.length === 0 && isRight) return [];
  return [
    wrongValue(
      field,
      "priorities are numbers, each with a list of regular expressions for names of node groups; cluster-autoscaler ignores anything else",
    ),
  ];
}

function isPattern(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    // Go's expressions and ours differ in what is rare; its flags in front are not ours.
    return new RegExp(value.replace(/^\(\?[imsU-]+\)/, "")) instanceof RegExp;
  } catch {
    return false;
  }
}

const prepullDaemonSet: Rule = {
  code: "TM036",
  title: "DaemonSet that is invalid or misses the GPU nodes",
  severity: "error",
  visible: true,
  find: ({ pods }) =>
    pods
      .filter(({ owner }) => owner?.kind === "DaemonSet")
      .flatMap((pod) => (pod.owner === null ? [] : wrongDaemonSet(pod, pod.owner))),
};

function wrongDaemonSet(pod: Pod, { root, name, namespace }: Manifest): readonly Found[] {
  const spec = below(root, "spec");
  const selector = below(spec, "selector");
  const isPatch = pod.specs.length > 1 && pod.containers.every(({ image }) => image === "");
  const isMissing = !isPatch && !isMapping(selector.value);
  const also = namespace === null ? "; nor does it name a namespace" : "";
  const labels = textEntries(below(selector, "matchLabels"));
  const unselected =
    isMapping(selector.value) &&
    !(selects(selector, pod.labels) && (labels.size === 0 || includesLabels(pod.labels, labels)));
  return [
    ...(isMissing
      ? [
          wrongKey(
            spec,
            `DaemonSet "${name}" has no selector, which the API requires, and its pods need labels to match${also}`,
          ),
        ]
      : []),
    ...(unselected
      ? [
          wrongValue(
            selector,
            `selector does not match the labels of the pods of DaemonSet "${name}": the API refuses it`,
          ),
        ]
      : []),
    ...(isForGpus(pod) && !toleratesGpus(pod)
      ? [
          wrongKey(
            pod.spec,
            `DaemonSet "${name}" does not tolerate the taint nvidia.com/gpu, so it does not run on GPU nodes that have it; add the toleration, pull by digest, and give updateStrategy a small maxUnavailable`,
          ),
        ]
      : []),
  ];
}

function isForGpus({ spec, containers, initContainers }: Pod): boolean {
  const selected = [...textEntries(below(spec, "nodeSelector")).keys()].some((key) =>
    /nvidia|gpu/i.test(key),
  );
  return selected || [...containers, ...initContainers].some(({ image }) => isTritonImage(image));
}

function toleratesGpus({ spec }: Pod): boolean {
  return items(below(spec, "tolerations")).some((toleration) => {
    const key = textOf(below(toleration, "key"));
    return (
      key === "nvidia.com/gpu" ||
      ((key === null || key === "") && textOf(below(toleration, "operator")) === "Exists")
    );
  });
}

/** The rules on nodes. */
export const NODE_RULES: readonly Rule[] = [priorityExpander, prepullDaemonSet];
