// What happens to two real servers, in two minutes: steady load, a crash, an overload, silence. It is watched, not judged.

import { setTimeout as wait } from "node:timers/promises";
import { configurationFor, NAMESPACE, POLICY, POLICY_DOCUMENT } from "./documents.ts";
import { type Asked, askEachSecond } from "./keda-asker.ts";
import { drawArrivals, OpenLoopClient, type Sent } from "./open-loop-client.ts";
import { type Served, serve } from "./serve-process.ts";
import { freePorts, startTriton, type TritonInstallation, type TritonServer } from "./triton-server.ts";

/** Half of what the two replicas can do, and one and a half times that. */
const STEADY_RATE = 40;
const OVERLOAD_RATE = 120;
const SEED = 20_260_105;

/** A decision record as the HTTP API gives it, as far as it is looked at here. */
export type ServedRecord = {
  readonly at: string;
  readonly observation: {
    readonly pods: { readonly expected: number; readonly fresh: number };
    readonly signals: Readonly<Record<string, { readonly state: string; readonly value: number | null }>>;
    readonly traffic: {
      readonly arrivalsPerSecond: number | null;
      readonly completionsPerSecond: number | null;
      readonly meanRequestSeconds: number | null;
    };
  };
  readonly decision: {
    readonly replicas: number | null;
    readonly status: string;
    readonly scaleInBlocked: readonly string[];
  };
};

/** Instants of the events, ms since the Unix epoch. */
export type Events = {
  readonly steady: number;
  readonly killed: number;
  readonly restarted: number;
  readonly overload: number;
  readonly silent: number;
  readonly end: number;
};

/** All that was seen: the client's log, KEDA's answers, and our records, each oldest first. */
export type Seen = {
  readonly events: Events;
  readonly sent: readonly Sent[];
  readonly asked: readonly Asked[];
  readonly records: readonly ServedRecord[];
  readonly exitCode: number | null;
};

/** Runs the scenario. Whatever it started is gone when it returns or throws. */
export async function runScenario(installation: TritonInstallation): Promise<Seen> {
  const servers: TritonServer[] = [];
  try {
    const ports = await Promise.all([freePorts(), freePorts()]);
    servers.push(...(await Promise.all(ports.map((own) => startTriton(installation, own)))));
    const served = await serve({ configuration: configurationFor(ports), policy: POLICY_DOCUMENT });
    try {
      return await watch(served, { servers, installation });
    } finally {
      await served.stop();
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function watch(
  served: Served,
  { servers, installation }: { readonly servers: TritonServer[]; readonly installation: TritonInstallation },
): Promise<Seen> {
  const client = new OpenLoopClient(servers.map(({ ports }) => ports.http));
  const asker = askEachSecond(served.grpc, { namespace: NAMESPACE, policy: POLICY });
  try {
    const events = await play(client, { servers, installation });
    await asker.stop();
    const records = await fetchRecords(served);
    return { events, sent: client.log, asked: asker.rounds, records, exitCode: await served.stop() };
  } finally {
    await asker.stop();
    client.close();
  }
}

async function play(
  client: OpenLoopClient,
  { servers, installation }: { readonly servers: TritonServer[]; readonly installation: TritonInstallation },
): Promise<Events> {
  let seed = SEED;
  const send = (seconds: number, ratePerSecond: number): Promise<void> =>
    client.play(drawArrivals([{ seconds, ratePerSecond }], seed++));
  await send(10, STEADY_RATE);
  const steady = Date.now();
  await send(42, STEADY_RATE);
  const killed = Date.now();
  await servers[1]?.kill();
  await send(16, STEADY_RATE);
  const restarted = Date.now();
  const restart = servers[1] === undefined ? null : startTriton(installation, servers[1].ports);
  await send(4, STEADY_RATE);
  if (restart !== null) servers[1] = await restart;
  await send(5, STEADY_RATE);
  const overload = Date.now();
  await send(12, OVERLOAD_RATE);
  await client.drained();
  const silent = Date.now();
  await wait(14_000);
  return { steady, killed, restarted, overload, silent, end: Date.now() };
}

async function fetchRecords(served: Served): Promise<readonly ServedRecord[]> {
  const url = `http://${served.http}/api/v1/decisions?policy=${NAMESPACE}/${POLICY}&limit=1000`;
  const answer = (await (await fetch(url)).json()) as { readonly decisions: readonly ServedRecord[] };
  return answer.decisions.toReversed();
}
