// The service in this process: its one line, its answers, bad policies, hot reload, and what a checkpoint is good for.

import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { checkpointFile } from "../../../src/adapters/checkpoint-file.ts";
import { type KedaClient, kedaClient } from "../../../src/cli/keda-client.ts";
import { initialState } from "../../../src/domain/state.ts";
import { instant } from "../../../src/domain/units.ts";
import {
  command,
  DEMO_POLICIES,
  folderWith,
  policyText,
  recordingConfiguration,
  serving,
  writeConfiguration,
} from "../../support/command-line.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

function keda(address: string, name = "embedder"): KedaClient {
  const client = kedaClient(address, { namespace: "ai-inference", name });
  onTestFinished(() => client.close());
  return client;
}

test("answers KEDA and HTTP until it is stopped, and prints one line", async () => {
  const config = await recordingConfiguration(await temporaryDirectory(), { atEnd: "hold" });
  const service = await serving(config, DEMO_POLICIES);
  await until(async () => (await keda(service.grpc).poll()).ok, "an answer");
  expect(await keda(service.grpc).poll()).toMatchObject({ ok: true, active: true });
  expect(await (await fetch(`http://${service.http}/readyz`)).text()).toBe("ok");
  const url = `http://${service.http}`;
  const explained = await command("explain", "embedder", "--url", url);
  expect(explained.code).toBe(0);
  expect(explained.stdout).toMatch(
    /^ai-inference\/embedder at 2026-01-05T00:0\d:\d\d\.000Z: 3 -> \d replicas, \w+\n/,
  );
  const capacity = await command("explain", "--capacity", "embedder", "--url", url);
  expect(capacity).toMatchObject({ code: 0, stdout: expect.stringContaining("what would change it:") });
  const unknown = await command("explain", "--capacity", "other", "--url", url);
  expect(unknown).toEqual({
    code: 1,
    stdout: "",
    stderr: `no record of other; ${url} tells of ai-inference/embedder\n`,
  });
  const ran = await service.stop();
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout.split("\n")).toHaveLength(2);
});

test("serves the valid policies and says what is wrong with the others", async () => {
  const config = await recordingConfiguration(await temporaryDirectory(), { atEnd: "hold" });
  const folder = await folderWith({
    "bad.yaml": policyText({ name: "bad", max: 0 }),
    "good.yaml": policyText(),
  });
  const service = await serving(config, folder);
  expect(service.policies).toBe(1);
  expect(service.stderr()).toMatch(new RegExp(`${join(folder, "bad.yaml")}:\\d+:\\d+: .+ \\[[A-Z_]+\\]\n`));
});

describe("hot reload", () => {
  test("follows a ConfigMap's swap of `..data`, and keeps the last good version of a broken file", async () => {
    const folder = await temporaryDirectory();
    await publish(folder, "one", policyText({ max: 8 }));
    await symlink(join("..data", "embedder.yaml"), join(folder, "embedder.yaml"));
    const directory = await temporaryDirectory();
    const more = "  decisions: { file: live.jsonl }\n";
    const service = await serving(
      await recordingConfiguration(directory, { atEnd: "repeat", speed: "10", more }),
      folder,
    );
    const maxOf = async (): Promise<unknown> => (await policies(service.http)).max;

    await publish(folder, "two", policyText({ max: 5 }));
    await until(async () => (await maxOf()) === 5, "the edit");
    await publish(folder, "three", policyText({ max: 0 }));
    await until(async () => (await policies(service.http)).rejected === 1, "the rejection");
    expect(await policies(service.http)).toEqual({ max: 5, rejected: 1, lastGoodInForce: true });
    await publish(folder, "four", policyText({ max: 6 }));
    await until(async () => (await maxOf()) === 6, "the repair");
    await nextDecision(service.http);
    await service.stop();

    const lines = (await readFile(join(directory, "live.jsonl"), "utf8")).trimEnd().split("\n");
    const documents = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "policy");
    expect(documents.map(({ document }) => document.spec.replicas.max)).toEqual([8, 5, 6]);
    expect((await command("replay", join(directory, "live.jsonl"))).code).toBe(0);
  });
});

/** Swaps the folder's contents as Kubernetes does. */
async function publish(folder: string, version: string, text: string): Promise<void> {
  await mkdir(join(folder, `..${version}`));
  await writeFile(join(folder, `..${version}`, "embedder.yaml"), text);
  await symlink(`..${version}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}

async function policies(
  http: string,
): Promise<{ max: unknown; rejected: number; lastGoodInForce?: boolean }> {
  const one = await json(`http://${http}/api/v1/policies/ai-inference/embedder`);
  const all = await json(`http://${http}/api/v1/policies`);
  const max = one.policy.spec.replicas.max;
  const [first] = all.rejected;
  return first === undefined
    ? { max, rejected: 0 }
    : { max, rejected: all.rejected.length, lastGoodInForce: first.lastGoodInForce };
}

async function json(url: string) {
  return JSON.parse(await (await fetch(url)).text());
}

async function nextDecision(http: string): Promise<void> {
  const newest = async (): Promise<string> => {
    const all = await json(`http://${http}/api/v1/policies`);
    return all.policies[0].at;
  };
  const before = await newest();
  await until(async () => (await newest()) > before, "another tick");
}

describe("a checkpoint", () => {
  const source = `  source:
    kind: scrape
    scrape:
      interval: 1s
      timeout: 200ms
      targets:
        - { namespace: ai-inference, workload: triton-embedder, pod: triton-embedder-0, url: "http://127.0.0.1:1/metrics" }
        - { namespace: ai-inference, workload: triton-embedder, pod: triton-embedder-1, url: "http://127.0.0.1:1/metrics" }
  grpc: { address: "127.0.0.1:0" }
  state: { file: state.json }
`;

  test("lets a restarted process hold its last answer while the source is down", async () => {
    const directory = await temporaryDirectory();
    const config = await writeConfiguration(directory, source);
    const at = instant(Date.now() - 20_000);
    const known = {
      lastReplicas: { at, desired: 2, ready: 2 },
      desiredChanges: [{ at, desired: 2 }],
      steadyAt: at,
    };
    const state = {
      ...initialState(),
      ...known,
      at,
      startedAt: at,
      lastAnswer: 6,
      lastLiveAt: at,
    };
    await checkpointFile(join(directory, "state.json")).save(new Map([["ai-inference/embedder", state]]));
    const policy = `${policyText()}  startup: { expected: 1s }\n`;
    const service = await serving(config, await folderWith({ "embedder.yaml": policy }));
    expect(await keda(service.grpc).poll()).toEqual({ ok: true, active: true, replicas: 6 });
    expect((await service.stop()).code).toBe(0);
    const saved = await checkpointFile(join(directory, "state.json")).load();
    expect(saved.states?.get("ai-inference/embedder")).toMatchObject({ lastAnswer: 6, lastLiveAt: at });
  });

  test("that is missing leaves the desired number as it is", async () => {
    const config = await writeConfiguration(await temporaryDirectory(), source);
    const service = await serving(config, await folderWith({ "embedder.yaml": policyText() }));
    expect(await keda(service.grpc).poll()).toEqual({ ok: true, active: true, replicas: 2 });
  });
});
