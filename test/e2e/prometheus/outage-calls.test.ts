// Services on a Prometheus that fails in many ways, several at once and beside one that does not, while KEDA goes on asking.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";

import { type Fault, type FaultProxy, faultProxy } from "../../support/fault-proxy.ts";
import { freePort } from "../../support/free-ports.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";
import { serve } from "../real-triton/serve-process.ts";
import { KedaRounds, leastP99, p99Of, type Round } from "./keda-rounds.ts";
import {
  type PastSample,
  type PrometheusServer,
  prometheusMissing,
  startPrometheus,
} from "./prometheus-server.ts";
import {
  traffic,
  WAVE_HOLD_SECONDS,
  WAVE_NAMESPACE,
  WAVE_POLICY,
  WAVE_POLICY_DOCUMENT,
  waveConfiguration,
} from "./wave-fleet.ts";

const MISSING = prometheusMissing();
/** Requests/s of each pod: seven replicas are wanted all the time where four are, and anything lower is wrong. */
const RATE = 22;
const WANTED = 7;
/** Samples for longer than all of this takes anywhere. */
const SECONDS_OF_FUTURE = 400;
const BEFORE_MS = 6_000;
/** Without new samples signals stay live for 4 s, then the answer is held for 8 s; then there is none. */
const OUTAGE_MS = 17_000;
const LIMIT_MS = 120_000;
const QUIET_MS = 1000;
/** Times below this are one: on a shared machine the rest is noise. */
const NOISE_MS = 20;
/** The 200 MiB are made in this process and cost whoever asks in it as much as whom they are sent to. */
const NOT_TIMED = ["huge"];
/** Partial answers are taken in for what they are: numbers go on. */
const GOES_ON = ["none", "partial"];

/** What happens to Prometheus, or on the way to it. */
type Trouble = {
  readonly name: string;
  readonly url: string;
  readonly begin: () => Promise<void>;
  readonly end: () => Promise<void>;
};

/** The same rounds, before the trouble, in it, and after it. */
type Watched = {
  readonly name: string;
  readonly before: readonly Round[];
  readonly during: readonly Round[];
  readonly back: readonly Round[];
};

const figures: string[] = [];
afterAll(() => {
  if (figures.length > 0)
    process.stderr.write(`p99 of calls before and in an outage, ms: ${figures.join("; ")}\n`);
});

describe.skipIf(MISSING !== null)(`calls while Prometheus fails ${MISSING ?? ""}`, () => {
  test.each([
    { how: "with wrong answers", make: wrongAnswers },
    { how: "without a word", make: noAnswers },
  ])("$how: as quick as before, no lower number, refused after holdFor only", async ({ make }) => {
    const { all, began } = await throughTrouble(await make());
    const beside = p99Of(all.find(({ name }) => name === "none")?.during ?? []);
    for (const { name, before, during, back } of all) {
      const rounds = [...before, ...during, ...back];
      expect(
        rounds.filter(({ spec }) => spec !== "OK"),
        name,
      ).toEqual([]);
      expect(new Set(before.map(({ code }) => code)), name).toEqual(new Set(["OK"]));

      const answers = rounds.flatMap(({ replicas }) => replicas ?? []);
      expect(new Set(answers), name).toEqual(new Set([WANTED]));

      const refused = during.filter(({ code }) => code !== "OK");
      expect(new Set(refused.map(({ code }) => code)), name).toEqual(
        new Set(GOES_ON.includes(name) ? [] : ["UNAVAILABLE"]),
      );
      const soonest = Math.min(...refused.map(({ at }) => at)) - began;
      expect(soonest, name).toBeGreaterThanOrEqual(WAVE_HOLD_SECONDS * 1000);

      const [usual, inTrouble] = [Math.max(NOISE_MS, p99Of(before), beside), leastP99(during)];
      figures.push(`${name} ${p99Of(before).toFixed(1)} ${inTrouble.toFixed(1)}`);
      if (NOT_TIMED.includes(name)) continue;
      expect(inTrouble, `${name}: p99, usually ${usual} ms`).toBeLessThanOrEqual(2 * usual);
    }
  });
});

