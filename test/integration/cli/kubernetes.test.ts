// Commands that go by Kubernetes: pods discovered and scraped, replicas written, one leader of two, and nothing of it
// loaded where it is not configured.

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { kedaClient } from "../../../src/cli/keda-client.ts";
import {
  CHECKOUT,
  command,
  folderWith,
  policyText,
  type Running,
  running,
  serving,
  writeConfiguration,
} from "../../support/command-line.ts";
import { FakeApiServer } from "../../support/fake-api-server.ts";
import { fakeTriton, page } from "../../support/fake-triton.ts";
import {
  CONFIG_MAPS,
  DEPLOYMENTS,
  deployment,
  LEASES,
  NAMESPACE,
  PODS,
  pod,
} from "../../support/kube-rig.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";

const POD = "triton-embedder-7d9f8b6c5-aaaaa";
const EVENTS_OF_V1 = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;

/** A cluster with one Deployment and one pod, whose Triton always has 400 requests waiting. */
async function cluster({ desired = 1 } = {}) {
  const server = await FakeApiServer.start();
  onTestFinished(() => server.close());
  const triton = await fakeTriton();
  triton.answer(
    page(
      () =>
        'nv_inference_request_success{model="embedder",version="1"} 1000\nnv_inference_pending_request_count{model="embedder",version="1"} 400\n',
    ),
  );
  const port = Number(new URL(triton.url).port);
  server.put(DEPLOYMENTS, deployment("triton-embedder", { desired, ready: 1 }));
  server.put(
    PODS,
    pod(POD, {
      workload: "triton-embedder",
      ip: "127.0.0.1",
      ports: [{ name: "metrics", containerPort: port }],
    }),
  );
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "kubeconfig"), server.kubeconfig());
  const policies = await folderWith({
    "embedder.yaml": policyText({ signals: "pendingRequests: { targetPerReplica: 8, window: 2s }" }),
  });
  return { server, directory, policies, triton };
}

const SOURCE =
  "  source: { kind: scrape, scrape: { interval: 200ms, discovery: kubernetes } }\n  tick: { interval: 200ms }\n";
const GRPC = '  grpc: { address: "127.0.0.1:0" }\n';

async function configured(directory: string, { more = "", lease = "" } = {}): Promise<string> {
  const election = lease === "" ? "" : `, leaderElection: { lease: ${lease} }`;
  const kubernetes = `  kubernetes: { kubeconfig: kubeconfig${election} }\n`;
  return await writeConfiguration(directory, `${SOURCE}${GRPC}${kubernetes}${more}`);
}

const desiredOf = (server: FakeApiServer): unknown =>
  (server.get(DEPLOYMENTS, "triton-embedder")?.["spec"] as { replicas?: number } | undefined)?.replicas ?? 0;

async function metric(http: string, name: string): Promise<string | undefined> {
  const text = await (await fetch(`http://${http}/metrics`)).text();
  return text.split("\n").find((line) => line.startsWith(name));
}

async function autoscaling(config: string, policies: string, ...more: readonly string[]) {
  const process = running(["autoscale", "--config", config, "--policies", policies, ...more]);
  await until(() => process.stdout() !== "", "the ready line");
  const http = /^ready http=(127\.0\.0\.1:\d+) policies=1\n$/.exec(process.stdout())?.[1] ?? "";
  expect(http).not.toBe("");
  return { ...process, http };
}

describe("autoscale", () => {
  test("scrapes the pods that it finds, and writes the number that they need", {
    timeout: 20_000,
  }, async () => {
    const { server, directory, policies } = await cluster();
    const process = await autoscaling(await configured(directory), policies);
    await until(() => desiredOf(server) === 2, "the scale-out");
    expect(await metric(process.http, "tidemark_leader")).toBe("tidemark_leader 1");
    expect(await metric(process.http, "tidemark_actuations_total")).toMatch(/result="written"\} 1$/);
    expect(server.get(LEASES, "tidemark-autoscaler")).not.toBeNull();
    await until(() => server.all(EVENTS_OF_V1).length > 0, "the event");
    expect(server.all(EVENTS_OF_V1)[0]).toMatchObject({
      reason: "ScaledOut",
      action: "Scale",
      regarding: { kind: "Deployment", name: "triton-embedder" },
    });
    const explained = await command("explain", "embedder", "--url", `http://${process.http}`);
    expect(explained.stdout).toMatch(/^ai-inference\/embedder at .+ 2 replicas, live\n/);
    expect((await process.stop()).code).toBe(0);
    expect(server.get(LEASES, "tidemark-autoscaler")?.["spec"]).toMatchObject({ holderIdentity: "" });
  });

  test("in a dry run takes no lease and writes nothing", { timeout: 20_000 }, async () => {
    const { server, directory, policies } = await cluster();
    const config = await configured(directory, { more: "  state: { configMap: tidemark-state }\n" });
    const process = await autoscaling(config, policies, "--dry-run");
    await until(
      async () =>
        /result="dryRun"\} [1-9]/.test(await (await fetch(`http://${process.http}/metrics`)).text()),
      "a dry run",
    );
    expect((await process.stop()).code).toBe(0);
    expect({
      desired: desiredOf(server),
      leases: server.all(LEASES),
      events: server.all(EVENTS_OF_V1),
      states: server.all(CONFIG_MAPS),
    }).toEqual({
      desired: 1,
      leases: [],
      events: [],
      states: [],
    });
  });

  test("names the pods that do not serve, and why", { timeout: 20_000 }, async () => {
    const { server, directory, policies } = await cluster({ desired: 2 });
    const scheduled = { status: "False", reason: "Unschedulable" };
    const pending = {
      workload: "triton-embedder",
      ready: false,
      phase: "Pending",
      nodeName: "",
      ip: "",
      scheduled,
    };
    server.put(PODS, pod("triton-embedder-7d9f8b6c5-bbbbb", pending));
    const process = await autoscaling(await configured(directory), policies, "--dry-run");
    const explained = async () =>
      (await command("explain", "embedder", "--url", `http://${process.http}`)).stdout;
    await until(async () => (await explained()).includes("replica starting"), "the pod");
    expect(await explained()).toContain(
      "  1 replica starting: triton-embedder-7d9f8b6c5-bbbbb Unschedulable",
    );
  });

  test("refuses a source that shows no cluster, and a cluster that it has no access to", async () => {
    const { directory, policies } = await cluster();
    const played = await writeConfiguration(
      directory,
      "  source: { kind: simulation, simulation: { scenario: x.yaml } }\n",
    );
    expect(await command("autoscale", "--config", played, "--policies", policies)).toMatchObject({
      code: 2,
      stderr: 'a source of kind "simulation" shows no cluster whose replicas could be written\n',
    });
    const nowhere = await writeConfiguration(directory, `${SOURCE}  kubernetes: { kubeconfig: missing }\n`);
    const ran = await command("autoscale", "--config", nowhere, "--policies", policies);
    expect(ran).toMatchObject({ code: 3 });
    expect(ran.stderr).toMatch(/\nno access to Kubernetes: ENOENT/);
  });
});

