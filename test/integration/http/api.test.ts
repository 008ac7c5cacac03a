// Every path of the HTTP API and every error, over real HTTP.

import { describe, expect, test } from "vitest";
import { formatInstant } from "../../../src/domain/instant.ts";
import { after, type Millis, seconds } from "../../../src/domain/units.ts";
import { usualPolicy } from "../../support/builders.ts";
import { startApi } from "../../support/http-rig.ts";
import { loadPolicy, RECORD_AT, type RecordParts } from "../../support/registry-builder.ts";

const RECORD_TEXT = "2026-01-05T00:00:50.000Z";
const later = (span: Millis): RecordParts => ({ at: after(RECORD_AT, span) });

describe("the probes and metrics", () => {
  test.each(["/livez", "/readyz"])("%s is ok, or 503 with the reason", async (path) => {
    const well = await startApi();
    const ill = await startApi({
      readiness: () => "the first tick is not over",
      liveness: () => "the loop is stuck",
    });
    const reason = path === "/livez" ? "the loop is stuck" : "the first tick is not over";
    expect(await well.get(path)).toMatchObject({ status: 200, body: "ok" });
    expect(await ill.get(path)).toMatchObject({ status: 503, body: reason });
  });

  test("/metrics is what the metrics are, with their own type", async () => {
    const { get } = await startApi();
    expect(await get("/metrics")).toEqual({
      status: 200,
      type: "text/plain; version=0.0.4",
      body: "tidemark_leader 1\n",
    });
  });
});

describe("/api/v1/policies", () => {
  test("shows every policy with its last decision, the keys in order", async () => {
    const { get, request } = await startApi();
    expect(await get("/api/v1/policies")).toEqual({
      status: 200,
      type: "application/json",
      body: {
        policies: [
          {
            policy: "ai-inference/embedder",
            mode: "enforce",
            hash: "9f2c4e5a01b7d3c8",
            file: "embedder.yaml",
            target: { kind: "Deployment", namespace: "ai-inference", name: "triton-embedder" },
            current: 3,
            ready: 3,
            wanted: 7,
            active: true,
            status: "live",
            reason: "SCALE_OUT_LIMITED",
            at: RECORD_TEXT,
          },
        ],
        rejected: [],
      },
    });
    const text = await (await request("/api/v1/policies")).text();
    expect(text.replaceAll(/:("[^"]*"|[0-9a-z.]+|\[\])/g, "")).toBe(
      '{"policies":[{"policy","mode","hash","file","target":{"kind","namespace","name"},"current","ready","wanted",' +
        '"active","status","reason","at"}],"rejected"}',
    );
  });

  test("shows a policy before its first tick as starting, and a rejected file with its issues", async () => {
    const { get, registry } = await startApi({ records: [] });
    const issue = {
      file: "x.yaml",
      line: 14,
      column: 18,
      severity: "error",
      code: "BOUNDS",
      path: "spec.replicas.max",
      message: "spec.replicas.max is 1, must be at least spec.replicas.min (3, line 13)",
    } as const;
    registry.apply([loadPolicy()], { rejected: [{ file: "x.yaml", issues: [issue] }], at: RECORD_AT });
    const { body } = await get("/api/v1/policies");
    expect(body).toMatchObject({
      policies: [
        {
          current: null,
          ready: null,
          wanted: null,
          active: null,
          status: "starting",
          reason: null,
          at: null,
        },
      ],
      rejected: [{ file: "x.yaml", issues: [issue], lastGoodInForce: false }],
    });
  });

  test("shows one policy with its document and its last record, instants as text", async () => {
    const { get } = await startApi();
    const { body } = await get("/api/v1/policies/ai-inference/embedder");
    expect(body).toMatchObject({
      policy: { kind: "ScalingPolicy", metadata: { name: "embedder" } },
      hash: "9f2c4e5a01b7d3c8",
      record: {
        kind: "decision",
        at: RECORD_TEXT,
        observation: { at: RECORD_TEXT },
        decision: { replicas: 7 },
      },
    });
  });

  test("shows null for the record before the first tick", async () => {
    const { get } = await startApi({ records: [] });
    expect((await get("/api/v1/policies/ai-inference/embedder")).body).toMatchObject({ record: null });
  });
});

describe("/api/v1/decisions", () => {
  const TEN = Array.from({ length: 10 }, (_, second) => later(seconds(second)));

  test.each([
    { name: "all, newest first", query: "", seconds: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], next: null },
    {
      name: "empty parameters count as missing",
      query: "&from=&to=&limit=",
      seconds: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
      next: null,
    },
    { name: "a limit, and where to go on", query: "&limit=3", seconds: [9, 8, 7], next: 6 },
    {
      name: "going on from there",
      query: "&limit=3&to=2026-01-05T00:00:56.000Z",
      seconds: [6, 5, 4],
      next: 3,
    },
    {
      name: "a span, both ends included",
      query: "&from=2026-01-05T00:00:52Z&to=2026-01-05T01:00:54%2B01:00",
      seconds: [4, 3, 2],
      next: null,
    },
    {
      name: "an exact page has no next",
      query: "&limit=10",
      seconds: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
      next: null,
    },
  ])("gives $name", async ({ query, seconds: want, next }) => {
    const { get } = await startApi({ records: TEN });
    const { body } = await get(`/api/v1/decisions?policy=ai-inference/embedder${query}`);
    const text = (second: number): string => formatInstant(after(RECORD_AT, seconds(second)));
    expect(body).toMatchObject({
      decisions: want.map((second) => ({ kind: "decision", at: text(second) })),
      next: next === null ? null : text(next),
    });
  });

  test("gives 100 unless told, and 1,000 at most", async () => {
    const records = Array.from({ length: 1200 }, (_, second) => later(seconds(second)));
    const { get } = await startApi({ records });
    const count = async (query: string): Promise<unknown> => {
      const { body } = await get(`/api/v1/decisions?policy=ai-inference/embedder${query}`);
      return body !== null && typeof body === "object" && "decisions" in body && Array.isArray(body.decisions)
        ? body.decisions.length
        : body;
    };
    expect([await count(""), await count("&limit=1000")]).toEqual([100, 1000]);
  });

  test("takes a bare name that is unambiguous, and none that is not", async () => {
    const elsewhere = usualPolicy({ target: { kind: "Deployment", namespace: "team-b", name: "triton" } });
    const one = await startApi();
    const two = await startApi({ policies: [loadPolicy(), loadPolicy(elsewhere)] });
    expect(await one.get("/api/v1/decisions?policy=embedder")).toMatchObject({ status: 200 });
    expect(await two.get("/api/v1/decisions?policy=embedder")).toMatchObject({
      status: 400,
      body: {
        error: {
          code: "BAD_REQUEST",
          message: "policy must be <namespace>/<name>: several policies are named embedder",
        },
      },
    });
  });
});

