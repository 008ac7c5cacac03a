// The logarithm of the numbers that a stream draws: whole ones over 2³², for which a table and a short series do.

/** Numbers of one binary order fall into so many equal parts, each with a point of its own to reckon from. */
const PARTS_BITS = 7;
const PARTS = 1 << PARTS_BITS;
const PART_SHIFT = 31 - PARTS_BITS;
const SCALE = 2 ** -32;

/** One over each part's point, in [½, 1), and minus the logarithm of the point; the last one is 1, so that near it all is exact. */
const RECIPROCALS = Float64Array.from({ length: PARTS }, (_, part) =>
  part === PARTS - 1 ? 1 : (2 * PARTS) / (PARTS + part + 0.5),
);
const NEGATIVE_LOGS = RECIPROCALS.map((reciprocal) => Math.log(reciprocal));

/** Returns −ln(whole / 2³²) of a whole number in [1, 2³²), or its 32 bits with a sign, within 10⁻¹³ of it. */
export function negativeLog(whole: number): number {
  const zeros = Math.clz32(whole);
  const aligned = whole << zeros;
  const part = (aligned >>> PART_SHIFT) & (PARTS - 1);
  const excess = (aligned >>> 0) * SCALE * (RECIPROCALS[part] ?? 1) - 1;
  return zeros * Math.LN2 + (NEGATIVE_LOGS[part] ?? 0) - logOfOnePlus(excess);
}

/** The series of ln(1 + x), exact to 10⁻¹⁷ where |x| ≤ 2⁻⁸. */
function logOfOnePlus(x: number): number {
  return x * (1 - x * (1 / 2 - x * (1 / 3 - x * (1 / 4 - x * (1 / 5 - x * (1 / 6))))));
}
