// Two `serve` processes on one Prometheus with one checkpoint: what they learned is equal, and a checkpoint that is gone
// or broken costs only how soon replicas fall.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";

import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { until } from "../../support/until.ts";
import { type Served, serve } from "../real-triton/serve-process.ts";
import { prometheusMissing, startPrometheus } from "./prometheus-server.ts";
import { saturatedTraffic } from "./saturated-fleet.ts";
import { WAVE_NAMESPACE, WAVE_POLICY, WAVE_POLICY_DOCUMENT, waveConfiguration } from "./wave-fleet.ts";

const MISSING = prometheusMissing();
const SECONDS_OF_FUTURE = 400;
/** Of one saturated pod; four fifths of it are less than the target of 10/s. */
const CAP_PER_SECOND = 12;
const COMMON_TICKS = 5;
const LIMIT_MS = 120_000;

/** What one tick told, by its instant. */
type Decided = {
  readonly at: string;
  readonly steps: unknown;
  readonly decision: { readonly replicas: number };
};

describe.skipIf(MISSING !== null)(`two processes with one checkpoint ${MISSING ?? ""}`, () => {
  test("learn the same and decide the same; without it, or with a broken one, never lower", async () => {
    const samples = saturatedTraffic(Math.floor(Date.now() / 1000), SECONDS_OF_FUTURE, CAP_PER_SECOND);
    const { url } = await startPrometheus({ samples });
    const folder = await temporaryDirectory();
    const file = join(folder, "state.json");
    const start = async (): Promise<Served> => {
      const configuration = waveConfiguration(url)
        .replace("logging: { level: error }", "logging: { level: warn }")
        .concat(`  state: { file: ${file} }\n`);
      const served = await serve({ configuration, policy: WAVE_POLICY_DOCUMENT });
      onTestFinished(() => served.kill());
      return served;
    };
    const one = await start();
    const other = await start();
    const together = await common(one, other);
    expect(together.map(([, theirs]) => theirs)).toEqual(together.map(([ours]) => ours));
    expect(await learned(other)).toEqual(await learned(one));
    expect((await learned(one))["tidemark_capacity_requests_per_second"]).toBeCloseTo(CAP_PER_SECOND, 1);

    await other.kill();
    await rm(file, { force: true });
    const forgetful = await start();
    expectNeverLower(await common(one, forgetful));

    await forgetful.kill();
    await writeFile(file, '{"kind":"checkpoint","v":2,"sta');
    const misled = await start();
    expectNeverLower(await common(one, misled));
    expect(`${misled.log()}${one.log()}`).toMatch(/checkpoint is not readable/);
    expect(await readdir(folder)).toContain("state.json.corrupt");
    await misled.stop();
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ kind: "checkpoint", v: 2 });
  });
});

function expectNeverLower(pairs: readonly (readonly [Decided, Decided])[]): void {
  const lower = pairs.filter(([known, unsure]) => unsure.decision.replicas < known.decision.replicas);
  expect(lower).toEqual([]);
}

/** The records of ticks that both have decided, once there are some since now. */
async function common(one: Served, other: Served): Promise<readonly (readonly [Decided, Decided])[]> {
  const since = new Date().toISOString();
  let pairs: readonly (readonly [Decided, Decided])[] = [];
  const isEnough = async (): Promise<boolean> => {
    await wait(500);
    const theirs = new Map((await decisions(other)).map((decided) => [decided.at, decided]));
    pairs = (await decisions(one)).flatMap((decided) => {
      const same = decided.at < since ? undefined : theirs.get(decided.at);
      return same === undefined ? [] : [[decided, same] as const];
    });
    return pairs.length >= COMMON_TICKS;
  };
  await until(isEnough, "ticks in common", LIMIT_MS);
  return pairs;
}

async function decisions({ http }: Served): Promise<readonly Decided[]> {
  const url = `http://${http}/api/v1/decisions?policy=${WAVE_NAMESPACE}/${WAVE_POLICY}&limit=50`;
  const body: { readonly decisions: readonly Decided[] } = JSON.parse(await (await fetch(url)).text());
  return body.decisions.map(({ at, steps, decision }) => ({ at, steps, decision }));
}

/** What a process has learned of a replica, by the names of its metrics. */
async function learned({ http }: Served): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`http://${http}/metrics`)).text();
  const found = [...text.matchAll(/^(tidemark_capacity_[a-z_]+)\{[^}]*\} (\S+)$/gm)];
  return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
}