/** Prometheus, or who answers in its place, says what is of no use. */
async function wrongAnswers(): Promise<readonly Trouble[]> {
  return await onTheWay(
    ["none", "html502", "refused422", "partial", "empty"],
    await startPrometheus({ samples: samples() }),
  );
}

/** Prometheus says nothing, or does not stop; two of these have a Prometheus of their own. */
async function noAnswers(): Promise<readonly Trouble[]> {
  const past = samples();
  const faults = await onTheWay(["none", "drip", "huge"], await startPrometheus({ samples: past }));
  return [...faults, frozen(await startPrometheus({ samples: past })), await killed(past)];
}

function samples(): readonly PastSample[] {
  return [...traffic(Math.floor(Date.now() / 1000), SECONDS_OF_FUTURE, () => RATE)];
}

async function onTheWay(faults: readonly Fault[], { url }: PrometheusServer): Promise<readonly Trouble[]> {
  return await Promise.all(
    faults.map(async (fault): Promise<Trouble> => {
      const proxy = await faultProxy(url);
      const begin = async (): Promise<void> => {
        await betweenReadings(proxy);
        proxy.set(fault);
      };
      return { name: fault, url: proxy.url, begin, end: async () => proxy.set("none") };
    }),
  );
}

/** A reading of which one half is true and the other wrong says that all pods are gone, and is another matter. */
async function betweenReadings(proxy: FaultProxy): Promise<void> {
  for (let before = -1; before !== proxy.requests(); await wait(QUIET_MS)) before = proxy.requests();
}

function frozen(server: PrometheusServer): Trouble {
  return {
    name: "SIGSTOP",
    url: server.url,
    begin: async () => server.freeze(),
    end: async () => server.thaw(),
  };
}

async function killed(samples: readonly PastSample[]): Promise<Trouble> {
  const place = { directory: await temporaryDirectory(), port: await freePort() };
  const server = await startPrometheus({ samples, ...place });
  return {
    name: "SIGKILL",
    url: server.url,
    begin: () => server.kill(),
    end: async () => void (await startPrometheus(place)),
  };
}

async function throughTrouble(
  all: readonly Trouble[],
): Promise<{ readonly all: readonly Watched[]; readonly began: number }> {
  const asked = await Promise.all(all.map(({ url }) => askService(url)));
  await wait(BEFORE_MS);
  const began = Date.now();
  await Promise.all(all.map(({ begin }) => begin()));
  const failing = Date.now();
  await wait(OUTAGE_MS);
  const ended = Date.now();
  await Promise.all(all.map(({ end }) => end()));
  const isBack = ({ rounds }: KedaRounds): boolean =>
    rounds.some(({ at, code }) => at > ended && code === "OK");
  await until(() => asked.every(isBack), "all to answer again", LIMIT_MS);
  await Promise.all(asked.map((each) => each.stop()));
  const watched = all.map(({ name }, index) => {
    const rounds = [...(asked[index]?.rounds ?? [])].sort((one, other) => one.at - other.at);
    return {
      name,
      before: rounds.filter(({ at }) => at >= began - BEFORE_MS && at < began),
      during: rounds.filter(({ at }) => at >= failing && at < ended),
      back: rounds.filter(({ at }) => at >= ended),
    };
  });
  return { all: watched, began };
}

/** Starts a service on this address and asks it; resolves once it answers. Both end with the test. */
async function askService(url: string): Promise<KedaRounds> {
  const served = await serve({ configuration: waveConfiguration(url), policy: WAVE_POLICY_DOCUMENT });
  onTestFinished(async () => void (await served.stop()));
  const asking = new KedaRounds(served.grpc, { namespace: WAVE_NAMESPACE, policy: WAVE_POLICY });
  onTestFinished(() => asking.stop());
  await until(() => asking.rounds.at(-1)?.code === "OK", "an answer", LIMIT_MS);
  return asking;
}
