// Asks a scaler as KEDA's scale loop does, only each second: GetMetricSpec, then GetMetrics, then IsActive.

import { setTimeout as wait } from "node:timers/promises";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { loadExternalScalerProto } from "../../../src/keda/proto.ts";

const INTERVAL_MS = 1000;
/** Whether there is an answer is asked here, not how quickly. */
const DEADLINE_MS = 10_000;

/** One round: when it began (ms since the Unix epoch), the replicas asked for (null = a call failed), and the failure. */
export type Asked = {
  readonly at: number;
  readonly replicas: number | null;
  readonly active: boolean | null;
  readonly failure: string | null;
};

export type Asker = {
  readonly rounds: readonly Asked[];
  stop(): Promise<void>;
};

type Client = InstanceType<ReturnType<typeof loadExternalScalerProto>["clientConstructor"]>;
type Callback<Answer> = (error: ServiceError | null, answer?: Answer) => void;

/** Starts asking the scaler at `address` about one policy. */
export function askEachSecond(
  address: string,
  {
    namespace,
    policy,
  }: {
    readonly namespace: string;
    readonly policy: string;
  },
): Asker {
  const { clientConstructor } = loadExternalScalerProto();
  const client = new clientConstructor(address, credentials.createInsecure());
  const rounds: Asked[] = [];
  const stopping = new AbortController();
  const ref = { name: policy, namespace, scalerMetadata: { policy } };
  const ended = (async () => {
    while (!stopping.signal.aborted) {
      const begin = Date.now();
      rounds.push(await ask(client, ref));
      await wait(Math.max(0, begin + INTERVAL_MS - Date.now()), undefined, stopping).catch(() => undefined);
    }
    client.close();
  })();
  return {
    rounds,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

async function ask(client: Client, ref: Parameters<Client["IsActive"]>[0]): Promise<Asked> {
  const at = Date.now();
  const options = { deadline: at + DEADLINE_MS };
  try {
    const spec = await call((done: Callback<{ metricSpecs: { metricName: string }[] }>) =>
      client.GetMetricSpec(ref, options, done),
    );
    const metricName = spec.metricSpecs[0]?.metricName ?? "";
    const metrics = await call((done: Callback<{ metricValues: { metricValueFloat: number }[] }>) =>
      client.GetMetrics({ scaledObjectRef: ref, metricName }, options, done),
    );
    const active = await call((done: Callback<{ result: boolean }>) => client.IsActive(ref, options, done));
    const replicas = metrics.metricValues[0]?.metricValueFloat ?? null;
    return { at, replicas, active: active.result, failure: null };
  } catch (error) {
    return {
      at,
      replicas: null,
      active: null,
      failure: error instanceof Error ? error.message : String(error),
    };
  }
}

function call<Answer>(start: (done: Callback<Answer>) => unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    start((error, answer) => {
      if (error !== null) reject(error);
      else if (answer === undefined) reject(new Error("neither answer nor error"));
      else resolve(answer);
    });
  });
}
