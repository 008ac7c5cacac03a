// Tolerances as Kubernetes quantities, and the doubles that the controller makes of them.

const SCALES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};
const NANOS_PER_UNIT = 1e9;
const NANOS_PER_MILLI = 1e6;
const NANOS_PER_MICRO = 1e3;

/**
 * Returns a canonical quantity (`13m`) as the controller's double: mantissa × 10^exponent, which differs from decimal
 * parsing in the last bit (13 × 0.001).
 */
export function toleranceOfQuantity(quantity: string): number {
  const match = /^([0-9]+)([numkMGTPE]?)$/.exec(quantity);
  return match === null ? Number.NaN : Number(match[1]) * (SCALES[match[2] ?? ""] ?? 1);
}

/** Returns a tolerance, written as a number, as the double that the controller makes of its canonical quantity. */
export function toleranceOfNumber(tolerance: number): number {
  const nanos = Math.round(tolerance * NANOS_PER_UNIT);
  if (nanos % NANOS_PER_UNIT === 0) return nanos / NANOS_PER_UNIT;
  if (nanos % NANOS_PER_MILLI === 0) return (nanos / NANOS_PER_MILLI) * 1e-3;
  if (nanos % NANOS_PER_MICRO === 0) return (nanos / NANOS_PER_MICRO) * 1e-6;
  return nanos * 1e-9;
}
