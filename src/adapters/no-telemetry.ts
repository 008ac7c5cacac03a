// Telemetry of a command that exports no metrics.

import type { Telemetry } from "../ports/telemetry.ts";

const nothing = (): void => {};

/** Takes everything and keeps nothing. */
export const NO_TELEMETRY: Telemetry = {
  tick: nothing,
  sourceQuery: nothing,
  decision: nothing,
  policyRemoved: nothing,
  policiesReloaded: nothing,
  grpcRequest: nothing,
  scaledObjectRequest: nothing,
  streams: nothing,
};
