// Checks Kubernetes objects against published schemas: types, required fields, and fields that the schema does not know.

import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { TriggerAuthentication } from "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Role } from "kubernetes-models/rbac.authorization.k8s.io/v1/Role";
import { RoleBinding } from "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import ts from "typescript";
import { ROOT } from "../architecture/source-files.ts";

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
};

type Schema = { readonly module: string; readonly validate: (data: never) => void };

const SCHEMAS: Readonly<Record<string, Schema>> = {
  "apps/v1 Deployment": {
    module: "kubernetes-models/apps/v1/Deployment",
    validate: (data) => new Deployment(data).validate(),
  },
  "v1 ConfigMap": {
    module: "kubernetes-models/v1/ConfigMap",
    validate: (data) => new ConfigMap(data).validate(),
  },
  "v1 Namespace": {
    module: "kubernetes-models/v1/Namespace",
    validate: (data) => new Namespace(data).validate(),
  },
  "v1 Service": { module: "kubernetes-models/v1/Service", validate: (data) => new Service(data).validate() },
  "v1 ServiceAccount": {
    module: "kubernetes-models/v1/ServiceAccount",
    validate: (data) => new ServiceAccount(data).validate(),
  },
  "keda.sh/v1alpha1 ScaledObject": {
    module: "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject",
    validate: (data) => new ScaledObject(data).validate(),
  },
  "keda.sh/v1alpha1 TriggerAuthentication": {
    module: "@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication",
    validate: (data) => new TriggerAuthentication(data).validate(),
  },
  "networking.k8s.io/v1 NetworkPolicy": {
    module: "kubernetes-models/networking.k8s.io/v1/NetworkPolicy",
    validate: (data) => new NetworkPolicy(data).validate(),
  },
  "policy/v1 PodDisruptionBudget": {
    module: "kubernetes-models/policy/v1/PodDisruptionBudget",
    validate: (data) => new PodDisruptionBudget(data).validate(),
  },
  "rbac.authorization.k8s.io/v1 Role": {
    module: "kubernetes-models/rbac.authorization.k8s.io/v1/Role",
    validate: (data) => new Role(data).validate(),
  },
  "rbac.authorization.k8s.io/v1 RoleBinding": {
    module: "kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding",
    validate: (data) => new RoleBinding(data).validate(),
  },
};

/**
 * Fields of a ScaledObject that are younger than the published schema (of KEDA 2.10), with the form each must have:
 * `tolerance` of the HPA's rules (Kubernetes 1.33), and how a fallback combines with the present count (KEDA 2.17).
 */
const YOUNGER_FIELDS: readonly { readonly path: readonly string[]; readonly form: RegExp }[] = [
  ...["scaleUp", "scaleDown"].map((direction) => ({
    path: ["spec", "advanced", "horizontalPodAutoscalerConfig", "behavior", direction, "tolerance"],
    form: /^[0-9]+(\.[0-9]+)?m?$/,
  })),
  {
    path: ["spec", "fallback", "behavior"],
    form: /^(static|currentReplicas|currentReplicasIfHigher|currentReplicasIfLower)$/,
  },
];

/** Returns what is wrong with the objects, as `kind/name: message`; nothing where all are valid. */
export function manifestErrors(manifests: readonly Manifest[]): readonly string[] {
  const judged = manifests.map((manifest) => judge(manifest));
  const typeErrors = compile(judged.map(({ rest, schema }) => typeCheckedSource(rest, schema)));
  return manifests.flatMap((manifest, index) =>
    [...(judged[index]?.errors ?? []), ...(typeErrors[index] ?? [])].map(
      (message) => `${manifest.kind}/${manifest.metadata.name}: ${message}`,
    ),
  );
}

function judge(manifest: Manifest) {
  const schema = SCHEMAS[`${manifest.apiVersion} ${manifest.kind}`];
  if (schema === undefined) return { schema, rest: manifest, errors: ["no schema for this kind"] };
  const { rest, errors } =
    manifest.kind === "ScaledObject" ? withoutYoungerFields(manifest) : { rest: manifest, errors: [] };
  try {
    schema.validate(rest as never);
    return { schema, rest, errors };
  } catch (error) {
    return { schema, rest, errors: [...errors, String(error)] };
  }
}

function withoutYoungerFields(manifest: Manifest): {
  readonly rest: Manifest;
  readonly errors: readonly string[];
} {
  const rest = structuredClone(manifest);
  const errors: string[] = [];
  for (const { path, form } of YOUNGER_FIELDS) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), rest);
    const field = path.at(-1) ?? "";
    if (!isObject(parent) || !(field in parent)) continue;
    if (typeof parent[field] !== "string" || !form.test(parent[field])) {
      errors.push(`${path.join(".")} is ${JSON.stringify(parent[field])}, must match ${form.source}`);
    }
    delete parent[field];
  }
  return { rest, errors };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object literal has to fit its type exactly, so the compiler finds unknown fields at any depth. */
function typeCheckedSource(manifest: Manifest, schema: Schema | undefined): string {
  if (schema === undefined) return "export {};";
  const type = `I${manifest.kind}`;
  return `import type { ${type} } from "${schema.module}";\nexport const manifest: ${type} = ${JSON.stringify(manifest, null, 1)};`;
}

/** Returns the compiler's messages, source by source. */
function compile(sources: readonly string[]): readonly (readonly string[])[] {
  const names = sources.map((_, index) => `${ROOT}manifest-${index}.ts`);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => names.includes(path) || fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const index = names.indexOf(path);
    return index < 0
      ? getSourceFile.call(host, path, ...rest)
      : ts.createSourceFile(path, sources[index] ?? "", ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram(names, options, host);
  return names.map((name) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
  );
}
