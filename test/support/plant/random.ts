// Seeded randomness for test plants: equal seeds give equal runs on every machine.

/** A stream of random numbers that its seed determines. */
export type RandomStream = {
  /** Returns the next number, uniform in [0, 1). */
  readonly uniform: () => number;
  /** Returns the next exponential number of mean 1. */
  readonly exponential: () => number;
  /** Returns the next normal number of mean 0 and deviation 1. */
  readonly normal: () => number;
};

/** Returns the stream of a seed (sfc32 behind a few rounds of mixing, so near seeds give unlike streams). */
export function randomStream(seed: number): RandomStream {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162 + seed;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 16; round += 1) next();
  const exponential = (): number => -Math.log(1 - next());
  const normal = (): number => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * next());
  return { uniform: next, exponential, normal };
}

/** Returns a log-normal number of the given median; its 95th percentile is `spread` times the median. */
export function logNormal(
  random: RandomStream,
  { median, spread }: { readonly median: number; readonly spread: number },
): number {
  return median * Math.exp((Math.log(spread) / 1.645) * random.normal());
}
