// The index page, and the limits of the server itself.

import { createConnection } from "node:net";
import { describe, expect, test } from "vitest";
import { startApi } from "../../support/http-rig.ts";
import { loadPolicy, RECORD_AT } from "../../support/registry-builder.ts";

describe("the index page", () => {
  test("shows the policies in a table, from which one gets to the rest", async () => {
    const { get } = await startApi();
    const { status, type, body } = await get("/");
    expect({ status, type }).toEqual({ status: 200, type: "text/html; charset=UTF-8" });
    expect(body).toContain("3 → 7");
    expect(body).toContain("SCALE_OUT_LIMITED");
    for (const path of ["/api/v1/policies", "/metrics", "/readyz", "/api/v1/explain/ai-inference/embedder"]) {
      expect(body).toContain(`href="${path}"`);
      expect((await get(path)).status).toBe(200);
    }
  });

  test("says so where there is no policy", async () => {
    const { get } = await startApi({ policies: [], records: [] });
    expect((await get("/")).body).toContain("No policy is in force.");
  });

  test("escapes what files say", async () => {
    const { get, registry } = await startApi();
    const file = "<script>alert(1)</script>.yaml";
    registry.apply([loadPolicy()], { rejected: [{ file, issues: [] }], at: RECORD_AT });
    const { body } = await get("/");
    expect(body).toContain("&lt;script&gt;");
    expect(body).not.toContain("<script>");
  });

  test("loads nothing and runs nothing: the policy for content allows its own style only", async () => {
    const { request } = await startApi();
    const { headers } = await request("/");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("the server", () => {
  test("says which address it could not have", async () => {
    const { server } = await startApi();
    const address = `127.0.0.1:${server.port}`;
    await expect(startApi({ address })).rejects.toThrow(`cannot listen on ${address} for HTTP: `);
  });

  test("refuses headers without end", async () => {
    const { server } = await startApi();
    const socket = createConnection(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    socket.on("error", () => undefined);
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test("closes though a client keeps its connection", async () => {
    const { server, request } = await startApi();
    await (await request("/livez")).text();
    await server.close();
    await expect(request("/livez")).rejects.toThrow();
  });
});
