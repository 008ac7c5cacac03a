// Kinds that others bring into a cluster: their definitions as released, installed in the API server.

import { readdirSync, readFileSync } from "node:fs";
import { type ApiClient, ApiError, type KubernetesObject } from "./api-client.ts";
import { type ProgramSet, programOf } from "./built-programs.ts";
import { eventually } from "./eventually.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

export type Conditioned = KubernetesObject & {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
};

/** Installs the kinds of KEDA's release, or `kinds`, those of others whose objects we ship; resolves once objects of them can be made. */
export async function installKinds(api: ApiClient, set: Exclude<ProgramSet, "kubernetes">): Promise<void> {
  const folder = programOf(set, "crds");
  const names: string[] = [];
  for (const file of readdirSync(folder)) {
    const body = readFileSync(`${folder}/${file}`, "utf8");
    const question = { method: "POST", path: DEFINITIONS, body, type: "application/yaml" };
    const answer = await api.ask(question);
    if (answer.status !== 201) throw new ApiError(question, answer);
    names.push((JSON.parse(answer.body) as KubernetesObject).metadata.name);
  }
  for (const name of names) {
    await eventually(`the kind ${name}`, async () =>
      isTrue(await api.get<Conditioned>(`${DEFINITIONS}/${name}`), "Established") ? true : null,
    );
  }
}

/** Whether the object says that this condition holds. */
export function isTrue({ status }: Conditioned, type: string): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false
  );
}
