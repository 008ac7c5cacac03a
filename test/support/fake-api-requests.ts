// What a fake API server is asked, how it can misbehave, and the small change of its answers.

import type { IncomingMessage, ServerResponse } from "node:http";

export type Json = Readonly<Record<string, unknown>>;
export type FakeObject = Json & { readonly metadata: Json };
export type WatchEvent = {
  readonly collection: string;
  readonly version: number;
  readonly type: string;
  readonly object: Json;
};
export type Watcher = {
  readonly collection: string;
  readonly response: ServerResponse;
  readonly bookmarks: boolean;
};

export type Asked = {
  readonly verb: "get" | "list" | "watch" | "create" | "update";
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: unknown;
};

export type Fault = {
  readonly verb?: Asked["verb"];
  readonly path?: RegExp;
  /** How many requests meet it; for ever if left out. */
  readonly times?: number;
  readonly answer:
    | {
        readonly kind: "status";
        readonly status: number;
        readonly reason?: string;
        readonly retryAfter?: number;
      }
    | { readonly kind: "hang" }
    | { readonly kind: "cut" }
    | { readonly kind: "body"; readonly body: string }
    /** The server does what it should, and then tells something else. */
    | { readonly kind: "after"; readonly done: () => void }
    /** The list as it was when this was scripted. */
    | { readonly kind: "stale"; readonly list: string };
};

export function verbOf({ method }: IncomingMessage, url: URL, match: RegExpExecArray | null): Asked["verb"] {
  if (method === "POST") return "create";
  if (method === "PUT") return "update";
  if (url.searchParams.has("watch")) return "watch";
  return match?.[2] === undefined ? "list" : "get";
}

/** As the API does it: a count of 0 is left out. */
export function scaleOf(object: FakeObject): Json {
  const replicas = (object["spec"] as { replicas?: number } | undefined)?.replicas ?? 0;
  const status = (object["status"] as { replicas?: number } | undefined)?.replicas ?? 0;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: status },
  };
}

export function fail(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ kind: "Status", status: "Failure", code, reason, message: `scripted ${reason}` }),
  );
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** A kubeconfig for a server at `url`; `user` is the YAML of its user. */
export function kubeconfigText(url: string, user: string, namespace: string): string {
  return `apiVersion: v1
kind: Config
current-context: test
clusters: [ { name: fake, cluster: { server: "${url}", insecure-skip-tls-verify: true } } ]
users: [ { name: me, user: { ${user} } } ]
contexts: [ { name: test, context: { cluster: fake, user: me, namespace: ${namespace} } } ]
`;
}
