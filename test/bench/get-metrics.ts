// GetMetrics against a bare grpc-js echo of the same messages: calls a second, and the server's CPU time a call.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { loadExternalScalerProto } from "../../src/keda/proto.ts";
import { KedaClient, type Trigger } from "../support/keda-client.ts";
import { chooseLoad, type Load } from "./load.ts";
import { type Benchmark, type BenchResult, median } from "./result.ts";

const ROUNDS = 21;
const CALLS = 10_000;
const WARM_UP_CALLS = 30_000;

const TRIGGER: Trigger = {
  name: "triton-embedder",
  namespace: "ai-inference",
  scalerMetadata: {
    scalerAddress: "tidemark.keda.svc.cluster.local:6000",
    policy: "embedder",
    enableTLS: "false",
    team: "search",
    note: "scaled by Tidemark",
  },
};

type Subject = { readonly child: ChildProcess; readonly port: number };
type Round = { readonly callsPerSecond: number; readonly cpuMicrosPerCall: number };

/** The benchmark `get-metrics`: alternating rounds, each server in a process of its own. */
export const benchmark: Benchmark = { name: "get-metrics", run };

async function run(): Promise<BenchResult[]> {
  const { load } = await chooseLoad(requestBody());
  const subjects = { echo: await start("echo"), ours: await start("ours") };
  try {
    for (const { port } of Object.values(subjects)) {
      await checkAnswer(port);
      await load(port, WARM_UP_CALLS);
    }
    const rounds = { echo: [] as Round[], ours: [] as Round[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // The order changes each round, so that a drift of the machine falls on both.
      const order = round % 2 === 0 ? (["echo", "ours"] as const) : (["ours", "echo"] as const);
      for (const name of order) rounds[name].push(await measure(subjects[name], load));
    }
    return [resultOf(rounds)];
  } finally {
    for (const { child } of Object.values(subjects)) child.disconnect();
  }
}

/** Ratios are taken within a round, where both servers met the same machine; then the middle one counts. */
function resultOf({ echo, ours }: Readonly<Record<"echo" | "ours", readonly Round[]>>): BenchResult {
  const ratio = (key: keyof Round): number =>
    median(ours.map((round, index) => round[key] / (echo[index]?.[key] ?? Number.NaN)));
  return {
    name: "get-metrics",
    value: median(ours.map(({ callsPerSecond }) => callsPerSecond)),
    unit: "calls/s",
    ratioTo: { echo: { throughput: ratio("callsPerSecond"), serverCpu: ratio("cpuMicrosPerCall") } },
  };
}

async function start(kind: "echo" | "ours"): Promise<Subject> {
  const file = fileURLToPath(new URL("servers/get-metrics-server.ts", import.meta.url));
  const child = fork(file, [kind], { execArgv: ["--import", "tsx"] });
  const [message] = await once(child, "message");
  return { child, port: message.port };
}

async function measure({ child, port }: Subject, load: Load): Promise<Round> {
  const before = await cpuMicros(child);
  const callsPerSecond = await load(port, CALLS);
  return { callsPerSecond, cpuMicrosPerCall: ((await cpuMicros(child)) - before) / CALLS };
}

async function cpuMicros(child: ChildProcess): Promise<number> {
  child.send("cpu");
  const [message] = await once(child, "message");
  return message.cpuMicros;
}

/** The load generator looks at no answer, so one is looked at first. */
async function checkAnswer(port: number): Promise<void> {
  const keda = new KedaClient(port);
  const outcome = await keda.getMetrics(TRIGGER);
  keda.close();
  const value = "answer" in outcome ? outcome.answer.metricValues[0]?.metricValueFloat : null;
  if (value !== 7) throw new Error(`the server on port ${port} answers ${JSON.stringify(outcome)}`);
}

function requestBody(): Buffer {
  const method = loadExternalScalerProto().service["GetMetrics"];
  if (method === undefined) throw new Error("the service has no GetMetrics");
  const message = method.requestSerialize({ scaledObjectRef: TRIGGER, metricName: "desired-replicas" });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const result of await run()) process.stdout.write(`${JSON.stringify(result)}\n`);
}
