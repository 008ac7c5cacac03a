// Waiting for a condition instead of for a time.

const LIMIT_MS = 10_000;

/** Resolves as soon as `condition` gives true, looked at between turns of the event loop; rejects after ten seconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = "the condition",
): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
