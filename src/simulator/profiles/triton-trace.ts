// Triton's own trace (`--trace-config`): when each traced request was executed. Those whose execution began at the same
// nanosecond were one batch.

import { JsonValue } from "./json-value.ts";
import { chosenModel } from "./model-choice.ts";
import { ProfileProblem } from "./profile-problem.ts";
import type { ServiceMeasurement } from "./service-measurement.ts";
import { pooledSpread } from "./spread.ts";

const NS_PER_SECOND = 1e9;

type Traced = { model: string | null; start: number | null; end: number | null };
type TracedBatch = { requests: number; end: number };

export type TraceOptions = {
  /** Batch dimension of each request, which the trace does not hold; null = 1. */
  readonly batch: number | null;
  readonly model: string | null;
};

/** Returns mean execution times by batch size, and their spread. Throws ProfileProblem. */
export function parseTritonTrace(text: string, options: TraceOptions): ServiceMeasurement {
  const requests = tracedRequests(JsonValue.parse(text));
  const model = chosenModel(
    requests.flatMap((request) => request.model ?? []),
    options.model,
  );
  const batches = new Map<number, TracedBatch>();
  for (const { start, end, model: own } of requests) {
    if (own !== model || start === null || end === null) continue;
    const batch = batches.get(start) ?? { requests: 0, end };
    batch.requests += 1;
    batch.end = Math.max(batch.end, end);
    batches.set(start, batch);
  }
  if (batches.size === 0)
    throw new ProfileProblem(
      null,
      `no request of ${model} has COMPUTE_START and COMPUTE_END; trace with level=TIMESTAMPS`,
    );
  const times = timesBySize(batches, options.batch ?? 1);
  return {
    model,
    batches: [...times].map(([batch, seconds]) => ({
      batch,
      seconds: seconds.reduce((sum, one) => sum + one, 0) / seconds.length,
      executions: seconds.length,
    })),
    spread: pooledSpread([...times.values()]),
    overheadSeconds: null,
    remarks: [
      "Every request must have been traced (rate=1): of a sampled trace batches look smaller than they were.",
      `Each request counts as ${options.batch ?? 1} in its batch.`,
    ],
  };
}

/** Lines of one request stand anywhere in the file. */
function tracedRequests(document: JsonValue): readonly Traced[] {
  const requests = new Map<number, Traced>();
  for (const entry of document.items()) {
    const id = entry.member("id").amount();
    const request = requests.get(id) ?? { model: null, start: null, end: null };
    requests.set(id, request);
    if (entry.has("model_name")) request.model = entry.member("model_name").text();
    if (!entry.has("timestamps")) continue;
    for (const stamp of entry.member("timestamps").items()) {
      const name = stamp.member("name").text();
      if (name === "COMPUTE_START") request.start = stamp.member("ns").amount();
      if (name === "COMPUTE_END") request.end = stamp.member("ns").amount();
    }
  }
  return [...requests.values()];
}

function timesBySize(
  batches: ReadonlyMap<number, TracedBatch>,
  requestBatch: number,
): ReadonlyMap<number, readonly number[]> {
  const times = new Map<number, number[]>();
  for (const [start, { requests, end }] of batches) {
    const size = requests * requestBatch;
    const same = times.get(size) ?? [];
    same.push((end - start) / NS_PER_SECOND);
    times.set(size, same);
  }
  return new Map([...times].sort(([one], [other]) => one - other));
}
