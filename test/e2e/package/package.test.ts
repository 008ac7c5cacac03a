// The package as a user gets it: packed, installed into an empty folder, and run from there.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { VERSION } from "../../../src/domain/version.ts";
import { policyText } from "../../support/command-line.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";

const CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tidemark-package-"));

/** From so many policies on, calls have a thread of their own. */
const FLEET = 50;
const CONFIGURATION = `apiVersion: tidemark.dev/v1alpha1
kind: ScalerConfiguration
metadata: { name: fleet }
spec:
  source:
    kind: scrape
    scrape:
      targets: [ { namespace: ai-inference, workload: triton-embedder, pod: a, url: "http://127.0.0.1:1/metrics" } ]
  grpc: { address: "127.0.0.1:0" }
  http: { address: "127.0.0.1:0" }
`;

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 600_000 });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

describe("the packed command", () => {
  beforeAll(() => {
    run("npm", ["pack", "--silent", "--pack-destination", folder], CHECKOUT);
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    run("npm", ["install", "--prefer-offline", "--no-audit", join(folder, `tidemark-${VERSION}.tgz`)]);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const tidemark = (...args: readonly string[]): string =>
    run(join(folder, "node_modules/.bin/tidemark"), args);

  test("says its version", () => {
    expect(tidemark("--version")).toBe(`${VERSION}\n`);
  });

  test("finds its own example policies in order", () => {
    expect(tidemark("check", "node_modules/tidemark/policies")).toMatch(/^6 files, 0 errors, /m);
  });

  test("plays the demo from what it ships", () => {
    expect(tidemark("demo", "--for", "3s").split("\n").length).toBeGreaterThan(2);
  });

  test("answers a fleet's calls in a thread of its own, which ends with the service", async () => {
    const config = join(folder, "fleet.yaml");
    writeFileSync(config, CONFIGURATION);
    mkdirSync(join(folder, "fleet"));
    for (let index = 0; index < FLEET; index += 1)
      writeFileSync(join(folder, "fleet", `policy-${index}.yaml`), policyText({ name: `policy-${index}` }));
    const child = spawn(
      join(folder, "node_modules/.bin/tidemark"),
      ["serve", "--config", config, "--policies", join(folder, "fleet")],
      { cwd: folder, stdio: ["ignore", "pipe", "pipe"] },
    );
    const log = text(child.stderr);
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = await once(child.stdout, "data");
    const [, port = ""] = /^ready grpc=127\.0\.0\.1:(\d+) .* policies=50\n$/.exec(String(line)) ?? [];
    const keda = new KedaClient(Number(port));
    onTestFinished(() => keda.close());
    const trigger = buildTrigger({ policy: "policy-7" });
    expect(await keda.getMetricSpec(trigger)).toHaveProperty("answer");
    // Its one pod has never answered: it is starting, and the count stays.
    expect(await keda.getMetrics(trigger)).toMatchObject({ answer: { metricValues: [{ metricValue: 1 }] } });
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(await log).toContain('"msg":"calls are answered in a thread of their own"');
  });

  test("gives the decision to programs", () => {
    const program = 'import { decide, VERSION } from "tidemark"; console.log(typeof decide, VERSION);';
    expect(run("node", ["--input-type=module", "--eval", program])).toBe(`function ${VERSION}\n`);
  });
});
