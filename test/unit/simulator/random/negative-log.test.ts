// The logarithm from a table, against the one of the machine.

import { describe, expect, it } from "vitest";
import { negativeLog } from "../../../../src/simulator/random/negative-log.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";

const ALL = 2 ** 32;

describe("the logarithm of a drawn number", () => {
  it.each([
    ["of the least", 1, ALL],
    ["of the largest", ALL - 1, 1000],
    ["of a half", ALL / 2 + 1, 1000],
    ["all over", 1, 99_991],
    ["where a part ends and the exact one begins", 255 * 2 ** 24 - 500, 1],
  ])("is within 10⁻¹³ of it: %s", (_, first, step) => {
    let worst = 0;
    for (let count = 0; count < 50_000 && first + count * step < ALL; count += 1) {
      const whole = first + count * step;
      const exact = -Math.log(whole / ALL);
      worst = Math.max(worst, Math.abs(negativeLog(whole) - exact) / exact);
    }
    expect(worst).toBeLessThan(1e-13);
  });

  it("gives a block the exponential numbers that are drawn one by one", () => {
    const block = new Float64Array(100_000);
    randomStream(7, "block").fillExponential(block);
    const single = randomStream(7, "block");
    const worst = block.reduce((most, drawn) => {
      const exact = single.exponential();
      return Math.max(most, Math.abs(drawn - exact) / exact);
    }, 0);
    expect(worst).toBeLessThan(1e-13);
  });
});
