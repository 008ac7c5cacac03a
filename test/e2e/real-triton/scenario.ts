// What happens to two real servers, in two minutes: steady load, a crash, an overload, silence. It is watched, not judged.
// Where an event needs something to be over, it is waited for: how long that takes is the machine's affair.

import { setTimeout as wait } from "node:timers/promises";
import { until } from "../../support/until.ts";
import { configurationFor, NAMESPACE, POLICY, POLICY_DOCUMENT, WINDOW_SECONDS } from "./documents.ts";
import { type Asked, askEachSecond } from "./keda-asker.ts";
import { drawArrivals, OpenLoopClient, type Pinged, type Sent } from "./open-loop-client.ts";
import { type Served, serve } from "./serve-process.ts";
import { startTriton, type TritonInstallation, type TritonServer, tritonPorts } from "./triton-server.ts";

/** Half of what the two replicas can do, and one and a half times that. */
const STEADY_RATE = 40;
const OVERLOAD_RATE = 120;
const SEED = 20_260_105;
const WAIT_LIMIT_MS = 60_000;

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
};

/** All that was seen: the client's logs, KEDA's answers, and our records, each oldest first. */
export type Seen = {
  readonly events: Events;
  readonly sent: readonly Sent[];
  readonly pinged: readonly Pinged[];
  readonly asked: readonly Asked[];
  readonly records: readonly ServedRecord[];
  readonly exitCode: number | null;
};

/** Runs the scenario. Whatever it started is gone when it returns or throws. */
export async function runScenario(installation: TritonInstallation): Promise<Seen> {
  const servers: TritonServer[] = [];
  try {
    const ports = await Promise.all([tritonPorts(), tritonPorts()]);
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
    await until(() => asker.rounds.some(({ failure }) => failure === null), "a first answer", WAIT_LIMIT_MS);
    const events = await play(client, { servers, installation });
    const records = await recordsUntilIdle(served);
    await asker.stop();
    const { log: sent, pings: pinged } = client;
    return { events, sent, pinged, asked: asker.rounds, records, exitCode: await served.stop() };
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
  await send(46, STEADY_RATE);
  const killed = Date.now();
  await servers[1]?.kill();
  await send(16, STEADY_RATE);
  const restarted = Date.now();
  if (servers[1] !== undefined) {
    let isOver = false;
    const restart = startTriton(installation, servers[1].ports).finally(() => {
      isOver = true;
    });
    restart.catch(() => {});
    while (!isOver) await send(1, STEADY_RATE);
    servers[1] = await restart;
  }
  await send(WINDOW_SECONDS + 1, STEADY_RATE);
  const overload = Date.now();
  await send(12, OVERLOAD_RATE);
  await client.drained();
  return { steady, killed, restarted, overload };
}

/** Returns the records once the newest says that everything is idle and nothing missing, or when that is overdue. */
async function recordsUntilIdle(served: Served): Promise<readonly ServedRecord[]> {
  const limit = performance.now() + WAIT_LIMIT_MS;
  for (;;) {
    const records = await fetchRecords(served);
    const last = records.at(-1);
    const states = Object.values(last?.observation.signals ?? {}).map(({ state }) => state);
    const isIdle = states.every((state) => state === "idle") && last?.decision.scaleInBlocked.length === 0;
    if (isIdle || performance.now() > limit) return records;
    await wait(1000);
  }
}

async function fetchRecords(served: Served): Promise<readonly ServedRecord[]> {
  const url = `http://${served.http}/api/v1/decisions?policy=${NAMESPACE}/${POLICY}&limit=1000`;
  const answer = (await (await fetch(url)).json()) as { readonly decisions: readonly ServedRecord[] };
  return answer.decisions.toReversed();
}