describe("client-node", () => {
  /** Starts a process that cannot load client-node: it would say so and end. */
  async function without(config: string, policies: string): Promise<string> {
    const register = join(CHECKOUT, "test/support/refuse-client-node.js");
    const loaders = ["--import", "tsx", "--import", register];
    const args = [
      ...loaders,
      join(CHECKOUT, "src/main.ts"),
      "serve",
      "--config",
      config,
      "--policies",
      policies,
    ];
    const child = spawn(process.execPath, args, { cwd: CHECKOUT, stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    const hears = (data: Buffer): void => {
      said += data.toString();
    };
    child.stdout.on("data", hears);
    child.stderr.on("data", hears);
    await until(() => /^ready /m.test(said) || child.exitCode !== null, "the process", 20_000);
    return said;
  }

  test("is loaded where Kubernetes is configured, and nowhere else", { timeout: 50_000 }, async () => {
    const { server, directory, policies } = await cluster();
    const listed = `  source: { kind: scrape, scrape: { targets: [ { namespace: ${NAMESPACE}, workload: triton-embedder, pod: a, url: "${server.url}" } ] } }\n`;
    const plain = await writeConfiguration(await temporaryDirectory(), `${listed}${GRPC}`);
    const [here, nowhere] = await Promise.all([
      without(await configured(directory), policies),
      without(plain, policies),
    ]);
    expect(here).toContain("client-node is not to be loaded");
    expect(nowhere).toMatch(/^ready /m);
  });
});

describe("two replicas on direct scrapes", () => {
  const ready = async (http: string): Promise<string> => {
    const response = await fetch(`http://${http}/readyz`);
    return `${response.status} ${await response.text()}`;
  };

  test("one leads and is ready, the other one stands by, and takes over what was learned", {
    timeout: 30_000,
  }, async () => {
    const { server, directory, policies } = await cluster();
    const config = await configured(directory, {
      lease: "tidemark",
      more: "  state: { configMap: tidemark-state }\n",
    });
    const first = await serving(config, policies);
    await until(async () => (await ready(first.http)) === "200 ok", "the leader");
    const second = await serving(config, policies);
    expect(await ready(second.http)).toMatch(/^503 standing by: .+ leads$/);
    expect([
      await metric(first.http, "tidemark_leader"),
      await metric(second.http, "tidemark_leader"),
    ]).toEqual(["tidemark_leader 1", "tidemark_leader 0"]);
    const keda = kedaClient(first.grpc, { namespace: NAMESPACE, name: "embedder" });
    onTestFinished(() => keda.close());
    await until(async () => (await keda.poll()).ok, "an answer");
    const answer = await keda.poll();
    await until(() => server.get(CONFIG_MAPS, "tidemark-state") !== null, "the checkpoint");
    expect((await first.stop()).code).toBe(0);
    await until(async () => (await ready(second.http)) === "200 ok", "the new leader");
    const later = kedaClient(second.grpc, { namespace: NAMESPACE, name: "embedder" });
    onTestFinished(() => later.close());
    const next = await later.poll();
    expect(answer).toMatchObject({ ok: true, active: true });
    expect(next).toMatchObject({ ok: true, active: true });
    expect(next.ok && answer.ok && next.replicas >= answer.replicas).toBe(true);
  });

  test("a leader that was replaced ends, so that its callers look again", { timeout: 30_000 }, async () => {
    const { server, directory, policies } = await cluster();
    const config = await configured(directory, { lease: "tidemark" });
    const service: Running & { readonly http: string } = await serving(config, policies);
    await until(async () => (await ready(service.http)) === "200 ok", "the leader");
    const lease = server.get(LEASES, "tidemark");
    if (lease === null) throw new Error("there is no lease");
    const spec = {
      ...(lease["spec"] as object),
      holderIdentity: "another",
      renewTime: "2026-01-05T00:00:00.000000Z",
    };
    server.put(LEASES, { ...lease, spec });
    const ran = await service.ended;
    expect(ran.code).toBe(3);
    expect(ran.stderr).toMatch(/\nanother leads now; ends, so that callers turn to it\n$/);
  });
});
