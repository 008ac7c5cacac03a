// Waiting for a condition instead of for a time.

const LIMIT_MS = 10_000;

/** Resolves as soon as `condition` gives true, looked at between turns of the event loop; rejects after `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = "the condition",
  limitMs = LIMIT_MS,
): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
