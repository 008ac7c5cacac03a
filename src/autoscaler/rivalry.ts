// Whether somebody else sets the replicas of a workload against us: then we stop, and come back when it is quiet.

import { elapsed, type Instant, minutes } from "../domain/units.ts";

export type Rivalry = {
  /** The number as we last saw it, by our own write or another's. */
  readonly lastSeen: number | null;
  /** Whether that number is one that we wrote. */
  readonly isOurs: boolean;
  /** When others put another number in the place of ours, in the last `WATCHED_FOR`. */
  readonly overruledAt: readonly Instant[];
  /** When anybody else last changed the number. */
  readonly foreignAt: Instant | null;
  readonly isContested: boolean;
};

export const NO_RIVALRY: Rivalry = {
  lastSeen: null,
  isOurs: false,
  overruledAt: [],
  foreignAt: null,
  isContested: false,
};

/** Overruled so often within `WATCHED_FOR`, we no longer write. One `kubectl scale` is no fight. */
const OVERRULED_MOST = 3;
const WATCHED_FOR = minutes(10);
/** After so long without a change by others we try again. */
const QUIET_FOR = minutes(10);

/** Takes in the number as it is read at `at`. */
export function sawReplicas(rivalry: Rivalry, desired: number, at: Instant): Rivalry {
  const isForeign = rivalry.lastSeen !== null && rivalry.lastSeen !== desired;
  const recent = rivalry.overruledAt.filter((instant) => elapsed(instant, at) < WATCHED_FOR);
  const overruledAt = isForeign && rivalry.isOurs ? [...recent, at] : recent;
  const foreignAt = isForeign ? at : rivalry.foreignAt;
  const isQuiet = foreignAt === null || elapsed(foreignAt, at) >= QUIET_FOR;
  const isContested = rivalry.isContested ? !isQuiet : overruledAt.length >= OVERRULED_MOST;
  return {
    lastSeen: desired,
    isOurs: isForeign ? false : rivalry.isOurs,
    overruledAt: rivalry.isContested && !isContested ? [] : overruledAt,
    foreignAt,
    isContested,
  };
}

/** Takes in that we set the number. */
export function wroteReplicas(rivalry: Rivalry, replicas: number): Rivalry {
  return { ...rivalry, lastSeen: replicas, isOurs: true };
}
