// The HTTP API: read-only views of the registry, our metrics, and the probes.

import { type Context, Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { capacityReport } from "../control/capacity-report.ts";
import { explainCapacity } from "../control/explain-capacity.ts";
import type { Registry } from "../control/registry.ts";
import { formatInstant, withInstantsAsText } from "../domain/instant.ts";
import type { Policy } from "../domain/policy.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Logger } from "../ports/logger.ts";
import { decisionsText } from "./decisions-text.ts";
import { type Failure, notFound, recordNotFound } from "./failure.ts";
import { indexPage, STYLE_SOURCE } from "./index-page.ts";
import { readDecisionsQuestion, readEntry, readInstant } from "./questions.ts";
import { decisionsPage, policyRows, recordAt } from "./views.ts";

/** What the API shows; nothing is changed through it. */
export type HttpApiOptions = {
  readonly registry: Registry;
  readonly logger: Logger;
  /** Null = ready; else one line why not. */
  readiness(): string | null;
  /** Null = alive; else one line why not. */
  liveness(): string | null;
  /** Our metrics in Prometheus' text format. */
  renderMetrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** The text that explains a record; `policy` is the one it was decided under, null where that was edited since. */
  explain(record: DecisionRecord, policy: Policy | null): string;
};

/** Returns the application with every path. */
export function httpApi(options: HttpApiOptions): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: [STYLE_SOURCE],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      // For the proxy that speaks TLS to say.
      strictTransportSecurity: false,
    }),
  );
  app.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  addProbes(app, options);
  addPolicies(app, options);
  addRecords(app, options);
  addCapacity(app, options);
  app.notFound((context) => fail(context, notFound(context.req.path)));
  app.onError((error, context) => {
    options.logger.error({ err: error, path: context.req.path }, "a request could not be answered");
    return fail(context, { status: 503, code: "INTERNAL", message: "internal error; see the log" });
  });
  return app;
}

function addProbes(app: Hono, { liveness, readiness, renderMetrics }: HttpApiOptions): void {
  app.get("/livez", (context) => probe(context, liveness()));
  app.get("/readyz", (context) => probe(context, readiness()));
  app.get("/metrics", async (context) => {
    const { contentType, text } = await renderMetrics();
    return context.body(text, 200, { "Content-Type": contentType });
  });
}

function addPolicies(app: Hono, { registry }: HttpApiOptions): void {
  app.get("/", (context) => context.html(indexPage(policyRows(registry), registry.rejected())));
  app.get("/api/v1/policies", (context) =>
    answer(context, { policies: policyRows(registry), rejected: registry.rejected() }),
  );
  app.get("/api/v1/policies/:namespace/:name", (context) => {
    const entry = readEntry(registry, context.req.param("namespace"), context.req.param("name"));
    if (!entry.ok) return fail(context, entry.failure);
    const { loaded, record } = entry.value;
    // The document is the file's own: whatever its keys are, its values stay as they are.
    return context.json({ policy: loaded.document, hash: loaded.hash, record: withInstantsAsText(record) });
  });
}

function addRecords(app: Hono, { registry, explain }: HttpApiOptions): void {
  app.get("/api/v1/decisions", async (context) => {
    const question = readDecisionsQuestion(registry, context.req.query());
    if (!question.ok) return fail(context, question.failure);
    return json(context, await decisionsText(await decisionsPage(registry, question.value)));
  });
  app.get("/api/v1/explain/:namespace/:name", async (context) => {
    const entry = readEntry(registry, context.req.param("namespace"), context.req.param("name"));
    if (!entry.ok) return fail(context, entry.failure);
    const at = readInstant("at", context.req.query("at"));
    if (!at.ok) return fail(context, at.failure);
    const { key, policy, hash } = entry.value.loaded;
    const record = await recordAt(registry, entry.value, at.value);
    if (record === null) {
      return fail(context, recordNotFound(key, at.value === null ? null : formatInstant(at.value)));
    }
    return answer(context, { text: explain(record, record.policyHash === hash ? policy : null), record });
  });
}

function addCapacity(app: Hono, { registry }: HttpApiOptions): void {
  app.get("/api/v1/capacity/:namespace/:name", (context) => {
    const entry = readEntry(registry, context.req.param("namespace"), context.req.param("name"));
    if (!entry.ok) return fail(context, entry.failure);
    const { loaded, state, record } = entry.value;
    const { key, policy, hash: policyHash } = loaded;
    const capacity = capacityReport({ key, policy, policyHash, state, record });
    return answer(context, { text: explainCapacity(capacity), capacity });
  });
}

function probe(context: Context, problem: string | null): Response {
  return problem === null ? context.text("ok") : context.text(problem, 503);
}

function answer(context: Context, data: object): Response {
  return json(context, JSON.stringify(withInstantsAsText(data)));
}

function json(context: Context, text: string): Response {
  return context.body(text, 200, { "Content-Type": "application/json" });
}

function fail(context: Context, { status, code, message }: Failure): Response {
  return context.json({ error: { code, message } }, status);
}
