// The scale subresource of Deployments and StatefulSets: read, and written only as it was read.

import { failed, ok, type Result } from "../../domain/result.ts";
import type { TargetRef } from "../../domain/target.ts";
import type { ReplicaScale, ScaleFailure, ScaleReading } from "../../ports/replica-scale.ts";
import type { KubernetesApi } from "./api-client.ts";
import { type ApiFailure, failureText, noAnswer } from "./api-failure.ts";
import { fieldOf, numberOf, textOf } from "./json-fields.ts";

const PLURALS = { Deployment: "deployments", StatefulSet: "statefulsets" } as const;

export class ScaleClient implements ReplicaScale {
  readonly #api: KubernetesApi;

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  async read(target: TargetRef): Promise<Result<ScaleReading, ScaleFailure>> {
    return readingOf(await this.#api.request({ method: "GET", path: pathOf(target) }));
  }

  async write(
    target: TargetRef,
    replicas: number,
    { version }: ScaleReading,
  ): Promise<Result<ScaleReading, ScaleFailure>> {
    const { namespace, name } = target;
    const body = {
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      metadata: { namespace, name, resourceVersion: version },
      spec: { replicas },
    };
    return readingOf(await this.#api.request({ method: "PUT", path: pathOf(target), body }));
  }
}

function pathOf({ kind, namespace, name }: TargetRef): string {
  return `/apis/apps/v1/namespaces/${namespace}/${PLURALS[kind]}/${name}/scale`;
}

/** The API leaves a count of 0 out. */
function readingOf(answer: Result<unknown, ApiFailure>): Result<ScaleReading, ScaleFailure> {
  if (!answer.ok) return failed(scaleFailure(answer.failure));
  const version = textOf(answer.value, "metadata", "resourceVersion");
  if (version === null || typeof fieldOf(answer.value, "spec") !== "object") {
    return failed(scaleFailure(noAnswer("NotAScale", "the answer is no scale")));
  }
  return ok({
    desired: numberOf(answer.value, "spec", "replicas") ?? 0,
    existing: numberOf(answer.value, "status", "replicas") ?? 0,
    version,
  });
}

function scaleFailure(failure: ApiFailure): ScaleFailure {
  return { kind: kindOf(failure.status), detail: failureText(failure), retryAfter: failure.retryAfter };
}

function kindOf(status: number | null): ScaleFailure["kind"] {
  if (status === 409) return "conflict";
  if (status === 404) return "notFound";
  if (status === 401 || status === 403) return "forbidden";
  if (status === 429) return "throttled";
  return status === 400 || status === 422 ? "invalid" : "unreachable";
}
