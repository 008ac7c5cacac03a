// Where the simulation of a recording is out of its bounds for a reason that is known and is not the simulator's.

const MISSED_WAKE_UP =
  "the server sleeps through about one completion in seventeen while its queue is full: no batch starts until its 500 ms " +
  "are over, by when all 16 waiting requests have timed out (gaps of 400 ms after a completion, then 16 refusals at " +
  "once: 84 times in 1,454 executions of the surge); the race is the server's, and the simulator wakes at every completion";

const RACING_BURST =
  "100 requests reach three servers within 2 ms: whether the first execution takes one or more of them is a race " +
  "between the server's threads (15 executions measured, 16 by the rules)";

/** By recording, model and figure. */
export const KNOWN_MISSES: Readonly<Record<string, string>> = {
  "G-surge-rejects/embedder/p50": MISSED_WAKE_UP,
  "G-surge-rejects/embedder/meanWait": MISSED_WAKE_UP,
  "G-surge-rejects/embedder/meanBatch": MISSED_WAKE_UP,
  "K-idle-burst/ranker/meanBatch": RACING_BURST,
};
