// `tidemark serve` under KEDA's own client: its start, its end, a restart, and two replicas behind one name.

import { expect, onTestFinished, test } from "vitest";
import { type Served, serve } from "../real-triton/serve-process.ts";
import { configurationOf, policyOf, type ReplicaSettings } from "./documents.ts";
import { describeEachRelease } from "./each-release.ts";
import type { KedaTrigger, Reading } from "./keda-process.ts";
import { startNameServer } from "./name-server.ts";

const ROUNDS = 20;
const NAME = "tidemark.keda.test";
const COUNTER = /^tidemark_grpc_requests_total\{(?=.*method="(\w+)")(?=.*code="OK").*\} (\d+)$/gm;

describeEachRelease("at a served replica", (client) => {
  test("gets the spec at once, no number until there is one, and then the same each time", async () => {
    const replica = await start(5, { speed: "1" });
    const trigger = await client().keda.trigger(replica.grpc);
    expect(await trigger.spec()).toHaveLength(1);
    const early = (await readingsUntil(trigger, isNumber)).slice(0, -1);
    expect(new Set(early.map(errorOf))).toEqual(
      new Set(["rpc error: code = Unavailable desc = no decision yet: the policy is starting"]),
    );
    const readings: Reading[] = [];
    for (let asked = 0; asked < ROUNDS; asked += 1) readings.push(await trigger.metrics());
    expect(new Set(readings.map(numberOf))).toEqual(new Set(["5"]));
  });

  test("sees its streams end with OK at SIGTERM, and all go on with the next process", async () => {
    const { keda } = client();
    const first = await start(5);
    const trigger = await keda.trigger(first.grpc, { push: true });
    await trigger.run();
    await trigger.untilPushed(1);
    const logged = keda.log.length;
    expect(await first.stop()).toBe(0);
    await keda.until(() => keda.log.slice(logged).includes("retry backoff"));
    expect(keda.log.slice(logged).split("retry backoff")[0]).not.toMatch(/error/i);
    expect(errorOf(await trigger.metrics())).toMatch(/code = Unavailable/);

    await start(3, { grpc: first.grpc });
    await readingsUntil(trigger, (reading) => numberOf(reading) === "3");
    await trigger.untilPushed(2);
    await trigger.stop();
  });

  test("asks two replicas in turn, so that number and activity are never those of one", async () => {
    const { trigger, replicas } = await startTwo();
    const before = await Promise.all(replicas.map(countCalls));
    for (let asked = 0; asked < ROUNDS; asked += 1) expect(await trigger.metrics()).toHaveProperty("values");
    const after = await Promise.all(replicas.map(countCalls));
    const calls = after.map((counts, index) => [
      (counts.get("GetMetrics") ?? 0) - (before[index]?.get("GetMetrics") ?? 0),
      (counts.get("IsActive") ?? 0) - (before[index]?.get("IsActive") ?? 0),
    ]);
    expect(calls).toContainEqual([ROUNDS, 0]);
    expect(calls).toContainEqual([0, ROUNDS]);
  });

  test("misses no answer while one of two replicas is drained, and then asks the other", async () => {
    const { trigger, replicas } = await startTwo();
    const [leaving, staying] = replicas;
    const readings: Reading[] = [];
    let left = false;
    const stopped = leaving.stop().then((code) => {
      left = true;
      return code;
    });
    while (!left) readings.push(await trigger.metrics());
    expect(await stopped).toBe(0);
    for (let asked = 0; asked < ROUNDS; asked += 1) readings.push(await trigger.metrics());
    expect(readings.filter((reading) => "error" in reading)).toEqual([]);
    expect(new Set(readings.slice(-ROUNDS).map(numberOf))).toEqual(new Set(["6"]));
    expect((await countCalls(staying)).get("IsActive")).toBeGreaterThanOrEqual(ROUNDS);
  });

  /** Two replicas that disagree (4 and 6) behind one name, both known to answer, and a trigger with that name. */
  async function startTwo(): Promise<{ trigger: KedaTrigger; replicas: readonly [Served, Served] }> {
    const first = await start(4);
    const port = first.grpc.slice(first.grpc.lastIndexOf(":") + 1);
    const second = await start(6, { grpc: `127.0.0.2:${port}` });
    const names = await startNameServer(["127.0.0.1", "127.0.0.2"]);
    onTestFinished(() => names.close());
    const trigger = await client().keda.trigger(`dns://127.0.0.1:${names.port}/${NAME}:${port}`);
    for (const replica of [first, second]) {
      await readingsUntil(await client().keda.trigger(replica.grpc), isNumber);
    }
    // A spec before each number lets them come from both in turn, once there is a connection to both.
    const seen = new Set<string>();
    while (seen.size < 2) {
      await trigger.spec();
      const number = numberOf(await trigger.metrics());
      if (number !== null) seen.add(number);
    }
    return { trigger, replicas: [first, second] };
  }
});

/** Starts a replica that answers `replicas` once it has something to answer; it ends with the test. */
async function start(replicas: number, settings: ReplicaSettings = {}): Promise<Served> {
  const served = await serve({ configuration: configurationOf(settings), policy: policyOf(replicas) });
  onTestFinished(async () => void (await served.stop()));
  return served;
}

async function readingsUntil(
  trigger: KedaTrigger,
  holds: (reading: Reading) => boolean,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (;;) {
    const reading = await trigger.metrics();
    readings.push(reading);
    if (holds(reading)) return readings;
  }
}

function isNumber(reading: Reading): boolean {
  return numberOf(reading) !== null;
}

function numberOf(reading: Reading): string | null {
  return "error" in reading ? null : (reading.values[0]?.quantity ?? null);
}

function errorOf(reading: Reading): string | null {
  return "error" in reading ? reading.error : null;
}

/** How often the replica answered each method. */
async function countCalls({ http }: Served): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://${http}/metrics`)).text();
  return new Map([...text.matchAll(COUNTER)].map(([, method = "", count]) => [method, Number(count)]));
}
