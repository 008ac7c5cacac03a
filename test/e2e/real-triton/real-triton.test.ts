// Two real Triton servers under `tidemark serve`: overload, truth of the estimates, a crash, silence.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WINDOW_SECONDS } from "./documents.ts";
import { runScenario, type Seen, type ServedRecord } from "./scenario.ts";
import { findTriton } from "./triton-server.ts";

const RAISE_WITHIN_MS = 15_000;
const STEADY_SECONDS = 40;
const DECLARED = ["requestRate", "inFlight", "pendingRequests", "queueDuration", "latency"];

const NOT_INSTALLED = "test/e2e/real-triton: no Triton server is installed; .ci/install-triton installs one";

const installation = findTriton();
if (installation === null && process.env["CI"] === "true") throw new Error(NOT_INSTALLED);

describe("two real Triton servers", () => {
  let seen: Seen;

  beforeEach((context) => {
    if (installation === null) context.skip(NOT_INSTALLED);
  });

  beforeAll(async () => {
    if (installation !== null) seen = await runScenario(installation);
  });

  afterAll(() => {
    if (seen !== undefined) process.stderr.write(`${figures(seen)}\n`);
  });

  it("raises the answer within 15 s of an overload", () => {
    const { overload } = seen.events;
    const before = lastAnswer(seen, overload);
    const raised = raiseDelayMs(seen);
    expect(before).toBe(2);
    expect(raised).toBeLessThanOrEqual(RAISE_WITHIN_MS);
  });

  it("estimates the arrival rate within 5 % of the client's log", () => {
    const { estimated, true: truth } = arrivalRates(seen);
    expect(Math.abs(estimated - truth) / truth).toBeLessThanOrEqual(0.05);
  });

  // The client also waits for threads on the way to get the processor: little, and told by its pings where it is not.
  it("estimates the mean request time within 10 % or 5 ms of the client's log, less what the way took", () => {
    const { estimated, true: truth, onTheWay } = meanRequestMs(seen);
    expect(Math.abs(estimated - truth)).toBeLessThanOrEqual(Math.max(5, 0.1 * truth, 2 * onTheWay));
  });

  it("never lowers the answer while a replica is dead, though only half of the load is seen", () => {
    const { killed, restarted } = seen.events;
    const before = lastAnswer(seen, killed);
    const answers = seen.asked.filter(({ at }) => at >= killed && at < restarted);
    const lowest = Math.min(...answers.map(({ replicas }) => replicas ?? 0));
    expect(answers.length).toBeGreaterThanOrEqual(10);
    expect(lowest).toBeGreaterThanOrEqual(before);
    const last = recordsIn(seen, killed, restarted).at(-1);
    expect(last?.decision.scaleInBlocked).toContain("COVERAGE");
    expect(last?.observation.traffic.arrivalsPerSecond).toBeLessThan(27);
  });

  it("says idle, and nothing missing, when the load has stopped", () => {
    const last = seen.records.at(-1);
    const states = Object.entries(last?.observation.signals ?? {}).map(([name, { state }]) => [name, state]);
    expect(states).toEqual(DECLARED.map((name) => [name, "idle"]));
    expect(last?.decision.status).toBe("live");
    expect(last?.decision.scaleInBlocked).toEqual([]);
    expect(last?.observation.pods).toEqual({ expected: 2, fresh: 2 });
  });

  it("answers every call and drains in good order", () => {
    const failures = seen.asked.map(({ failure }) => failure);
    const first = failures.indexOf(null);
    expect(failures.slice(0, first).filter((failure) => !failure?.includes("UNAVAILABLE"))).toEqual([]);
    expect(failures.slice(first).filter((failure) => failure !== null)).toEqual([]);
    expect(seen.exitCode).toBe(0);
  });
});

function recordsIn({ records }: Seen, from: number, to: number): readonly ServedRecord[] {
  return records.filter(({ at }) => Date.parse(at) > from && Date.parse(at) <= to);
}

