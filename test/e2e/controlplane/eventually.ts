// Waiting for what another process brings about: looked at ten times a second, so that looking costs it nothing.

import { setTimeout as wait } from "node:timers/promises";

const LOOKS_EVERY_MS = 100;
/** Ends what hangs: how long it takes is the machine's affair. */
const WITHIN_MS = 180_000;

/** What waiting does not mend: it is over at once. */
export class Hopeless extends Error {}

/**
 * Resolves with what `look` gives as soon as that is not null; what it throws counts as null, unless it is hopeless.
 * Rejects after `withinMs` with what was waited for and the last error.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null> | T | null,
  withinMs = WITHIN_MS,
): Promise<T> {
  const limit = performance.now() + withinMs;
  for (;;) {
    let trouble = "";
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (thrown) {
      if (thrown instanceof Hopeless) throw thrown;
      trouble = `: ${String(thrown)}`;
    }
    if (performance.now() > limit) throw new Error(`waited in vain for ${what}${trouble}`);
    await wait(LOOKS_EVERY_MS);
  }
}
