// How far predictions from calibrated service profiles may be off, and where it is known why they are.

type Bound = { readonly median: number; readonly p90: number };
type Bounds = { readonly throughput: Bound; readonly latency: Bound };

/** Relative errors, by kind of section: what one fitted contention reaches where the tables say all that it needs. */
const BOUNDS: Readonly<Record<string, Bounds>> = {
  "Online PyTorch GPUNet": bounds(0.057, 0.048),
  "Online PyTorch TFT": bounds(0.127, 0.074),
  "Online TensorFlow2 WideAndDeep": bounds(0.095, 0.058),
};
/** Of all others: the project's own aim. */
const OTHERS: Bounds = {
  throughput: { median: 0.1, p90: 0.3 },
  latency: { median: 0.1, p90: 0.3 },
};

/** By `kind/figure/measure`. */
export const KNOWN_PROFILE_MISSES: Readonly<Record<string, string>> = {};

/** Returns the bounds of a kind of section. */
export function boundsOf(kind: string): Bounds {
  return BOUNDS[kind] ?? OTHERS;
}

function bounds(throughput: number, latency: number): Bounds {
  return { throughput: { median: throughput, p90: 0.4 }, latency: { median: latency, p90: 0.4 } };
}
