// Any manifest against the real API server: nothing that it does not know passes.

import { type ApiClient, ApiError, type KubernetesObject, type Question } from "./api-client.ts";
import { eventually } from "./eventually.ts";

/** A manifest as `kubectl apply` would be given it. */
export type Manifest = { readonly apiVersion: string; readonly kind: string } & KubernetesObject;

/** What the API server made of a manifest: why it refused it (null: it took it), and what it warned of. */
export type Verdict = { readonly refusal: string | null; readonly warnings: readonly string[] };

type Resource = { readonly name: string; readonly kind: string; readonly namespaced: boolean };

const STRICT = "fieldValidation=Strict";
const OWNER = "fieldManager=test&force=true";

/**
 * Creates the object with `fieldValidation=Strict`, so that an unknown or repeated field refuses it; one of its name that
 * is there already is changed into it. Its namespace, `default` if it names none, is made where it is missing.
 */
export async function postStrict(api: ApiClient, manifest: Manifest): Promise<Verdict> {
  const base = manifest.apiVersion.includes("/")
    ? `/apis/${manifest.apiVersion}`
    : `/api/${manifest.apiVersion}`;
  const resource = await resourceOf(api, base, manifest.kind);
  if (resource === null) {
    return { refusal: `no kind ${manifest.kind} in ${manifest.apiVersion}`, warnings: [] };
  }
  const namespace = manifest.metadata.namespace ?? "default";
  if (resource.namespaced) await ensureNamespace(api, namespace);
  const within = resource.namespaced ? `/namespaces/${namespace}` : "";
  const path = `${base}${within}/${resource.name}`;
  const create: Question = { method: "POST", path: `${path}?${STRICT}`, body: manifest };
  const change: Question = {
    method: "PATCH",
    path: `${path}/${manifest.metadata.name}?${STRICT}&${OWNER}`,
    body: manifest,
    type: "application/apply-patch+yaml",
  };
  const created = await api.ask(create);
  const [question, answer] = created.status === 409 ? [change, await api.ask(change)] : [create, created];
  const isTaken = answer.status >= 200 && answer.status < 300;
  return { refusal: isTaken ? null : new ApiError(question, answer).message, warnings: answer.warnings };
}

/** A kind that was installed a moment ago may not be served yet, so that one that is missing is looked for a while. */
async function resourceOf(api: ApiClient, base: string, kind: string): Promise<Resource | null> {
  const look = async (): Promise<Resource | null> => {
    const list = await api.find<{ readonly resources: readonly Resource[] }>(base);
    return list?.resources.find((each) => each.kind === kind && !each.name.includes("/")) ?? null;
  };
  return eventually(`the kind ${kind}`, look, 3000).catch(() => null);
}

async function ensureNamespace(api: ApiClient, name: string): Promise<void> {
  const body = { metadata: { name } };
  const answer = await api.ask({ method: "POST", path: "/api/v1/namespaces", body });
  if (answer.status !== 201 && answer.status !== 409) throw new Error(answer.body);
}