/** The answer in force at an instant; 0 where there was none. */
function lastAnswer({ asked }: Seen, at: number): number {
  return asked.filter((round) => round.at < at).at(-1)?.replicas ?? 0;
}

/** Time from the overload's start to the first higher answer; infinite where none came. */
function raiseDelayMs(seen: Seen): number {
  const { overload } = seen.events;
  const before = lastAnswer(seen, overload);
  const raised = seen.asked.find(({ at, replicas }) => at >= overload && (replicas ?? 0) > before);
  return raised === undefined ? Number.POSITIVE_INFINITY : raised.at - overload;
}

/**
 * The records at the ends of adjoining windows that together cover 40 s of steady load, and the instant where these end:
 * the latest for which there are all of them, since a busy machine may miss a tick.
 */
function steadyRecords(seen: Seen): { readonly records: readonly ServedRecord[]; readonly end: number } {
  const { steady, killed } = seen.events;
  const byTime = new Map(seen.records.map((record) => [Date.parse(record.at), record]));
  const windows = STEADY_SECONDS / WINDOW_SECONDS;
  for (let end = Math.floor(killed / 1000) * 1000; end >= steady + STEADY_SECONDS * 1000; end -= 1000) {
    const ends = Array.from({ length: windows }, (_, index) => end - index * WINDOW_SECONDS * 1000);
    const records = ends.flatMap((at) => byTime.get(at) ?? []);
    if (records.length === windows) return { records, end };
  }
  throw new Error(`no ${STEADY_SECONDS} s of steady load with all of their ticks`);
}

type Compared = { readonly estimated: number; readonly true: number };

function arrivalRates(seen: Seen): Compared {
  const { records, end } = steadyRecords(seen);
  const rates = records.map(({ observation }) => observation.traffic.arrivalsPerSecond ?? Number.NaN);
  const begin = end - STEADY_SECONDS * 1000;
  const sent = seen.sent.filter(({ sentAt }) => sentAt > begin && sentAt <= end).length;
  return { estimated: sum(rates) / (STEADY_SECONDS / WINDOW_SECONDS), true: sent / STEADY_SECONDS };
}

function meanRequestMs(seen: Seen): Compared & { readonly onTheWay: number } {
  const { records, end } = steadyRecords(seen);
  const traffic = records.map(({ observation }) => observation.traffic);
  const weights = traffic.map(({ completionsPerSecond }) => completionsPerSecond ?? Number.NaN);
  const weighted = traffic.map(
    ({ meanRequestSeconds }, index) => (meanRequestSeconds ?? Number.NaN) * (weights[index] ?? Number.NaN),
  );
  const begin = end - STEADY_SECONDS * 1000;
  const onTheWay = meanMs(seen.pinged, begin, end);
  const estimated = (1000 * sum(weighted)) / sum(weights);
  return { estimated, true: meanMs(seen.sent, begin, end) - onTheWay, onTheWay };
}

/** The mean of what finished with success in (begin, end], in milliseconds. */
function meanMs(
  all: readonly { readonly sentAt: number; readonly finishedAt: number | null }[],
  begin: number,
  end: number,
): number {
  const times = all.flatMap(({ sentAt, finishedAt }) =>
    finishedAt !== null && finishedAt > begin && finishedAt <= end ? [finishedAt - sentAt] : [],
  );
  return sum(times) / times.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function figures(seen: Seen): string {
  const [rate, time] = [arrivalRates(seen), meanRequestMs(seen)];
  return [
    `answer raised ${raiseDelayMs(seen)} ms after the overload's start`,
    `arrivals ${rate.estimated.toFixed(2)}/s, true ${rate.true.toFixed(2)}/s`,
    `mean request ${time.estimated.toFixed(1)} ms, true ${time.true.toFixed(1)} ms, less ${time.onTheWay.toFixed(1)} ms on the way`,
  ].join("; ");
}
