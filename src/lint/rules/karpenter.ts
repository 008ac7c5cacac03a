// Rules on the nodes that Karpenter makes.

import { below, entries, type Field, isPresent, items, scalarText, textOf } from "../field.ts";
import { type Found, wrongKey, wrongValue } from "../found.ts";
import { gpuOf, isNamed } from "../gpu-instances.ts";
import type { Manifest } from "../manifests.ts";
import type { Rule } from "../rule.ts";

const oldKarpenter: Rule = {
  code: "TM033",
  title: "Karpenter's NodePool of a version that is gone",
  severity: "error",
  visible: true,
  find: ({ manifests }) =>
    manifests.flatMap((manifest) => {
      const { apiVersion, root, kind } = manifest;
      const version = below(root, "apiVersion");
      const [, group, beta] =
        /^(karpenter(?:\.k8s\.aws)?(?:\.sh)?)\/(v1(?:alpha|beta)\d+)$/.exec(apiVersion) ?? [];
      const old =
        beta === undefined
          ? []
          : [
              wrongValue(
                version,
                `apiVersion is ${apiVersion}, which Karpenter has not served since 1.1; use ${group}/v1 (${kind === "Provisioner" ? "NodePool" : kind})`,
              ),
            ];
      return kind === "NodePool" && apiVersion.startsWith("karpenter.sh/")
        ? [...old, ...outOfPlace(root)]
        : old;
    }),
};

/** What version 1 requires, and what it has elsewhere. */
function outOfPlace(root: Field): readonly Found[] {
  const spec = below(root, "spec", "template", "spec");
  const reference = below(spec, "nodeClassRef");
  const lacking = ["group", "kind", "name"].filter((key) => !isPresent(below(reference, key)));
  const moved = below(root, "spec", "disruption", "expireAfter");
  const policy = below(root, "spec", "disruption", "consolidationPolicy");
  return [
    ...(lacking.length === 0 || (textOf(below(root, "apiVersion")) ?? "").includes("alpha")
      ? []
      : [
          wrongKey(
            isPresent(reference) ? reference : spec,
            `karpenter.sh/v1 requires template.spec.nodeClassRef with group, kind and name; here ${isPresent(reference) ? `${lacking.join(", ")} ${lacking.length === 1 ? "is" : "are"} missing` : "there is none"}`,
          ),
        ]),
    ...(isPresent(moved)
      ? [wrongKey(moved, "expireAfter stands under template.spec in karpenter.sh/v1, not under disruption")]
      : []),
    ...(textOf(policy) === "WhenUnderutilized"
      ? [
          wrongValue(
            policy,
            "consolidationPolicy WhenUnderutilized is called WhenEmptyOrUnderutilized in karpenter.sh/v1",
          ),
        ]
      : []),
  ];
}

type Requirement = { readonly field: Field; readonly key: string; readonly values: readonly Field[] };

/** A NodePool's requirements; only values that are asked for. */
function requirementsOf({ root, kind, apiVersion }: Manifest): readonly Requirement[] {
  const holder = kind === "NodePool" ? below(root, "spec", "template", "spec") : below(root, "spec");
  if (!apiVersion.startsWith("karpenter.sh/")) return [];
  return items(below(holder, "requirements")).map((field) => ({
    field,
    key: textOf(below(field, "key")) ?? "",
    values: textOf(below(field, "operator")) === "In" ? items(below(field, "values")) : [],
  }));
}

const unknownRequirement: Rule = {
  code: "TM034",
  title: "requirement that Karpenter cannot tell of an instance type",
  severity: "error",
  visible: true,
  find: ({ manifests }) =>
    manifests
      .flatMap(requirementsOf)
      .filter(({ key }) => /^nvidia\.com\/|^feature\.node\.kubernetes\.io\//.test(key))
      .map(({ field, key }) =>
        wrongValue(
          below(field, "key"),
          `"${key}" is set by feature discovery once a node runs; to Karpenter it is a label of yours, which it puts on any node whatever its GPU; use karpenter.k8s.aws/instance-gpu-name, or your cloud's own`,
        ),
      ),
};

const wrongGpu: Rule = {
  code: "TM035",
  title: "instance type without the GPU that is asked for",
  severity: "error",
  visible: true,
  find: ({ manifests, pods }) => [
    ...manifests.map(requirementsOf).flatMap((requirements) =>
      mismatches(
        requirements.filter(({ key }) => INSTANCE_KEY.test(key)).flatMap(({ values }) => values),
        requirements.filter(({ key }) => GPU_KEY.test(key)).flatMap(({ values }) => values),
      ),
    ),
    ...pods.flatMap(({ spec }) => {
      const labels = entries(below(spec, "nodeSelector"));
      const valuesOf = (pattern: RegExp): readonly Field[] =>
        labels.filter(([key]) => pattern.test(key)).map(([, field]) => field);
      return mismatches(valuesOf(INSTANCE_KEY), valuesOf(GPU_KEY));
    }),
  ],
};

const INSTANCE_KEY = /^(node\.kubernetes\.io\/instance-type|karpenter\.k8s\.aws\/instance-family)$/;
const GPU_KEY = /^(nvidia\.com\/gpu\.product|karpenter\.k8s\.aws\/instance-gpu-name)$/;

function mismatches(instances: readonly Field[], gpus: readonly Field[]): readonly Found[] {
  const names = gpus.flatMap((field) => scalarText(field) ?? []);
  const known = instances.flatMap((field) => {
    const gpu = gpuOf(scalarText(field) ?? "");
    return gpu === null ? [] : [{ field, gpu }];
  });
  if (names.length === 0 || known.length === 0) return [];
  const wrong = known.filter(({ gpu }) => !names.some((name) => isNamed(gpu, name)));
  const unmet = gpus.filter((field) => !known.some(({ gpu }) => isNamed(gpu, scalarText(field) ?? "")));
  if (wrong.length > 0)
    return wrong.map(({ field, gpu }) =>
      wrongValue(
        field,
        `${scalarText(field)} has ${gpu.word} with ${gpu.memoryGb} GB, which is not among ${names.join(", ")}`,
      ),
    );
  if (known.length < instances.length) return [];
  return unmet.map((field) => wrongValue(field, `no instance type listed has ${scalarText(field)}`));
}

/** The rules on Karpenter. */
export const KARPENTER_RULES: readonly Rule[] = [oldKarpenter, unknownRequirement, wrongGpu];
