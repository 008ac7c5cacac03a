// perf_analyzer's export (`--profile-export-file`): when each request was sent and answered, in nanoseconds.

import { JsonValue } from "./json-value.ts";
import { ProfileProblem } from "./profile-problem.ts";
import type { ServiceMeasurement } from "./service-measurement.ts";
import { pooledSpread } from "./spread.ts";

const NS_PER_SECOND = 1e9;

/**
 * Returns mean and spread of the latencies at the least load. One request at a time waits for nothing, so its latency is
 * an execution and the way there and back. `batch` is the size of the requests, which the file does not hold. Throws
 * ProfileProblem.
 */
export function parsePerfAnalyzerJson(text: string, batch: number | null): ServiceMeasurement {
  if (batch === null)
    throw new ProfileProblem(null, "it does not hold the batch size; give that of the requests with --batch");
  const experiments = JsonValue.parse(text).member("experiments").items();
  const loadOf = (entry: JsonValue): number => entry.member("experiment").member("value").amount();
  const [first, ...others] = experiments;
  if (first === undefined) throw new ProfileProblem("experiments", "there is no experiment in it");
  const least = others.reduce((one, other) => (loadOf(other) < loadOf(one) ? other : one), first);
  const seconds = least.member("requests").items().flatMap(latencyOf);
  if (seconds.length === 0)
    throw new ProfileProblem(least.member("requests").where, "no request was answered");
  const mean = seconds.reduce((total, one) => total + one, 0) / seconds.length;
  const mode = least.member("experiment").member("mode").text();
  return {
    model: null,
    batches: [{ batch, seconds: mean, executions: seconds.length }],
    spread: pooledSpread([seconds]),
    overheadSeconds: null,
    remarks: [
      `${mode} ${loadOf(least)}, the least of ${experiments.length} measured.`,
      "These are whole latencies: network included, and waiting too where more than one request was on its way.",
    ],
  };
}

/** Of a decoupled model up to its last response; none where there was no response. */
function latencyOf(request: JsonValue): readonly number[] {
  const answers = request.member("response_timestamps").items();
  const last = answers.at(-1);
  if (last === undefined) return [];
  const ns = last.amount() - request.member("timestamp").amount();
  if (ns <= 0) throw new ProfileProblem(last.where, "is not after the request");
  return [ns / NS_PER_SECOND];
}
