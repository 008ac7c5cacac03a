// How long to stay away after failures in a row: doubling, spread by chance, and no shorter than the server asks.

import type { ApiFailure } from "./api-failure.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const MOST_DOUBLINGS = 10;

/**
 * Returns the milliseconds to wait after `failures` failures in a row (at least 1): 0.5 s, 1 s, … up to 15 s, each
 * between half and one and a half of that, so that processes do not knock together. `Retry-After` is the least.
 */
export function backOffMs(failures: number, random: number, failure: ApiFailure | null = null): number {
  const doubled = FIRST_WAIT_MS * 2 ** Math.min(Math.max(0, failures - 1), MOST_DOUBLINGS);
  const spread = Math.min(doubled, LONGEST_WAIT_MS) * (0.5 + random);
  const asked = failure?.retryAfter ?? 0;
  return asked > spread ? asked * (1 + 0.2 * random) : spread;
}
