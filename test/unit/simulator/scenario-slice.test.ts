// A stretch of a scenario as a scenario of its own, and the stretch with the highest load.

import { describe, expect, it } from "vitest";
import type { Fault, GeneratedTraffic, TracedTraffic, TrafficStream } from "../../../src/domain/scenario.ts";
import { instant } from "../../../src/domain/units.ts";
import { arrivalSlots, busiestStretch } from "../../../src/simulator/busiest-stretch.ts";
import { sliceScenario } from "../../../src/simulator/scenario-slice.ts";
import { aScenario, aWorkloadOf } from "../../support/simulation/scenario.ts";

const START = Date.UTC(2026, 0, 5);

const RAMP: GeneratedTraffic = {
  kind: "generated",
  generator: { kind: "poisson" },
  phases: [
    { forSeconds: 600, fromRate: 10, toRate: 10 },
    { forSeconds: 1000, fromRate: 10, toRate: 110 },
  ],
};

function traced(fromSeconds: number, forSeconds: number | null): TracedTraffic {
  const stretch = { fromSeconds, forSeconds, multiply: 2, thin: 1 };
  return { kind: "traced", path: "day.csv", format: "counts-per-second", ...stretch };
}

function crash(atSeconds: number): Fault {
  return { kind: "replica-crash", count: 1, atSeconds, forSeconds: 0 };
}

function outage(atSeconds: number, forSeconds: number): Fault {
  return { kind: "metrics-outage", atSeconds, forSeconds };
}

function sliced(traffic: TrafficStream, faults: readonly Fault[] = []) {
  const scenario = aScenario({
    start: instant(START),
    durationSeconds: 1600,
    warmupSeconds: 60,
    workloads: [aWorkloadOf(traffic)],
    faults,
  });
  return sliceScenario(scenario, { fromSeconds: 1000, toSeconds: 1500, leadSeconds: 200 });
}

describe("a stretch of a scenario", () => {
  it("begins with its lead, which does not count, at the instant of the whole scenario", () => {
    const { start, durationSeconds, warmupSeconds } = sliced(RAMP);
    expect({ start, durationSeconds, warmupSeconds }).toEqual({
      start: instant(START + 800_000),
      durationSeconds: 700,
      warmupSeconds: 200,
    });
  });

  it("from the beginning on keeps the scenario's own warm-up", () => {
    const whole = aScenario({ start: instant(START), durationSeconds: 1600, warmupSeconds: 60 });
    expect(sliceScenario(whole, { fromSeconds: 0, toSeconds: 400, leadSeconds: 200 })).toMatchObject({
      start: instant(START),
      durationSeconds: 400,
      warmupSeconds: 60,
    });
  });

  it.each([
    {
      name: "a ramp goes on from where it is",
      traffic: RAMP,
      expected: [{ ...RAMP, phases: [{ forSeconds: 800, fromRate: 30, toRate: 110 }] }],
    },
    { name: "a trace goes on", traffic: traced(50, null), expected: [traced(850, null)] },
    { name: "a trace that ends", traffic: traced(50, 900), expected: [traced(850, 100)] },
    { name: "a trace that is over", traffic: traced(50, 700), expected: [] },
  ])("$name", ({ traffic, expected }) => {
    expect(sliced(traffic).workloads[0]?.models[0]?.traffic).toEqual(expected);
  });

  it("faults: what happens once does so in its stretch only, what lasts is on from the beginning", () => {
    const { faults } = sliced(RAMP, [
      crash(500),
      crash(900),
      outage(700, 300),
      outage(100, 300),
      outage(1400, 60),
    ]);
    expect(faults).toEqual([crash(100), outage(0, 200), outage(600, 60)]);
  });
});

describe("the busiest stretch", () => {
  const hour = new Uint32Array(3600).fill(1);
  hour.fill(5, 1800, 2100);
  const slots = arrivalSlots([hour, new Uint32Array(3600).fill(2)]);

  it.each([
    { name: "where most requests arrive", of: [0, 3600], length: 300, expected: [1800, 2100] },
    { name: "the first of equals", of: [0, 3600], length: 1200, expected: [900, 2100] },
    { name: "within the stretch only", of: [0, 1200], length: 300, expected: [0, 300] },
    { name: "all of a short one", of: [600, 1200], length: 900, expected: [600, 1200] },
  ])("$name", ({ of: [fromSeconds = 0, toSeconds = 0], length, expected: [from, to] }) => {
    expect(busiestStretch(slots, { fromSeconds, toSeconds }, length)).toEqual({
      fromSeconds: from,
      toSeconds: to,
    });
  });
});
