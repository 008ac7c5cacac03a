// Rules on what pods are made of: where they may run, what they mount, as whom they run.

import { flagValue } from "../command-line.ts";
import { below, entries, type Field, items, numberOf, scalarText, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue } from "../found.ts";
import type { LintInput } from "../input.ts";
import { type Manifest, sameNamespace, selects } from "../manifests.ts";
import { type Container, inParts, type Pod, tritonContainers, wholeServers } from "../pods.ts";
import type { Rule } from "../rule.ts";

const GPU_WORD = /gpu|nvidia|accelerator|cuda/i;

const adHocLabel: Rule = {
  code: "TM012",
  title: "GPU nodes chosen by a label of one's own",
  severity: "warning",
  visible: true,
  find: ({ pods }) =>
    pods.flatMap(({ spec }) =>
      [...entries(below(spec, "nodeSelector")), ...affinityKeys(spec)].flatMap(([key, field]) => {
        const value = scalarText(field) ?? "";
        if (key.includes("/") || !(GPU_WORD.test(key) || GPU_WORD.test(value))) return [];
        const message = `node label "${key}" is nobody's standard, and a new node lacks it unless somebody sets it; select "nvidia.com/gpu.present", which NVIDIA's GPU operator sets`;
        return [wrongValue(field, message)];
      }),
    ),
};

