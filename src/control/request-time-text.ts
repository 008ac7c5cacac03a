// Where a request's time goes, in a line.

import type { RequestTime } from "../domain/observation.ts";
import { requestTimeParts } from "../domain/request-time.ts";
import { secondsText, shortNumber } from "./text-row.ts";

/** Returns the parts that take any time, as `queue 12ms, infer 410ms`, and the batch that requests go in. */
export function requestTimeText(time: RequestTime): string {
  const parts = requestTimeParts(time).filter(([, seconds]) => seconds >= 0.00005);
  const spent = parts.map(([part, seconds]) => `${part} ${secondsText(seconds)}`).join(", ");
  const batch = time.meanBatch === null ? "" : `, in batches of ${shortNumber(time.meanBatch)}`;
  return `${spent === "" ? "no time at all" : spent}${batch}`;
}
