// The decision sink of a service that keeps no decision log.

import type { DecisionSink } from "../ports/decision-sink.ts";

/** Takes every record and keeps none. */
export const noDecisions: DecisionSink = {
  write() {},
  async flush() {},
  async close() {},
};
