// The closed loop that published measurements are predicted with, and one model's tables here; all of them by
// `npm run verify:profiles`.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type LoopSetup, playClosedLoop } from "../../../verify/closed-loop.ts";
import { offlineOf, readSections } from "../../../verify/measured-sections.ts";
import { patternSearch } from "../../../verify/pattern-search.ts";
import { fitOnline } from "../../../verify/section-fit.ts";

const FILE = fileURLToPath(
  new URL("../../../../../shared/traces/triton-perf/triton_perf_dle.csv.gz", import.meta.url),
);
const SECTIONS = existsSync(FILE) ? readSections(FILE) : [];

const SETUP: LoopSetup = {
  service: {
    points: [{ batch: 1, seconds: 0.01 }],
    spread: 0,
    gpuContention: 1,
    overheadSeconds: 0,
  },
  maxBatchSize: 1,
  instances: 1,
  waitingBatchesGrow: true,
  frontEndSeconds: 0,
};
const withService = (service: Partial<LoopSetup["service"]>): LoopSetup => ({
  ...SETUP,
  service: { ...SETUP.service, ...service },
});

describe("a closed loop", () => {
  test.each([
    {
      name: "one client waits for execution, front end and network",
      setup: { ...withService({ overheadSeconds: 0.002 }), frontEndSeconds: 0.001 },
      clients: 1,
      rate: 1000 / 13,
    },
    { name: "clients in a queue share one instance", setup: SETUP, clients: 4, rate: 100 },
    { name: "two instances serve twice as much", setup: { ...SETUP, instances: 2 }, clients: 4, rate: 200 },
    {
      name: "two that halve each other serve as much as one",
      setup: { ...withService({ gpuContention: 2 }), instances: 2 },
      clients: 4,
      rate: 100,
    },
    {
      name: "the front end is a limit of its own",
      setup: { ...SETUP, instances: 8, frontEndSeconds: 0.005 },
      clients: 8,
      rate: 200,
    },
  ])("$name", ({ setup, clients, rate }) => {
    const { requestsPerSecond, latencySeconds } = playClosedLoop(setup, clients);
    expect(requestsPerSecond).toBeCloseTo(rate, 6);
    expect(latencySeconds).toBeCloseTo(clients / rate, 6);
  });

  test("with batches and spread keeps as many requests on their way as there are clients", () => {
    const points = [
      { batch: 1, seconds: 0.01 },
      { batch: 16, seconds: 0.04 },
    ];
    for (const waitingBatchesGrow of [true, false]) {
      const setup = { ...withService({ points, spread: 0.1 }), maxBatchSize: 16, instances: 2 };
      const { requestsPerSecond, latencySeconds } = playClosedLoop({ ...setup, waitingBatchesGrow }, 40);
      expect((requestsPerSecond * latencySeconds) / 40).toBeCloseTo(1, 1);
    }
  });
});

describe("the search", () => {
  test("finds the least cost of coupled values within their bounds", () => {
    const cost = ([x = 0, y = 0]: readonly number[]): number => Math.abs(x + y - 3) + Math.abs(x - 2);
    const found = patternSearch(cost, { start: [0, 0], steps: [1, 1], least: [0, 0] });
    expect(found).toEqual({ values: [2, 1], cost: 0 });
    const bounded = patternSearch(cost, { start: [0, 1.5], steps: [0.5, 0], least: [0, 0] });
    expect(bounded.values[1]).toBe(1.5);
  });
});

describe.skipIf(SECTIONS.length === 0)(`published tables (skipped where ${FILE} is missing)`, () => {
  test("are read whole", () => {
    const points = SECTIONS.flatMap((section) => section.points);
    expect(points).toHaveLength(1630);
    expect(SECTIONS.filter(({ isOnline }) => isOnline)).toHaveLength(42);
  });

  test("one model's unseen points are predicted from a quarter of them", () => {
    const online = SECTIONS.filter(
      ({ isOnline, family }) => isOnline && family === "TensorFlow2 WideAndDeep",
    );
    const errors = online.flatMap((section) => {
      const offline = offlineOf(section, SECTIONS);
      return offline === undefined ? [] : fitOnline(section, offline).errors;
    });
    const medianOf = (values: readonly number[]): number =>
      [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 1;
    expect(errors).toHaveLength(96);
    expect(medianOf(errors.map(({ throughput }) => throughput))).toBeLessThan(0.095);
    expect(medianOf(errors.map(({ latency }) => latency))).toBeLessThan(0.058);
  });
});
