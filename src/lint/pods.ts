// Pods that manifests describe, their containers, and which of them run Triton.

import type { FieldPath } from "../policy/finding.ts";
import { type Word, wordsOf } from "./command-line.ts";
import { below, type Field, isPresent, items, numberOf, scalarText, textEntries, textOf } from "./field.ts";
import { type Manifest, sameNamespace } from "./manifests.ts";

export type Container = {
  readonly field: Field;
  readonly name: string;
  readonly image: string;
  readonly words: readonly Word[];
  readonly isTriton: boolean;
  /** This container and, where one of them is a patch of the other, those of the same name in the same workload. */
  readonly parts: readonly Field[];
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
  /** This pod's spec and those of patches of the same workload, or of what this is a patch of. */
  readonly specs: readonly Field[];
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
  return [...made.map((pod) => withParts(pod, made)), ...fragments.flatMap(podOfFragment)];
}

/** Of a workload that several files describe one has the images, the others are patches. */
function withParts(pod: Pod, pods: readonly Pod[]): Pod {
  const others = pods.filter(
    (other) => other !== pod && isSameWorkload(other, pod) && isPatch(other) !== isPatch(pod),
  );
  const parts = others.flatMap(({ containers }) => containers);
  return {
    ...pod,
    specs: [pod.spec, ...others.map(({ spec }) => spec)],
    containers: pod.containers.map((container) => {
      const same = parts.filter(({ name }) => name === container.name);
      const words = [...container.words, ...same.flatMap((part) => part.words)];
      return { ...container, words, parts: [container.field, ...same.map(({ field }) => field)] };
    }),
  };
}

function isSameWorkload({ owner: one }: Pod, { owner: other }: Pod): boolean {
  if (one === null || other === null) return false;
  return one.kind === other.kind && one.name === other.name && sameNamespace(one.namespace, other.namespace);
}

function isPatch({ containers }: Pod): boolean {
  return !containers.some(({ image }) => image !== "");
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
    specs: [spec],
  };
}

/** A pod's spec or a container's without what encloses it, as documentation shows them. */
function podOfFragment(root: Field): readonly Pod[] {
  const isSpec = isPresent(below(root, "containers"));
  const isContainer = ["args", "command", "lifecycle"].some((key) => isPresent(below(root, key)));
  if (!isSpec && !isContainer) return [];
  const fields = isSpec ? items(below(root, "containers")) : [root];
  const containers = fields.map((field) => containerOf(field, true));
  return [
    {
      owner: null,
      template: root,
      spec: root,
      labels: new Map(),
      containers,
      initContainers: [],
      specs: [root],
    },
  ];
}

function containerOf(field: Field, mayServe: boolean): Container {
  const image = scalarText(below(field, "image")) ?? "";
  const words = wordsOf(field);
  const isTriton = mayServe && runsTriton(image, words, textOf(below(field, "command", 0)));
  return { field, name: scalarText(below(field, "name")) ?? "", image, words, isTriton, parts: [field] };
}

const TRITON_IMAGE = /tritonserver|triton-inference-server|(^|\/)triton(-(server|trtllm|vllm|llm))?([:@]|$)/;
const OTHER_COMMAND = /(^|\/)(echo|sleep|true|cp|ls|cat|pause)$/;

function runsTriton(image: string, words: readonly Word[], command: string | null): boolean {
  if (words.some(({ text }) => /(^|\/)tritonserver$|^--model-repository(=|$)/.test(text))) return true;
  return TRITON_IMAGE.test(image) && !OTHER_COMMAND.test(command ?? "");
}

/** Returns what stands at `path` in the first of the parts that says anything there, else in the first. */
export function inParts(parts: readonly Field[], ...path: FieldPath): Field | null {
  return parts.map((part) => below(part, ...path)).find(isPresent) ?? null;
}

/** Returns the containers that run Triton, each with its pod. */
export function tritonContainers(
  pods: readonly Pod[],
): readonly { readonly pod: Pod; readonly container: Container }[] {
  return pods.flatMap((pod) =>
    pod.containers.filter(({ isTriton }) => isTriton).map((container) => ({ pod, container })),
  );
}

/** Returns those of them that are whole: of a workload and its patches the one with the image. */
export function wholeServers(
  pods: readonly Pod[],
  kinds: readonly string[],
): readonly { readonly pod: Pod; readonly owner: Manifest; readonly container: Container }[] {
  return tritonContainers(pods).flatMap(({ pod, container }) => {
    const isWhole = container.image !== "" || container.parts.length === 1;
    const { owner } = pod;
    return owner !== null && kinds.includes(owner.kind) && isWhole ? [{ pod, owner, container }] : [];
  });
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
