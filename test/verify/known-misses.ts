// Where the simulation of a recording is out of its bounds for a reason that is known and is not the simulator's.

const RACING_BURST =
  "100 requests reach three servers within 2 ms: whether the first execution takes one or more of them is a race " +
  "between the server's threads (15 executions measured, 16 by the rules)";

/** By recording, model and figure. */
export const KNOWN_MISSES: Readonly<Record<string, string>> = {
  "K-idle-burst/ranker/meanBatch": RACING_BURST,
};
