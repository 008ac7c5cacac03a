// The batch sizes that a scenario can give a time to.

const BATCH_MAX = 65_536;

/** In words, for messages. */
export const BATCH_SIZES = `a whole number from 1 to ${BATCH_MAX}`;

/** Returns whether a number is such a batch size. */
export function isBatchSize(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= BATCH_MAX;
}
