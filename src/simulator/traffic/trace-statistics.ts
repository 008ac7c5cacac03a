// What a trace is like, in a few numbers.

import { assertNever } from "../../domain/assert.ts";
import {
  type ArrivalsTrace,
  type ClientsTrace,
  type CountsTrace,
  type ScrapedTrace,
  type TraceData,
  traceSeconds,
} from "./trace-data.ts";

/** Numbers that a trace does not tell are null. */
export type TraceStatistics = {
  readonly kind: TraceData["kind"];
  /** Of client windows: as expected. */
  readonly requests: number;
  readonly lengthSeconds: number;
  /** Requests a second. */
  readonly meanRate: number | null;
  /** The highest rate of a bin. */
  readonly peakRate: number | null;
  /** Coefficient of variation of the gaps between arrivals: 1 for Poisson, more for bursts. */
  readonly interarrivalCv: number | null;
  /** Variance ÷ mean of the counts of bins: 1 for a steady Poisson process. */
  readonly fanoFactor: number | null;
  /** A second, or the trace's step or window. */
  readonly binSeconds: number;
};

/** Returns the statistics; only whole bins count for the peak and the Fano factor. */
export function traceStatistics(trace: TraceData): TraceStatistics {
  switch (trace.kind) {
    case "arrivals":
      return arrivalsStatistics(trace);
    case "counts":
      return countsStatistics(trace);
    case "scraped":
      return { ...countsStatistics(allCounts(trace)), kind: "scraped" };
    case "clients":
      return clientsStatistics(trace);
    default:
      return assertNever(trace);
  }
}

/** Mean, variance and largest of numbers as they come (Welford's method: exact where the mean is large). */
class Moments {
  count = 0;
  mean = 0;
  max = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const off = value - this.mean;
    this.mean += off / this.count;
    this.#squares += off * (value - this.mean);
    this.max = Math.max(this.max, value);
  }

  get variance(): number {
    return this.#squares / this.count;
  }

  get fanoFactor(): number | null {
    return this.mean > 0 ? this.variance / this.mean : null;
  }

  get variationCoefficient(): number | null {
    return this.mean > 0 ? Math.sqrt(this.variance) / this.mean : null;
  }
}

function arrivalsStatistics(trace: ArrivalsTrace): TraceStatistics {
  const { times } = trace;
  const lengthSeconds = traceSeconds(trace);
  const [gaps, bins] = [new Moments(), new Moments()];
  let [bin, inBin] = [0, 0];
  for (const [index, time] of times.entries()) {
    if (index > 0) gaps.add(time - (times[index - 1] ?? 0));
    for (; time >= bin + 1; bin += 1, inBin = 0) bins.add(inBin);
    inBin += 1;
  }
  return {
    kind: trace.kind,
    requests: times.length,
    lengthSeconds,
    meanRate: lengthSeconds > 0 ? times.length / lengthSeconds : null,
    peakRate: bins.count > 0 ? bins.max : null,
    interarrivalCv: gaps.variationCoefficient,
    fanoFactor: bins.fanoFactor,
    binSeconds: 1,
  };
}

function countsStatistics(trace: CountsTrace): TraceStatistics {
  const { stepSeconds } = trace;
  const bins = new Moments();
  let requests = 0;
  for (const count of trace.counts) {
    bins.add(count);
    requests += count;
  }
  return {
    kind: trace.kind,
    requests,
    lengthSeconds: traceSeconds(trace),
    meanRate: bins.mean / stepSeconds,
    peakRate: bins.max / stepSeconds,
    interarrivalCv: null,
    fanoFactor: bins.fanoFactor,
    binSeconds: stepSeconds,
  };
}

function allCounts({ stepSeconds, countsByModel }: ScrapedTrace): CountsTrace {
  const [first = new Uint32Array(0), ...others] = countsByModel.values();
  const counts = first.map((count, step) => others.reduce((sum, other) => sum + (other[step] ?? 0), count));
  return { kind: "counts", stepSeconds, counts };
}

function clientsStatistics(trace: ClientsTrace): TraceStatistics {
  const rates = new Map<number, number>();
  for (const { startSeconds, rate } of trace.clients.flat()) {
    rates.set(startSeconds, (rates.get(startSeconds) ?? 0) + rate);
  }
  const lengthSeconds = traceSeconds(trace);
  const requests = [...rates.values()].reduce((sum, rate) => sum + rate, 0) * trace.windowSeconds;
  return {
    kind: trace.kind,
    requests,
    lengthSeconds,
    meanRate: lengthSeconds > 0 ? requests / lengthSeconds : null,
    peakRate: [...rates.values()].reduce((peak, rate) => Math.max(peak, rate), 0),
    interarrivalCv: null,
    fanoFactor: null,
    binSeconds: trace.windowSeconds,
  };
}
