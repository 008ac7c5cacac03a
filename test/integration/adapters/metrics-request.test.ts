// One request for a metrics page against servers that misbehave: always an answer, within the deadline and the size.

import type http from "node:http";

import { describe, expect, onTestFinished, test } from "vitest";

import { closeAgents, metricsAgents, requestMetrics } from "../../../src/adapters/metrics-request.ts";
import { millis } from "../../../src/domain/units.ts";
import { fakeTriton, page } from "../../support/fake-triton.ts";

function client(url: string, { timeoutMs = 10_000, maxBytes = 1000 } = {}) {
  const agents = metricsAgents();
  onTestFinished(() => closeAgents(agents));
  const signal = new AbortController().signal;
  return () => requestMetrics({ url, agents, timeout: millis(timeoutMs), maxBytes, signal });
}

type Case = { readonly name: string; readonly handler: http.RequestListener; readonly want: RegExp };

describe("a metrics page", () => {
  test("comes over one connection, request after request", async () => {
    const triton = await fakeTriton();
    triton.answer(page(() => "up 1\n"));
    const get = client(triton.url);
    expect(await get()).toEqual({ ok: true, value: "up 1\n" });
    expect(await get()).toEqual({ ok: true, value: "up 1\n" });
    expect(triton.connections()).toBe(1);
  });

  test.each<Case>([
    { name: "503", handler: (_, response) => response.writeHead(503).end("no"), want: /^status 503$/ },
    { name: "204", handler: (_, response) => response.writeHead(204).end(), want: /^status 204$/ },
    {
      name: "a redirect",
      handler: (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
      want: /^redirect refused \(status 302\)$/,
    },
    {
      name: "a compressed body",
      handler: (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      want: /^content encoding gzip refused$/,
    },
    {
      name: "an announced flood",
      handler: (_, response) => response.writeHead(200, { "content-length": 1001 }).write("x"),
      want: /^larger than 1000 bytes$/,
    },
    {
      name: "a flood",
      handler: (_, response) => {
        const pour = (): void => {
          while (!response.destroyed && response.write("x".repeat(500)));
        };
        response.on("drain", pour);
        pour();
      },
      want: /^larger than 1000 bytes$/,
    },
    {
      name: "a body cut off",
      handler: (_, response) => {
        response.writeHead(200, { "content-length": 900 });
        response.write("half", () => response.destroy());
      },
      want: /^(ECONNRESET|aborted)$/,
    },
  ])("refuses $name", async ({ handler, want }) => {
    const triton = await fakeTriton();
    triton.answer(handler);
    expect(await client(triton.url)()).toMatchObject({ ok: false, failure: expect.stringMatching(want) });
  });

  test.each<Case>([
    { name: "never answers", handler: () => {}, want: /^timeout after 50 ms$/ },
    {
      name: "drips a body for ever",
      handler: (_, response) => {
        const drip = setInterval(() => response.write("#"), 5);
        response.on("close", () => clearInterval(drip));
      },
      want: /^timeout after 50 ms$/,
    },
  ])("gives up on a server that $name", async ({ handler, want }) => {
    const triton = await fakeTriton();
    triton.answer(handler);
    expect(await client(triton.url, { timeoutMs: 50 })()).toMatchObject({
      ok: false,
      failure: expect.stringMatching(want),
    });
  });

  test("is asked for again where a kept connection turns out closed", async () => {
    const triton = await fakeTriton();
    const get = client(triton.url);
    triton.answer(page(() => "up 1\n"));
    await get();
    triton.answer((request, response) => {
      triton.answer(page(() => "up 2\n"));
      request.socket.resetAndDestroy();
      response.destroy();
    });
    expect(await get()).toEqual({ ok: true, value: "up 2\n" });
  });

  test("is not waited for where nobody listens, or the address makes no sense", async () => {
    expect(await client("http://127.0.0.1:1/metrics")()).toEqual({ ok: false, failure: "ECONNREFUSED" });
    expect(await client("no address")()).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/Invalid URL/),
    });
  });
});
