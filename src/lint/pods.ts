// Pods that manifests describe, their containers, and which of them run Triton.

import { type Word, wordsOf } from "./command-line.ts";
import { below, type Field, isPresent, items, numberOf, scalarText, textEntries, textOf } from "./field.ts";
import type { Manifest } from "./manifests.ts";

export type Container = {
  readonly field: Field;
  readonly name: string;
  readonly image: string;
  readonly words: readonly Word[];
  readonly isTriton: boolean;
};

/** A pod as an object makes it; of a piece of a manifest, as far as it tells. */
export type Pod = {
  /** Null for a piece of a manifest. */
  readonly owner: Manifest | null;
  readonly spec: Field;
  /** What has `metadata` and `spec`: the object itself for a Pod. */
  readonly template: Field;
  readonly labels: ReadonlyMap<string, string>;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
};

const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pod", []],
  ["Deployment", ["spec", "template"]],
  ["StatefulSet", ["spec", "template"]],
  ["DaemonSet", ["spec", "template"]],
  ["ReplicaSet", ["spec", "template"]],
  ["Rollout", ["spec", "template"]],
  ["Job", ["spec", "template"]],
  ["CronJob", ["spec", "jobTemplate", "spec", "template"]],
]);

/** Returns the pod of each object that makes pods, and of each piece of one. */
export function podsOf(manifests: readonly Manifest[], fragments: readonly Field[]): readonly Pod[] {
  const made = manifests.flatMap((owner) => {
    const path = TEMPLATES.get(owner.kind);
    return path === undefined ? [] : [podOf(below(owner.root, ...path), owner)];
  });
  return [...made, ...fragments.flatMap(podOfFragment)];
}

function podOf(template: Field, owner: Manifest): Pod {
  const spec = below(template, "spec");
  return {
    owner,
    template,
    spec,
    labels: textEntries(below(template, "metadata", "labels")),
    containers: items(below(spec, "containers")).map((field) => containerOf(field, true)),
    initContainers: items(below(spec, "initContainers")).map((field) => containerOf(field, false)),
  };
}

/** A pod's spec or a container's without what encloses it, as documentation shows them. */
function podOfFragment(root: Field): readonly Pod[] {
  const isSpec = isPresent(below(root, "containers"));
  const isContainer = ["args", "command", "lifecycle"].some((key) => isPresent(below(root, key)));
  if (!isSpec && !isContainer) return [];
  const fields = isSpec ? items(below(root, "containers")) : [root];
  const containers = fields.map((field) => containerOf(field, true));
  return [{ owner: null, template: root, spec: root, labels: new Map(), containers, initContainers: [] }];
}

function containerOf(field: Field, mayServe: boolean): Container {
  const image = scalarText(below(field, "image")) ?? "";
  const words = wordsOf(field);
  const isTriton = mayServe && runsTriton(image, words, textOf(below(field, "command", 0)));
  return { field, name: scalarText(below(field, "name")) ?? "", image, words, isTriton };
}

const TRITON_IMAGE = /tritonserver|triton-inference-server|(^|\/)triton(-(server|trtllm|vllm|llm))?([:@]|$)/;
const OTHER_COMMAND = /(^|\/)(echo|sleep|true|cp|ls|cat|pause)$/;

function runsTriton(image: string, words: readonly Word[], command: string | null): boolean {
  if (words.some(({ text }) => /(^|\/)tritonserver$|^--model-repository(=|$)/.test(text))) return true;
  return TRITON_IMAGE.test(image) && !OTHER_COMMAND.test(command ?? "");
}

/** Returns the containers that run Triton, each with its pod. */
export function tritonContainers(
  pods: readonly Pod[],
): readonly { readonly pod: Pod; readonly container: Container }[] {
  return pods.flatMap((pod) =>
    pod.containers.filter(({ isTriton }) => isTriton).map((container) => ({ pod, container })),
  );
}

/** Returns whether an image is Triton's, run or not. */
export function isTritonImage(image: string): boolean {
  return TRITON_IMAGE.test(image);
}

/** Returns whether a container's ports name or number this one. */
export function hasPort({ field }: Container, port: string): boolean {
  return items(below(field, "ports")).some(
    (item) =>
      scalarText(below(item, "name")) === port || numberOf(below(item, "containerPort")) === Number(port),
  );
}