function affinityKeys(spec: Field): readonly (readonly [string, Field])[] {
  const required = below(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  return items(below(required, "nodeSelectorTerms"))
    .flatMap((term) => items(below(term, "matchExpressions")))
    .map((expression) => [scalarText(below(expression, "key")) ?? "", below(expression, "key")] as const);
}

const mutableModels: Rule = {
  code: "TM014",
  title: "models that can change under a running server",
  severity: "warning",
  visible: true,
  find: (input) => [...sharedClaims(input), ...writableMounts(input), ...movingImages(input)],
};

const MODEL_NAME = /model|triton/i;

function claimsOf({
  spec,
}: Pod): readonly { readonly volume: string; readonly claim: string; readonly readOnly: boolean }[] {
  return items(below(spec, "volumes")).flatMap((volume) => {
    const source = below(volume, "persistentVolumeClaim");
    const claim = scalarText(below(source, "claimName"));
    if (claim === null) return [];
    return [
      {
        volume: scalarText(below(volume, "name")) ?? "",
        claim,
        readOnly: below(source, "readOnly").value === true,
      },
    ];
  });
}

function sharedClaims({ manifests, pods }: LintInput): readonly Found[] {
  const used = tritonContainers(pods).flatMap(({ pod }) => claimsOf(pod).map(({ claim }) => claim));
  return manifests
    .filter(
      ({ kind, name }) => kind === "PersistentVolumeClaim" && (MODEL_NAME.test(name) || used.includes(name)),
    )
    .flatMap(({ root, name }) =>
      items(below(root, "spec", "accessModes"))
        .filter((mode) => textOf(mode) === "ReadWriteMany")
        .map((mode) =>
          wrongValue(
            mode,
            `claim "${name}" is ReadWriteMany: whoever mounts it changes models under running servers, unchecked; fetch each version by its digest in an init container, or mount it ReadOnlyMany`,
          ),
        ),
    );
}

function writableMounts({ pods }: LintInput): readonly Found[] {
  return tritonContainers(pods).flatMap(({ pod, container }) => {
    const writable = claimsOf(pod).filter(({ readOnly }) => !readOnly);
    return items(below(container.field, "volumeMounts"))
      .filter((mount) => below(mount, "readOnly").value !== true && holdsModels(mount, container))
      .filter((mount) => writable.some(({ volume }) => volume === scalarText(below(mount, "name"))))
      .map((mount) =>
        wrongKey(
          mount,
          `the models are mounted from a claim and can be written; mount "${scalarText(below(mount, "name"))}" with readOnly: true`,
        ),
      );
  });
}

function holdsModels(mount: Field, { words }: Container): boolean {
  const repository = flagValue(words, "model-repository") ?? flagValue(words, "model-store");
  const path = scalarText(below(mount, "mountPath")) ?? "";
  if (repository === null) return MODEL_NAME.test(path);
  return `${repository}/`.startsWith(`${path.replace(/\/$/, "")}/`);
}

/** Images of servers, and of whatever else mounts their models. */
function movingImages({ pods, manifests }: LintInput): readonly Found[] {
  const renamed = manifests
    .filter(({ kind }) => kind === "Kustomization" || kind === "Component")
    .flatMap(({ root }) => items(below(root, "images")).map((image) => scalarText(below(image, "name"))));
  return pods
    .filter(
      (pod) =>
        pod.containers.some(({ isTriton }) => isTriton) ||
        claimsOf(pod).some(({ claim }) => MODEL_NAME.test(claim)),
    )
    .flatMap(({ containers, initContainers }) => [...initContainers, ...containers])
    .filter(({ image }) => image !== "" && isMoving(image) && !renamed.includes(image))
    .map(({ field, image }) =>
      wrongValue(
        below(field, "image"),
        `image is "${image}", which means another one tomorrow; name a version, best with its digest`,
      ),
    );
}

function isMoving(image: string): boolean {
  const name = image.slice(image.lastIndexOf("/") + 1);
  return !image.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
}

const bareServer: Rule = {
  code: "TM015",
  title: "server without the guards of production",
  severity: "warning",
  visible: true,
  find: ({ pods, manifests }) =>
    wholeServers(pods, ["Deployment", "StatefulSet", "Rollout"]).flatMap((server) => {
      const wants = lacking(server);
      if (wants.length === 0) return [];
      const { name, field } = server.container;
      const all = [...wants, ...alsoLacking(server, manifests)];
      return [wrongKey(field, `container "${name}" lacks: ${all.join("; ")}`)];
    }),
};

type Server = ReturnType<typeof wholeServers>[number];

/** What a server never does without. */
function lacking({ pod: { specs }, owner, container: { parts } }: Server): readonly string[] {
  const isUser = [...specs, ...parts].some((holder) => {
    const context = below(holder, "securityContext");
    return below(context, "runAsNonRoot").value === true || (numberOf(below(context, "runAsUser")) ?? 0) > 0;
  });
  const isSpread =
    inParts(specs, "topologySpreadConstraints") !== null ||
    inParts(specs, "affinity", "podAntiAffinity") !== null;
  const isOne = numberOf(below(owner.root, "spec", "replicas")) === 1;
  return [
    ...(isUser ? [] : ["a securityContext with runAsNonRoot (it runs as root; the image has user 1000)"]),
    ...(inParts(parts, "lifecycle", "preStop") === null
      ? ["a preStop pause (requests still arrive after it was told to end)"]
      : []),
    ...(isSpread || isOne ? [] : ["topologySpreadConstraints (one node takes all replicas with it)"]),
  ];
}

/** What may stand in another file, or is not always needed: worth a word beside the rest, not alone. */
function alsoLacking(
  { pod: { labels }, owner, container: { parts } }: Server,
  manifests: readonly Manifest[],
): readonly string[] {
  const budget = manifests.some(
    ({ kind, root, namespace }) =>
      kind === "PodDisruptionBudget" &&
      sameNamespace(namespace, owner.namespace) &&
      selects(below(root, "spec", "selector"), labels),
  );
  const mounts = parts.flatMap((part) => items(below(part, "volumeMounts")));
  const memory = mounts.some((mount) => textOf(below(mount, "mountPath")) === "/dev/shm");
  return [
    ...(budget ? [] : ["a PodDisruptionBudget (none among these files)"]),
    ...(memory ? [] : ["a Memory emptyDir at /dev/shm (Python backends need it)"]),
  ];
}

/** The rules on pods. */
export const POD_RULES: readonly Rule[] = [adHocLabel, mutableModels, bareServer];
