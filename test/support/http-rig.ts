// The HTTP API on a free loopback port, and how to ask it; closes with the test.

import { onTestFinished } from "vitest";
import { CompressedHistory } from "../../src/adapters/compressed-history.ts";
import { Registry } from "../../src/control/registry.ts";
import type { LoadedPolicy } from "../../src/domain/policy-set.ts";
import { type HttpServerOptions, startHttpServer } from "../../src/http/server.ts";
import { RecordingLogger } from "./recording-telemetry.ts";
import { buildRecord, fillRegistry, loadPolicy, type RecordParts } from "./registry-builder.ts";

/** What a request came to; JSON is parsed. */
export type Answer = { readonly status: number; readonly type: string | null; readonly body: unknown };

/** Starts the API over these policies and records; returns how to ask it. */
export async function startApi({
  policies = [loadPolicy()],
  records = [{}],
  ...options
}: Partial<HttpServerOptions> & {
  readonly policies?: readonly LoadedPolicy[];
  readonly records?: readonly RecordParts[];
} = {}) {
  const registry = fillRegistry(new Registry(new CompressedHistory()), {
    policies,
    records: records.map(buildRecord),
  });
  const logger = new RecordingLogger();
  const server = await startHttpServer({
    address: "127.0.0.1:0",
    registry,
    logger,
    readiness: () => null,
    liveness: () => null,
    renderMetrics: async () => ({ contentType: "text/plain; version=0.0.4", text: "tidemark_leader 1\n" }),
    explain: (record, policy) =>
      `${policy?.name ?? "an edited policy"} wants ${String(record.decision.replicas)}\n`,
    ...options,
  });
  onTestFinished(() => server.close());
  const request = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const get = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await request(path, init);
    const type = response.headers.get("content-type");
    const body: unknown =
      type?.startsWith("application/json") === true ? await response.json() : await response.text();
    return { status: response.status, type, body };
  };
  return { server, registry, logger, request, get };
}
