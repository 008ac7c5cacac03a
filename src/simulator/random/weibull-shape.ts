// Weibull distributions by their coefficient of variation.

/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const LANCZOS_G = 7;
/** Their coefficients of variation, about 10⁵ and 10⁻³, are beyond any traffic. */
const SHAPE_MIN = 0.05;
const SHAPE_MAX = 1000;
const HALVINGS = 60;

/** Returns ln Γ(x) for x ≥ 1, to about 14 digits (Lanczos' approximation). */
export function logGamma(x: number): number {
  const below = x - 1;
  const shifted = below + LANCZOS_G + 0.5;
  const sum = LANCZOS.reduce(
    (total, term, index) => (index === 0 ? term : total + term / (below + index)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (below + 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}

/** Returns the mean of a Weibull distribution of that shape and scale 1: Γ(1 + 1/shape). */
export function weibullMean(shape: number): number {
  return Math.exp(logGamma(1 + 1 / shape));
}

/**
 * Returns the shape whose coefficient of variation is `cv`, from cv² + 1 = Γ(1 + 2/shape) ÷ Γ(1 + 1/shape)², which
 * falls as the shape grows. Within 0.05…1000.
 */
export function weibullShape(cv: number): number {
  const wanted = Math.log1p(cv * cv);
  let [low, high] = [SHAPE_MIN, SHAPE_MAX];
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = Math.sqrt(low * high);
    if (logGamma(1 + 2 / middle) - 2 * logGamma(1 + 1 / middle) > wanted) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
