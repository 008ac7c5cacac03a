// Two `serve` processes on one Prometheus, killed at random moments, asked in turn by KEDA's own client, which knows them
// by one name.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { randomStream } from "../../../src/simulator/random/random-stream.ts";
import { freePort } from "../../support/free-ports.ts";
import { until } from "../../support/until.ts";
import { findClients, KedaProcess, type Reading } from "../keda/keda-process.ts";
import { startNameServer } from "../keda/name-server.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { noteAnswers, type Told, unwatched, type Watched } from "./told-answers.ts";
import {
  traffic,
  WAVE_NAMESPACE,
  WAVE_POLICY,
  WAVE_POLICY_DOCUMENT,
  WAVE_TICK_MS,
  waveConfiguration,
  waveRate,
} from "./wave-fleet.ts";

const CLIENT = [...findClients().values()].at(-1) ?? "";
const NOT_BUILT = CLIENT === "" ? "KEDA's client is not built; .ci/build-controlplane builds it" : null;
if (process.env["CI"] === "true" && NOT_BUILT !== null) throw new Error(NOT_BUILT);
const MISSING = prometheusMissing() ?? NOT_BUILT;
const SECONDS_OF_FUTURE = 400;
const HOSTS = ["127.0.0.1", "127.0.0.2"] as const;
const NAME = "tidemark.prometheus.test";
/** W of the policy. */
const FELT_MS = 20_000;
const WATCHED = { policy: `${WAVE_NAMESPACE}/${WAVE_POLICY}`, feltMs: FELT_MS };
const KILLS = 3;
/** Between kills each process lives on for 2 s to 5 s. */
const [LIVES_LEAST_MS, LIVES_MORE_MS] = [2000, 3000];
/** Ticks that both processes must have told of, and none of them felt a tick without data. */
const COMMON_TICKS = 12;
const LIMIT_MS = 240_000;
/** An answer stands for three ticks at most. */
const STANDS_MS = 3 * WAVE_TICK_MS;

type Asked = { readonly begin: number; readonly end: number; readonly reading: Reading };

describe.skipIf(MISSING !== null)(`two processes on one Prometheus ${MISSING ?? ""}`, () => {
  test("tell KEDA the same at every tick, through kills of either", async () => {
    const seed = Date.now() % 2 ** 31;
    process.stderr.write(`two processes: seed ${seed}\n`);
    const random = randomStream(seed, "kills");
    const samples = traffic(Math.floor(Date.now() / 1000), SECONDS_OF_FUTURE, waveRate);
    const { url } = await startPrometheus({ samples });
    const port = await freePort();
    const start = async (index: number): Promise<Served> => {
      const configuration = waveConfiguration(url, `${HOSTS[index]}:${port}`);
      const served = await serve({ configuration, policy: WAVE_POLICY_DOCUMENT });
      onTestFinished(() => served.kill());
      return served;
    };
    const processes = await Promise.all(HOSTS.map((_, index) => start(index)));
    const watched: readonly [Watched, Watched] = [unwatched(), unwatched()];
    const told = watched.map((each) => each.told);
    const look = async (): Promise<void> => {
      for (const [index, { http }] of processes.entries())
        await noteAnswers(watched[index === 0 ? 0 : 1], { http, ...WATCHED });
    };
    const keda = await askByName(port);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await wait(LIVES_LEAST_MS + random.uniform() * LIVES_MORE_MS);
      await look();
      const index = Math.floor(random.uniform() * HOSTS.length);
      await processes[index]?.kill();
      processes[index] = await start(index);
      watched[index === 0 ? 0 : 1].troubled = 0;
    }
    const isEnough = async (): Promise<boolean> => {
      await wait(500);
      await look();
      return commonTicks(watched).length >= COMMON_TICKS;
    };
    await until(isEnough, "ticks in common", LIMIT_MS);
    const asked = await keda.stop();

    const [{ told: one }, { told: other }] = watched;
    const common = commonTicks(watched);
    expect(common.map((at) => [at, other.get(at)])).toEqual(common.map((at) => [at, one.get(at)]));
    expect(new Set(one.values()).size).toBeGreaterThan(1);
    const errors = asked.flatMap(({ reading }) => ("error" in reading ? reading.error : []));
    expect(errors.filter((error) => !error.includes("code = Unavailable"))).toEqual([]);
    expect(asked.length).toBeGreaterThan(2 * errors.length);
    expect(asked.filter((each) => !isTold(each, told))).toEqual([]);
  });
});

/** Asks both processes as one service, GetMetrics of one and IsActive of the other, as often as they answer. */
async function askByName(port: number): Promise<{ stop(): Promise<readonly Asked[]> }> {
  const names = await startNameServer(HOSTS);
  onTestFinished(() => names.close());
  const keda = new KedaProcess(CLIENT);
  onTestFinished(() => keda.close());
  const trigger = await keda.trigger(`dns://127.0.0.1:${names.port}/${NAME}:${port}`, {
    namespace: WAVE_NAMESPACE,
    metadata: { policy: WAVE_POLICY },
  });
  const asked: Asked[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const begin = Date.now();
      const reading = await trigger.metrics();
      asked.push({ begin, end: Date.now(), reading });
      await wait(50);
    }
  })();
  const stop = async (): Promise<readonly Asked[]> => {
    isOver = true;
    await asking;
    return asked;
  };
  onTestFinished(async () => void (await stop()));
  return { stop };
}

/** Whether a number was the answer of a tick that could stand when it was asked for. */
function isTold({ begin, end, reading }: Asked, told: readonly Told[]): boolean {
  if ("error" in reading) return true;
  const value = Number(reading.values[0]?.quantity);
  return told.some((answers) =>
    [...answers].some(([at, answer]) => answer === value && at <= end && at >= begin - STANDS_MS),
  );
}

function commonTicks([one, other]: readonly [Watched, Watched]): readonly number[] {
  const felt = Math.max(one.feltUntil, other.feltUntil);
  return [...one.told.keys()].filter((at) => other.told.has(at) && at >= felt);
}
