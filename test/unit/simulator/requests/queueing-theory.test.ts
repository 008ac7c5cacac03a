// Mean waits against the formulas of queueing theory.

import { expect, test } from "vitest";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";
import type { RequestPlaneSettings } from "../../../../src/simulator/requests/request-plane.ts";
import { batchedModel, planeOf, poissonArrivals, serviceOf } from "../../../support/request-plane-rig.ts";

const SECONDS = 400_000;
/** Rare long executions carry much of the mean. */
const HEAVY_TAIL_SECONDS = 4_000_000;

type System = {
  readonly name: string;
  readonly instances: number;
  readonly rate: number;
  readonly spread: number;
  readonly distribution: NonNullable<RequestPlaneSettings["serviceDistribution"]>;
  readonly everyEvent: boolean;
  /** In mean execution times, which are a second. */
  readonly meanWait: number;
};

const exponential = { spread: 0, distribution: "exponential", everyEvent: false } as const;
const logNormal = { distribution: "logNormal", everyEvent: false } as const;

test.each<System>([
  { name: "M/M/1", instances: 1, rate: 0.7, ...exponential, meanWait: erlangWait(1, 0.7) },
  { name: "M/M/2", instances: 2, rate: 1.4, ...exponential, meanWait: erlangWait(2, 1.4) },
  { name: "M/M/5", instances: 5, rate: 4, ...exponential, meanWait: erlangWait(5, 4) },
  { name: "M/D/1", instances: 1, rate: 0.8, ...logNormal, spread: 0, meanWait: pollaczekWait(0.8, 0) },
  {
    name: "M/D/1 by events",
    instances: 1,
    rate: 0.8,
    ...logNormal,
    spread: 0,
    everyEvent: true,
    meanWait: pollaczekWait(0.8, 0),
  },
  { name: "M/G/1, CV 1", instances: 1, rate: 0.6, ...logNormal, spread: 1, meanWait: pollaczekWait(0.6, 1) },
  {
    name: "M/G/1, CV 0.5",
    instances: 1,
    rate: 0.8,
    ...logNormal,
    spread: 0.5,
    meanWait: pollaczekWait(0.8, 0.5),
  },
])(
  "$name waits for as long as it must",
  ({ instances, rate, spread, distribution, everyEvent, meanWait }) => {
    const seconds = spread >= 1 ? HEAVY_TAIL_SECONDS : SECONDS;
    const plane = planeOf({
      models: [batchedModel({ maxBatchSize: 0, instances }, serviceOf(1, { spread }))],
      arrivals: [poissonArrivals(rate, randomStream(5, "arrivals"))],
      durationSeconds: seconds,
      keepRequests: false,
      serviceDistribution: distribution,
      everyEvent,
    });
    plane.addServer();
    plane.advance(seconds);
    const got = plane.score(0).queue.mean() ?? Number.NaN;
    expect(Math.abs(got / meanWait - 1), `${got} instead of ${meanWait}`).toBeLessThan(0.03);
    expect(
      Math.abs(plane.busySeconds(0) / seconds / (1 - idleShare(instances, rate, distribution)) - 1),
    ).toBeLessThan(0.01);
  },
);

/** M/M/c with executions of a second: Erlang's C over the free capacity. */
function erlangWait(servers: number, load: number): number {
  let term = 1;
  let sum = 0;
  for (let busy = 0; busy < servers; busy += 1) {
    sum += term;
    term *= load / (busy + 1);
  }
  const waiting = term / (1 - load / servers);
  return waiting / (sum + waiting) / (servers - load);
}

/** M/G/1 with executions of a second: Pollaczek and Khinchine. */
function pollaczekWait(load: number, cv: number): number {
  return (load * (1 + cv * cv)) / 2 / (1 - load);
}

/** Share of the time in which nothing executes: exact for one server, and for exponential times. */
function idleShare(servers: number, load: number, distribution: System["distribution"]): number {
  if (servers === 1 || distribution !== "exponential") return 1 - load;
  let term = 1;
  let sum = 0;
  for (let busy = 0; busy < servers; busy += 1) {
    sum += term;
    term *= load / (busy + 1);
  }
  return 1 / (sum + term / (1 - load / servers));
}
