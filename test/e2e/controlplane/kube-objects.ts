// What the tests read of the API server's objects.

import type { KubernetesObject } from "./api-client.ts";

export type Scaled = KubernetesObject & {
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly readyReplicas?: number };
};
export type Hpa = KubernetesObject & {
  readonly spec: { readonly scaleTargetRef: { readonly name: string }; readonly behavior?: object };
  readonly status?: { readonly desiredReplicas?: number };
};
export type Event = KubernetesObject & {
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
};
export type KedaObject = KubernetesObject & {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
    }[];
  };
};
