// The path of the HTTP API that tells what a replica was seen to carry.

import { expect, test } from "vitest";
import { startApi } from "../../support/http-rig.ts";

test("shows what is known of a replica, as text and as data", async () => {
  const { get } = await startApi();
  const { status, body } = await get("/api/v1/capacity/ai-inference/embedder");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    text: expect.stringMatching(/^ai-inference\/embedder at 2026-01-05T00:00:50.000Z: 105\/s arriving/),
    capacity: {
      policy: "ai-inference/embedder",
      at: "2026-01-05T00:00:50.000Z",
      loadPerSecond: 105,
      cap: null,
    },
  });
});

test("knows no other policy", async () => {
  const { get } = await startApi();
  expect(await get("/api/v1/capacity/ai-inference/stranger")).toMatchObject({
    status: 404,
    body: { error: { code: "POLICY_NOT_FOUND" } },
  });
});
