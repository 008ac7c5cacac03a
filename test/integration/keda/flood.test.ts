// A flood of calls over one connection: it is read in pauses, plain and over TLS, and all of it is answered.

import { expect, onTestFinished, test } from "vitest";

import { millis } from "../../../src/domain/units.ts";
import { buildTrigger, KedaClient } from "../../support/keda-client.ts";
import { type ScalerRig, startRig } from "../../support/scaler-rig.ts";
import { KEDA_NAME, startTlsRig } from "../../support/tls-rig.ts";
import { until } from "../../support/until.ts";

const CALLS = 1000;
const UNDER_WAY = 50;
const TRIGGER = buildTrigger();
const ACTIVE = JSON.stringify({ answer: { result: true } });
const SHARE_LIMITS = {
  callsPerSecond: 100,
  callsAtOnce: 50,
  timesOthers: 2,
  callsPerSecondBeyond: 1000,
  callsPerTurn: 16,
};
const STEP = millis(10);

/** Calls of which so many are under way at a time, each noted in `outcomes` as it ends. */
async function flood(client: KedaClient, outcomes: string[]): Promise<void> {
  let begun = 0;
  const callOn = async (): Promise<void> => {
    while (begun < CALLS) {
      begun += 1;
      outcomes.push(JSON.stringify(await client.isActive(TRIGGER)));
    }
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, callOn));
}

type Callers = { readonly rig: ScalerRig; readonly flooder: KedaClient; readonly other: KedaClient };

async function plain(): Promise<Callers> {
  const rig = await startRig({ shareLimits: SHARE_LIMITS });
  const flooder = new KedaClient(rig.server.port);
  onTestFinished(() => flooder.close());
  return { rig, flooder, other: rig.keda };
}

async function overTls(): Promise<Callers> {
  const rig = await startTlsRig({ shareLimits: SHARE_LIMITS });
  const pair = rig.clientCa.issue({ name: KEDA_NAME, purpose: "client" });
  return { rig, flooder: rig.caller(pair), other: rig.caller(pair) };
}

test.each([
  { name: "plain", start: plain },
  { name: "over TLS", start: overTls },
])("a flood, $name, waits while another caller is answered; no call of it is lost", async ({ start }) => {
  const { rig, flooder, other } = await start();
  expect((await other.poll(TRIGGER)).value).toBe(7);

  const outcomes: string[] = [];
  const flooding = flood(flooder, outcomes);
  await until(() => rig.logger.lines.length > 0, "the flood to be slowed");
  for (let poll = 0; poll < 20; poll += 1) expect((await other.poll(TRIGGER)).value).toBe(7);
  expect(outcomes.length).toBeLessThan(CALLS / 2);
  expect(rig.logger.lines).toEqual([
    {
      level: "warn",
      fields: { address: "127.0.0.1", refusalsLeftOut: 0 },
      message: "a connection asks far more than the others and is slowed",
    },
  ]);

  while (outcomes.length < CALLS) {
    rig.time.advance(STEP);
    rig.tick();
    await other.isActive(TRIGGER);
  }
  await flooding;
  expect(new Set(outcomes)).toEqual(new Set([ACTIVE]));
});

test("a flood of one that is alone is read without a pause", async () => {
  const { rig, flooder } = await plain();
  const outcomes: string[] = [];
  await flood(flooder, outcomes);
  expect([new Set(outcomes), rig.logger.lines]).toEqual([new Set([ACTIVE]), []]);
});