describe("/api/v1/explain", () => {
  const TWO = [{ replicas: 5 }, { ...later(seconds(10)), replicas: 7 }];

  test.each([
    { name: "the last record", query: "", wanted: 7 },
    { name: "the last record at an instant", query: "?at=2026-01-05T00:01:00.000Z", wanted: 7 },
    { name: "the last record before an instant", query: "?at=2026-01-05T00:00:59.999Z", wanted: 5 },
  ])("explains $name", async ({ query, wanted }) => {
    const { get } = await startApi({ records: TWO });
    const { status, body } = await get(`/api/v1/explain/ai-inference/embedder${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      text: `embedder wants ${wanted}\n`,
      record: { kind: "decision", decision: { replicas: wanted } },
    });
  });
});

test("a record of a policy that was edited since is explained without the targets of today", async () => {
  const { get } = await startApi({ policies: [{ ...loadPolicy(), hash: "0000000000000000" }] });
  expect(await get("/api/v1/explain/ai-inference/embedder")).toMatchObject({
    body: { text: "an edited policy wants 7\n" },
  });
});

describe("errors", () => {
  const NO_POLICY = { code: "POLICY_NOT_FOUND", message: "no policy ai-inference/other" };
  const INSTANT = "must be an instant such as 2026-01-05T00:00:50.000Z (a + must be sent as %2B)";
  const DECISIONS = "/api/v1/decisions?policy=ai-inference/embedder";
  const EXPLAIN = "/api/v1/explain/ai-inference/embedder";
  const LIMIT = { code: "BAD_REQUEST", message: "limit must be a whole number from 1 to 1000" };

  test.each([
    { path: "/api/v1/policies/ai-inference/other", status: 404, error: NO_POLICY },
    { path: "/api/v1/explain/ai-inference/other", status: 404, error: NO_POLICY },
    { path: "/api/v1/decisions?policy=ai-inference/other", status: 404, error: NO_POLICY },
    {
      path: "/api/v1/decisions",
      status: 400,
      error: { code: "BAD_REQUEST", message: "policy is missing: ?policy=<namespace>/<name>" },
    },
    {
      path: `${DECISIONS}&from=yesterday`,
      status: 400,
      error: { code: "BAD_REQUEST", message: `from ${INSTANT}` },
    },
    {
      path: `${DECISIONS}&to=2026-02-30T00:00:00Z`,
      status: 400,
      error: { code: "BAD_REQUEST", message: `to ${INSTANT}` },
    },
    { path: `${DECISIONS}&limit=0`, status: 400, error: LIMIT },
    { path: `${DECISIONS}&limit=1001`, status: 400, error: LIMIT },
    { path: `${DECISIONS}&limit=ten`, status: 400, error: LIMIT },
    { path: `${EXPLAIN}?at=now`, status: 400, error: { code: "BAD_REQUEST", message: `at ${INSTANT}` } },
    {
      path: `${EXPLAIN}?at=2026-01-04T00:00:00Z`,
      status: 404,
      error: {
        code: "RECORD_NOT_FOUND",
        message: "ai-inference/embedder has no decision at or before 2026-01-04T00:00:00.000Z in memory",
      },
    },
    {
      path: "/api/v2/policies",
      status: 404,
      error: { code: "NOT_FOUND", message: "no such path: /api/v2/policies" },
    },
    {
      path: "/%2e%2e/etc/passwd",
      status: 404,
      error: { code: "NOT_FOUND", message: "no such path: /etc/passwd" },
    },
  ])("$status for $path", async ({ path, status, error }) => {
    const { get } = await startApi();
    expect(await get(path)).toMatchObject({ status, body: { error } });
  });

  test("explain before the first tick has nothing to explain", async () => {
    const { get } = await startApi({ records: [] });
    expect(await get(EXPLAIN)).toMatchObject({
      status: 404,
      body: { error: { code: "RECORD_NOT_FOUND", message: "ai-inference/embedder has no decision yet" } },
    });
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "there is nothing to write: %s is a path that is not there",
    async (method) => {
      const { get } = await startApi();
      expect(await get("/api/v1/policies", { method })).toMatchObject({ status: 404 });
    },
  );

  test("a fault of ours is 503 without its details, which go to the log", async () => {
    const { get, logger } = await startApi({ renderMetrics: () => Promise.reject(new Error("secret")) });
    expect(await get("/metrics")).toMatchObject({
      status: 503,
      body: { error: { code: "INTERNAL", message: "internal error; see the log" } },
    });
    expect(logger.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "error a request could not be answered",
    ]);
  });
});
