// Rules 10, 11 and 11b: what waits and what is in flight.

import { describe, expect, it } from "vitest";
import { DECLARED } from "../../support/builders.ts";
import { type Load, observe, server } from "../../support/observed.ts";
import { aPod, aSeries, samplesOf } from "../../support/samples-builder.ts";

describe("pending requests (rule 11)", () => {
  const pendingOf = (...levels: readonly ((t: number) => number)[]) => {
    const pods = levels.map((pending, index) => aPod(`p-${index}`, server({ pending })));
    return observe(samplesOf(...pods), { signals: { pendingRequests: DECLARED.pendingRequests } }).signals
      .pendingRequests;
  };

  it("sums each pod's mean, its oldest and its newest sample", () => {
    expect(
      pendingOf(
        (t) => t - 100,
        () => 1,
      ),
    ).toMatchObject({ value: 94, oldest: 86, newest: 101, capped: null });
  });

  it("takes the newest sample where the window holds fewer than two", () => {
    const pending = aSeries("nv_inference_pending_request_count", [
      [180, 40],
      [195, 10],
    ]);
    const samples = samplesOf(aPod("p", [pending]));
    const { signals } = observe(samples, {
      signals: { pendingRequests: DECLARED.pendingRequests },
      scrape: 15,
    });
    expect(signals.pendingRequests).toMatchObject({ value: 10, oldest: 40, newest: 10 });
  });

  it("caps what stands out on one of three pods at target + 3 × median", () => {
    expect(
      pendingOf(
        () => 100,
        () => 2,
        () => 4,
      )?.capped,
    ).toBe(8 + 3 * 4 + 2 + 4);
    expect(
      pendingOf(
        () => 5,
        () => 5,
        () => 5,
        () => 5,
      )?.capped,
    ).toBe(20);
    expect(
      pendingOf(
        () => 100,
        () => 2,
        () => 4,
        () => 6,
      )?.capped,
    ).toBe(8 + 3 * 5 + 12);
  });
});

describe("in-flight requests (rule 10)", () => {
  it("is request time per second, and never below what waits", () => {
    const value = (load: Load) =>
      observe(samplesOf(aPod("p", server(load))), { signals: { inFlight: DECLARED.inFlight } }).signals
        .inFlight?.value;
    expect(value({ rate: 50, queueMs: 100, computeMs: 100, pending: () => 3 })).toBeCloseTo(10, 9);
    expect(value({ rate: 1, queueMs: 100, computeMs: 100, pending: () => 3 })).toBe(3);
  });
});
