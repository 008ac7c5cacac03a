// Rules 5 and 6: usable samples, and how much a counter rose.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/domain/units.ts";
import { increaseOf } from "../../../src/observe/increase.ts";
import { SampleRanges } from "../../../src/observe/sample-ranges.ts";
import { usableTrack } from "../../../src/observe/track.ts";
import { at } from "../../support/builders.ts";
import { aSeries, type Points } from "../../support/samples-builder.ts";

const MAX_AGE = seconds(30);

function increase(points: Points, { from, to }: { readonly from: number; readonly to: number }) {
  const track = usableTrack(aSeries("f", points), at(to));
  return increaseOf([track], { at: at(to), span: seconds(to - from) }, new SampleRanges(MAX_AGE));
}

describe("the increase of a counter in (40, 100]", () => {
  it.each<[string, Points, ReturnType<typeof increase>]>([
    ["no sample", [], null],
    [
      "only samples from before",
      [
        [10, 1],
        [40, 5],
      ],
      null,
    ],
    ["the first sample of a series gives nothing", [[50, 700]], { increase: 0, from: at(50), to: at(50) }],
    [
      "the base is the last sample at or before the start",
      [
        [30, 1],
        [40, 5],
        [100, 25],
      ],
      { increase: 20, from: at(40), to: at(100) },
    ],
    [
      "a base may be maxAge older than the start",
      [
        [10, 5],
        [100, 25],
      ],
      { increase: 20, from: at(10), to: at(100) },
    ],
    [
      "an older one may not",
      [
        [9.999, 5],
        [60, 20],
        [100, 25],
      ],
      { increase: 5, from: at(60), to: at(100) },
    ],
    [
      "a decrease is a restart: the new value counts in full",
      [
        [40, 100],
        [60, 110],
        [70, 3],
        [100, 8],
      ],
      { increase: 18, from: at(40), to: at(100) },
    ],
    [
      "a restart to zero gives nothing more",
      [
        [40, 100],
        [60, 0],
        [100, 0],
      ],
      { increase: 0, from: at(40), to: at(100) },
    ],
    [
      "standing still",
      [
        [40, 7],
        [100, 7],
      ],
      { increase: 0, from: at(40), to: at(100) },
    ],
    [
      "samples after the window are not in it",
      [
        [40, 1],
        [90, 2],
        [101, 50],
      ],
      { increase: 1, from: at(40), to: at(90) },
    ],
    [
      "unusable samples are as if never scraped",
      [
        [40, 1],
        [50, NaN],
        [60, Infinity],
        [70, -1],
        [80, 2 ** 53 + 2],
        [100, 4],
      ],
      { increase: 3, from: at(40), to: at(100) },
    ],
  ])("%s", (_, points, expected) => {
    expect(increase(points, { from: 40, to: 100 })).toEqual(expected);
  });

  it("adds up over adjacent windows", () => {
    const values = fc.array(fc.nat(1000), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(values, fc.integer({ min: 20, max: 80 }), (counts, middle) => {
        const points = counts.map((count, t) => [t, count] as const);
        const over = (from: number, to: number): number => increase(points, { from, to })?.increase ?? 0;
        expect(over(10, middle) + over(middle, 90)).toBe(over(10, 90));
      }),
    );
  });
});
