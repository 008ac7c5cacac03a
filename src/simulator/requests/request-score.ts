// How the counted requests of one model fared.

import type { RequestCounts } from "../../domain/simulation-result.ts";
import type { ArrivalWindow } from "../triton/batch-server.ts";
import type { ArrivalRun } from "./arrival-queue.ts";
import { HISTOGRAM_BUCKETS, LatencyHistogram, quantileOf } from "./latency-histogram.ts";

/** What one model's score goes by. */
export type ScoreSettings = {
  /** An answer within it is good. */
  readonly objectiveSeconds: number;
  /** Network and front end, added to each latency. */
  readonly overheadSeconds: number;
  /** Requests that arrive before it do not count. */
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
};

/** Counted requests of one model: those that arrived from the end of the warm-up on. */
export class RequestScore {
  /** Executions that began after the warm-up, and the sum of their batch dimensions. */
  executions = 0;
  inferences = 0;
  /** Succeeded within the objective. */
  good = 0;
  /** Of succeeded requests in seconds: arrival at the balancer → answer, overhead included. */
  readonly latency = new LatencyHistogram();
  /** Of succeeded requests in seconds: arrival at the balancer → begin of the execution. */
  readonly queue = new LatencyHistogram();
  /** By second of arrival, from t = 0. */
  readonly arrivedBySecond: Uint32Array;
  readonly goodBySecond: Uint32Array;
  readonly settings: ScoreSettings;
  #arrived = 0;
  #rejected = 0;
  #timedOut = 0;
  #failed = 0;
  #unfinished = 0;
  readonly #windowBefore = new Uint32Array(HISTOGRAM_BUCKETS);
  #windowCountBefore = 0;

  constructor(settings: ScoreSettings) {
    this.settings = settings;
    const seconds = Math.ceil(settings.durationSeconds) + 1;
    this.arrivedBySecond = new Uint32Array(seconds);
    this.goodBySecond = new Uint32Array(seconds);
  }

  get counts(): RequestCounts {
    return {
      arrived: this.#arrived,
      succeeded: this.latency.count,
      rejected: this.#rejected,
      timedOut: this.#timedOut,
      failed: this.#failed,
      unfinished: this.#unfinished,
    };
  }

  arrived({ times, from, to }: ArrivalRun): void {
    const { arrivedBySecond } = this;
    const { warmupSeconds } = this.settings;
    let place = from;
    while (place < to && (times[place] ?? 0) < warmupSeconds) place += 1;
    this.#arrived += to - place;
    while (place < to) {
      const second = Math.floor(times[place] ?? 0);
      const begin = place;
      if ((times[to - 1] ?? 0) < second + 1) place = to;
      while (place < to && (times[place] ?? 0) < second + 1) place += 1;
      arrivedBySecond[second] = (arrivedBySecond[second] ?? 0) + place - begin;
    }
  }

  executed(startedAt: number, size: number): void {
    if (startedAt < this.settings.warmupSeconds) return;
    this.executions += 1;
    this.inferences += size;
  }

  answered(
    arrivedAt: number,
    { startedAt, finishesAt }: { readonly startedAt: number; readonly finishesAt: number },
  ): void {
    const { warmupSeconds, overheadSeconds, objectiveSeconds } = this.settings;
    if (arrivedAt < warmupSeconds) return;
    const latency = finishesAt + overheadSeconds - arrivedAt;
    this.latency.add(latency);
    this.queue.add(startedAt - arrivedAt);
    if (latency > objectiveSeconds) return;
    this.good += 1;
    const second = Math.floor(arrivedAt);
    this.goodBySecond[second] = (this.goodBySecond[second] ?? 0) + 1;
  }

  /** Counts an execution that has ended and its answers at once. */
  answeredBatch(batch: ArrivalWindow): void {
    const { times, mask, first, count, startedAt, finishesAt } = batch;
    const { warmupSeconds, overheadSeconds, objectiveSeconds } = this.settings;
    this.executed(startedAt, batch.size);
    const answeredAt = finishesAt + overheadSeconds;
    if ((times[first & mask] ?? 0) < warmupSeconds) {
      for (let place = first; place < first + count; place += 1)
        this.answered(times[place & mask] ?? 0, batch);
      return;
    }
    this.latency.addBatch(batch, overheadSeconds, this.queue);
    // Arrivals are in order: those that are late come first.
    let late = 0;
    while (late < count && answeredAt - (times[(first + late) & mask] ?? 0) > objectiveSeconds) late += 1;
    if (late < count) this.#goodArrivals(batch, late);
  }

  rejected(arrivedAt: number): void {
    if (arrivedAt >= this.settings.warmupSeconds) this.#rejected += 1;
  }

  timedOut(arrivedAt: number): void {
    if (arrivedAt >= this.settings.warmupSeconds) this.#timedOut += 1;
  }

  failed(arrivedAt: number): void {
    if (arrivedAt >= this.settings.warmupSeconds) this.#failed += 1;
  }

  /** Ends the score: what has no outcome is unfinished, and as bad as any other without an answer. */
  close(): void {
    const { arrived, succeeded, rejected, timedOut, failed } = this.counts;
    this.#unfinished = arrived - succeeded - rejected - timedOut - failed;
  }

  /** Returns the 99th percentile in seconds of the latencies of requests answered since the last call, null of none. */
  takeWindowP99(): number | null {
    const count = this.latency.count - this.#windowCountBefore;
    const fresh = this.latency.takeFresh(this.#windowBefore);
    this.#windowCountBefore = this.latency.count;
    const largest = this.latency.max();
    return count === 0 || largest === null ? null : Math.min(largest, quantileOf(fresh, count, 0.99));
  }

  /** All but the first `late` of a batch are good. */
  #goodArrivals({ times, mask, first, count }: ArrivalWindow, late: number): void {
    const { goodBySecond } = this;
    this.good += count - late;
    const firstSecond = Math.floor(times[(first + late) & mask] ?? 0);
    if (Math.floor(times[(first + count - 1) & mask] ?? 0) === firstSecond) {
      goodBySecond[firstSecond] = (goodBySecond[firstSecond] ?? 0) + count - late;
      return;
    }
    for (let place = first + late; place < first + count; place += 1) {
      const second = Math.floor(times[place & mask] ?? 0);
      goodBySecond[second] = (goodBySecond[second] ?? 0) + 1;
    }
  }
}
