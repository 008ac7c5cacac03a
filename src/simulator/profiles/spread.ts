// How much the times of equal work differ.

/**
 * Returns the coefficient of variation of times within groups of equal work, each group against its own mean; null where
 * no group has two.
 */
export function pooledSpread(groups: readonly (readonly number[])[]): number | null {
  let squares = 0;
  let degrees = 0;
  for (const seconds of groups) {
    const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
    if (seconds.length < 2 || mean === 0) continue;
    for (const one of seconds) squares += (one / mean - 1) ** 2;
    degrees += seconds.length - 1;
  }
  return degrees === 0 ? null : Math.sqrt(squares / degrees);
}
