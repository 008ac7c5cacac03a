// deploy/triton with a real Triton: the model comes by the init container's script, the server by the container's command
// line, and the probes, the metrics and the end are what the manifest counts on.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { archiveOf, fetchModel, startStore } from "../../support/fetch-model.ts";
import { type ShippedServer, shippedContainer, startShipped } from "./shipped-server.ts";
import { findTriton, tritonPorts } from "./triton-server.ts";

const EMBEDDER = fileURLToPath(new URL("./models/embedder", import.meta.url));
const NOT_INSTALLED = "test/e2e/real-triton: no Triton server is installed; .ci/install-triton installs one";
/** How long the model computes. */
const EXECUTION_MS = 2000;

const installation = findTriton();
if (installation === null && process.env["CI"] === "true") throw new Error(NOT_INSTALLED);

/** A model of the name that the manifest expects, slow enough to be caught at work. */
function archive(scratch: string) {
  const source = join(scratch, "source");
  mkdirSync(source);
  cpSync(EMBEDDER, join(source, "resnet50"), { recursive: true });
  const config = join(source, "resnet50", "config.pbtxt");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace('"embedder"', '"resnet50"').replace('"60"', `"${EXECUTION_MS}"`));
  return archiveOf(source, scratch);
}

describe("the workload of deploy/triton", () => {
  const scratch = mkdtempSync(join(tmpdir(), "tidemark-shipped-"));
  let server: ShippedServer | null = null;

  beforeEach((context) => {
    if (installation === null) context.skip(NOT_INSTALLED);
  });

  beforeAll(async () => {
    if (installation === null) return;
    const { bytes, sha256 } = archive(scratch);
    const store = await startStore(bytes);
    const models = join(scratch, "models");
    mkdirSync(models);
    const fetched = await fetchModel(store, sha256, models);
    store.close();
    expect(fetched.code, fetched.text).toBe(0);
    const [ports, { http: grpcPort }] = [await tritonPorts(), await tritonPorts()];
    const repository = join(models, "repository");
    server = await startShipped(installation, { ports, grpcPort, repository, scratch });
  });

  afterAll(async () => {
    await server?.clear();
    rmSync(scratch, { recursive: true, force: true });
  });

  const running = (): ShippedServer => {
    if (server === null) throw new Error("no server");
    return server;
  };

  function infer(): Promise<Response> {
    const inputs = [{ name: "INPUT", shape: [1, 1], datatype: "FP32", data: [1] }];
    return fetch(`http://127.0.0.1:${running().ports.http}/v2/models/resnet50/infer`, {
      method: "POST",
      headers: { connection: "close" },
      body: JSON.stringify({ inputs }),
    });
  }

  it("answers every probe once it has started, and would not answer for another model", async () => {
    const { readinessProbe, livenessProbe } = shippedContainer();
    const ready = readinessProbe.httpGet.path;
    expect(await running().status(ready)).toBe(200);
    expect(await running().status(livenessProbe.httpGet.path)).toBe(200);
    expect(await running().status(ready.replace("resnet50", "resnet51"))).not.toBe(200);
  });

  it("loads nothing that somebody asks it to", async () => {
    const { http } = running().ports;
    const url = `http://127.0.0.1:${http}/v2/repository/models/resnet50/load`;
    const { status } = await fetch(url, { method: "POST", headers: { connection: "close" } });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it("exports the summaries that the latency signal reads", async () => {
    expect((await infer()).status).toBe(200);
    const answer = await fetch(`http://127.0.0.1:${running().ports.metrics}/metrics`);
    expect(await answer.text()).toMatch(/^nv_inference_request_summary_us_count\{model="resnet50",/m);
  });

  it("finishes what is under way when it is told to end, well within its exit timeout", async () => {
    const answered = infer();
    await wait(EXECUTION_MS / 4);
    const ended = running().end();
    expect((await answered).status).toBe(200);
    const { code, tookMs } = await ended;
    const timeout = Number(/--exit-timeout-secs=(\d+)/.exec(shippedContainer().args.join(" "))?.[1]);
    expect(code).toBe(0);
    expect(tookMs).toBeGreaterThan(EXECUTION_MS / 4);
    expect(tookMs).toBeLessThan(timeout * 1000);
  });
});
