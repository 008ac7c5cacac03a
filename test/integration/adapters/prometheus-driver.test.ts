// The client of Prometheus against servers on loopback: what it sends, what it accepts, and how it names what fails.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type http from "node:http";
import https from "node:https";
import { join } from "node:path";

import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";

import { PrometheusClient, type PrometheusClientOptions } from "../../../src/adapters/prometheus/driver.ts";
import { PrometheusError } from "../../../src/adapters/prometheus/prometheus-error.ts";
import { instant, millis, seconds } from "../../../src/domain/units.ts";
import { fakeTriton } from "../../support/fake-triton.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const EMPTY = '{"status":"success","data":{"resultType":"matrix","result":[]}}';
const NOW = instant(Date.UTC(2026, 0, 5));
const NEVER = new AbortController().signal;

function clientOf(url: string, changes: Partial<PrometheusClientOptions> = {}): PrometheusClient {
  const client = new PrometheusClient({
    url,
    timeout: seconds(5),
    maxResponseBytes: 2 ** 20,
    authorization: null,
    caFile: null,
    ...changes,
  });
  onTestFinished(() => client.close());
  return client;
}

/** A server that answers with no series and keeps what it was asked. */
async function listening() {
  const server = await fakeTriton();
  const asked: http.IncomingMessage[] = [];
  server.answer((request, response) => {
    asked.push(request);
    response.end(EMPTY);
  });
  return { url: new URL(server.url).origin, server, asked };
}

async function failureOf(client: PrometheusClient, stop = NEVER): Promise<unknown> {
  return await client.query("up", NOW, stop).then(
    () => "none",
    (error: unknown) =>
      error instanceof PrometheusError ? [error.kind, error.status, error.isRetryable] : String(error),
  );
}

afterEach(() => vi.unstubAllEnvs());

describe("a query", () => {
  test("names its instant in seconds, and a range its steps", async () => {
    const { url, asked } = await listening();
    const client = clientOf(`${url}/prefix/`);
    await client.query("up[5s]", instant(NOW + 250), NEVER);
    await client.queryRange("x", { start: NOW, end: instant(NOW + 30_000), step: seconds(15) }, NEVER);
    expect(asked.map(({ url: path }) => path)).toEqual([
      `/prefix/api/v1/query?query=up%5B5s%5D&time=${NOW / 1000 + 0.25}`,
      `/prefix/api/v1/query_range?query=x&start=${NOW / 1000}&end=${NOW / 1000 + 30}&step=15`,
    ]);
  });

  test("goes past a proxy of the environment", async () => {
    vi.stubEnv("http_proxy", "http://127.0.0.1:9");
    vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:9");
    const { url, asked } = await listening();
    await clientOf(url).query("up", NOW, NEVER);
    expect(asked).toHaveLength(1);
  });

  test("carries the token as it is in the file now", async () => {
    const { url, asked } = await listening();
    const tokenFile = join(await temporaryDirectory(), "token");
    const client = clientOf(url, { authorization: { kind: "bearer", tokenFile } });
    for (const token of ["one", "two"]) {
      await writeFile(tokenFile, `${token}\n`);
      await client.query("up", NOW, NEVER);
    }
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer one", "Bearer two"]);
  });

  test("carries user and password", async () => {
    const { url, asked } = await listening();
    const passwordFile = join(await temporaryDirectory(), "password");
    await writeFile(passwordFile, "a:b c\n");
    await clientOf(url, { authorization: { kind: "basic", username: "me", passwordFile } }).query(
      "up",
      NOW,
      NEVER,
    );
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:a:b c").toString("base64")}`);
  });

  test("is refused without the file that it needs", async () => {
    const { url, asked } = await listening();
    const client = clientOf(url, { authorization: { kind: "bearer", tokenFile: "/nowhere/token" } });
    expect(await failureOf(client)).toEqual(["refused", null, false]);
    expect(asked).toHaveLength(0);
  });

  test.each([
    { fault: "html502", failure: ["unavailable", 502, true] },
    { fault: "refused422", failure: ["refused", 422, false] },
    { fault: "redirect", failure: ["refused", 302, false] },
    { fault: "notJson", failure: ["malformed", null, true] },
    { fault: "drip", failure: ["timeout", null, true] },
    { fault: "huge", failure: ["tooLarge", null, false] },
  ] as const)("that meets $fault says so", async ({ fault, failure }) => {
    const proxy = await faultProxy("http://127.0.0.1:9");
    proxy.set(fault);
    expect(await failureOf(clientOf(proxy.url, { timeout: millis(700) }))).toEqual(failure);
  });

  test("finds nobody, or is given up", async () => {
    expect(await failureOf(clientOf("http://127.0.0.1:9"))).toEqual(["network", null, true]);
    const { url } = await listening();
    expect(await failureOf(clientOf(url), AbortSignal.abort())).toEqual(["stopped", null, false]);
  });

  test("trusts its own CA, and nobody else", async ({ skip }) => {
    const directory = await temporaryDirectory();
    const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const subject = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1";
    const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    const args = `req -x509 ${newKey} -days 2 ${subject} -keyout ${key} -out ${cert}`;
    const made = spawnSync("openssl", args.split(" "));
    skip(made.status !== 0, "openssl is not installed");
    const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.end(EMPTY),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    expect(await failureOf(clientOf(url, { caFile: cert }))).toBe("none");
    expect(await failureOf(clientOf(url))).toEqual(["network", null, true]);
  });
});
