// Loads other than requests/s that size the fleet: requests in flight, and what a query measures.

import type { InFlightReading } from "../domain/observation.ts";
import type { LoadSignalPolicy } from "../domain/policy.ts";
import type { TickContext } from "./context.ts";
import { capped, loadWish, MISSING_REASONS, type Wish } from "./wish.ts";

type Load = Pick<InFlightReading, "state" | "value">;

/** Returns the wish of a load whose target is declared: of `inFlight` before its caps, or of a custom load. */
export function declaredLoadWish(
  { state, value }: Load,
  { targetPerReplica }: Pick<LoadSignalPolicy, "targetPerReplica">,
  context: TickContext,
): Wish {
  if (state === "idle") return { replicas: 0, reason: "IDLE" };
  if (state !== "live") return { replicas: null, reason: MISSING_REASONS[state] };
  return value === null ? { replicas: null, reason: "ABSENT" } : loadWish(value, targetPerReplica, context);
}

/**
 * Returns the wish of `inFlight` (rule 10). It is a stock: it doubles R at most, and asks for no more than S while
 * replicas start or while what waits is shrinking, or it would compound.
 */
export function inFlightWish(reading: InFlightReading, signal: LoadSignalPolicy, context: TickContext): Wish {
  const { desired, ready, starting } = context;
  const wish = declaredLoadWish(reading, signal, context);
  const doubled = capped(wish, Math.max(desired, 2 * ready), wish.reason);
  if (starting > 0) return capped(doubled, desired, "REPLICAS_STARTING");
  return shrinking(reading) ? capped(doubled, desired, "RESIDUE") : doubled;
}

/** Returns whether fewer requests wait at the end of the window than at its start. */
export function shrinking({ newest, oldest }: Pick<InFlightReading, "newest" | "oldest">): boolean {
  return newest !== null && oldest !== null && newest < oldest;
}
