// The block of a scenario that measured service times become.

import { describe, expect, test } from "vitest";
import { serviceBlock } from "../../../../src/simulator/profiles/service-block.ts";
import { serviceLine } from "../../../../src/simulator/profiles/service-line.ts";
import type { ServiceMeasurement } from "../../../../src/simulator/profiles/service-measurement.ts";

const MEASURED: ServiceMeasurement = {
  model: "ranker",
  batches: [
    { batch: 1, seconds: 0.010_000_4, executions: 100 },
    { batch: 2, seconds: 0.012, executions: 300 },
    { batch: 4, seconds: 0.016, executions: 1 },
  ],
  spread: 0.051_26,
  overheadSeconds: 0.000_45,
  remarks: ["Version 3."],
};

describe("the service block", () => {
  test("holds points to the microsecond, and how well each is known", () => {
    expect(serviceBlock(MEASURED, "stats.json")).toBe(
      [
        "# Service times of ranker, from stats.json.",
        "# Version 3.",
        "# As a line: S(b) = 8.001 ms + 2 ms × b; off by 0.0 % at worst, at batch size 4.",
        "service:",
        "  executionTime:",
        "    1: 10ms # 100 executions",
        "    2: 12ms # 300 executions",
        "    4: 16ms # 1 execution, few",
        "  spread: 0.051",
        "  overhead: 0.45ms",
        "",
      ].join("\n"),
    );
  });

  test("says that nothing is known of a spread, and warns of a single point", () => {
    const batches = [{ batch: 8, seconds: 2e-7, executions: null }];
    const single = { ...MEASURED, model: null, batches, spread: null, overheadSeconds: null, remarks: [] };
    expect(serviceBlock(single, "t.csv")).toBe(
      [
        "# Service times, from t.csv.",
        "# One batch size only: all batches would take as long. Measure more, and join their points.",
        "service:",
        "  executionTime:",
        "    8: 0.001ms",
        "  spread: 0 # not measured: only means are known",
        "",
      ].join("\n"),
    );
  });
});

describe("the line through the points", () => {
  const point = (batch: number, seconds: number, executions: number | null) => ({
    batch,
    seconds,
    executions,
  });

  test("leans on the points with many executions, and names the one that it misses most", () => {
    const line = serviceLine([point(1, 1.1, 1e9), point(2, 1.2, 1e9), point(4, 2.8, 1)]);
    expect(line).toEqual({
      baseSeconds: expect.closeTo(1, 6),
      perItemSeconds: expect.closeTo(0.1, 6),
      worstRatio: expect.closeTo(0.5, 6),
      worstBatch: 4,
    });
  });

  test("is none where two points make any line fit", () => {
    expect(serviceLine([point(1, 1, null), point(2, 5, null)])).toBeNull();
  });
});
