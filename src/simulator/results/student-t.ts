// Student's t: how wide an interval must be when the deviation itself is estimated from few runs.

const CONTINUED_FRACTION_STEPS = 300;
const TINY = 1e-300;
const BISECTION_STEPS = 200;
/** Lanczos coefficients (g = 7, n = 9), relative error below 1e-14 for positive arguments. */
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];

/**
 * Returns the t that a Student variable stays within, plus or minus, with probability `confidence` (0 < … < 1), by
 * bisection on its distribution function; `degrees` of freedom ≥ 1. The result is good to about 12 digits.
 */
export function studentQuantile(confidence: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (probabilityWithin(high, degrees) < confidence) high *= 2;
  for (let step = 0; step < BISECTION_STEPS && high - low > 1e-14 * high; step += 1) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Returns the probability that a Student variable lies within ± t. */
function probabilityWithin(t: number, degrees: number): number {
  const square = t * t;
  return regularizedBeta(square / (degrees + square), 0.5, degrees / 2);
}

/** Returns the regularized incomplete beta function I_x(a, b); its continued fraction converges fast below the mean. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a);
  return Math.exp(logFront) * betaContinuedFraction(x, a, b);
}

/** Returns the continued fraction of I_x(a, b), evaluated forward (Lentz). */
function betaContinuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= CONTINUED_FRACTION_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

function logGamma(z: number): number {
  const base = z + 6.5;
  let sum = LANCZOS[0] ?? 1;
  for (let index = 1; index < LANCZOS.length; index += 1) sum += (LANCZOS[index] ?? 0) / (z - 1 + index);
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(base) - base + Math.log(sum);
}
