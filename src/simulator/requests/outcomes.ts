// Keeps score of what becomes of requests, and their table where it is wanted; frees them.

import type { ModelScenario } from "../../domain/scenario.ts";
import type { ArrivalWindow, BatchOutcomes } from "../triton/batch-server.ts";
import type { Payload } from "../triton/payload.ts";
import { NONE, type RequestPool } from "../triton/request-pool.ts";
import type { ServerOutcomes } from "../triton/triton-server.ts";
import type { ArrivalRun } from "./arrival-queue.ts";
import { type LatencyQuantiles, RecentLatencies } from "./recent-latencies.ts";
import { RequestScore } from "./request-score.ts";
import { FAILED, REJECTED, RequestLog, type RequestTable, TIMED_OUT } from "./request-table.ts";

/** What of a plane's settings scores go by; seconds. */
export type OutcomeSettings = {
  readonly models: readonly ModelScenario[];
  readonly objectiveSeconds: readonly number[];
  readonly durationSeconds: number;
  readonly warmupSeconds: number;
  readonly keepRequests: boolean;
  readonly latencySummaries?: boolean;
};

/** One score a model. */
export class Outcomes implements ServerOutcomes, BatchOutcomes {
  readonly keepsRows: boolean;
  readonly #requests: RequestPool;
  readonly #scores: readonly RequestScore[];
  readonly #log: RequestLog | null;
  /** By server and model; null = not wanted. */
  readonly #recent: RecentLatencies[][] | null;

  constructor({ models, objectiveSeconds, ...settings }: OutcomeSettings, requests: RequestPool) {
    this.#requests = requests;
    this.#recent = settings.latencySummaries === true ? [] : null;
    this.keepsRows = settings.keepRequests;
    this.#log = settings.keepRequests ? new RequestLog() : null;
    this.#scores = models.map(
      ({ service: { overheadSeconds } }, index) =>
        new RequestScore({ ...settings, overheadSeconds, objectiveSeconds: objectiveSeconds[index] ?? 0 }),
    );
  }

  /** Returns the score of the model with this index. */
  score(model: number): RequestScore {
    const score = this.#scores[model];
    if (score === undefined) throw new RangeError(`there is no model ${model}`);
    return score;
  }

  /** Returns the table so far; empty unless requests are kept. */
  table(): RequestTable {
    return (this.#log ?? new RequestLog()).table();
  }

  /** Counts arrivals; returns the row of the first where requests are kept, the others follow. */
  arrived(run: ArrivalRun): number {
    this.#scores[run.model]?.arrived(run);
    return this.#log?.arrived(run) ?? 0;
  }

  /** A server has taken a request. */
  taken(row: number, server: number): void {
    this.#log?.taken(row, server);
  }

  /** Returns the quantiles of a server's last minute; of none where they are not wanted. */
  quantiles(
    server: number,
    { model, now }: { readonly model: number; readonly now: number },
  ): LatencyQuantiles {
    return this.#recent === null ? [] : this.#recentOf(this.#recent, server, model).quantiles(now);
  }

  executed(server: number, payload: Payload): void {
    const score = this.#scores[payload.model];
    const recent = this.#recent === null ? null : this.#recentOf(this.#recent, server, payload.model);
    const { requests } = payload;
    const { size } = requests;
    score?.executed(payload.startedAt, size);
    for (let next = requests.shift(this.#requests); next !== NONE; next = requests.shift(this.#requests)) {
      const arrivedAt = this.#requests.arrivedAt[next] ?? 0;
      score?.answered(arrivedAt, payload);
      recent?.add(payload.finishesAt - (this.#requests.enqueuedAt[next] ?? 0), payload.finishesAt);
      if (this.#log !== null) {
        const overhead = score?.settings.overheadSeconds ?? 0;
        this.#log.answered(this.#requests.row[next] ?? 0, size, payload.finishesAt + overhead - arrivedAt);
      }
      this.#requests.release(next);
    }
  }

  executedBatch(batch: ArrivalWindow): void {
    const score = this.#scores[0];
    score?.answeredBatch(batch);
    if (this.#recent !== null) addRecent(this.#recentOf(this.#recent, batch.id, 0), batch);
    if (this.#log === null) return;
    const answeredAt = batch.finishesAt + (score?.settings.overheadSeconds ?? 0);
    for (let place = batch.first; place < batch.first + batch.count; place += 1) {
      const at = place & batch.mask;
      this.#log.answered(batch.rows[at] ?? 0, batch.size, answeredAt - (batch.times[at] ?? 0));
    }
  }

  lost(arrivedAt: number, row: number): void {
    this.#scores[0]?.failed(arrivedAt);
    this.#log?.ended(row, FAILED);
  }

  rejected(request: number): void {
    this.#scoreOf(request)?.rejected(this.#requests.arrivedAt[request] ?? 0);
    this.#end(request, REJECTED);
  }

  timedOut(request: number): void {
    this.#scoreOf(request)?.timedOut(this.#requests.arrivedAt[request] ?? 0);
    this.#end(request, TIMED_OUT);
  }

  failed(request: number): void {
    this.#scoreOf(request)?.failed(this.#requests.arrivedAt[request] ?? 0);
    this.#end(request, FAILED);
  }

  /** Closes the scores. */
  close(): void {
    for (const score of this.#scores) score.close();
  }

  #recentOf(recent: RecentLatencies[][], server: number, model: number): RecentLatencies {
    recent[server] ??= this.#scores.map(() => new RecentLatencies());
    return recent[server][model] ?? new RecentLatencies();
  }

  #scoreOf(request: number): RequestScore | undefined {
    return this.#scores[this.#requests.model[request] ?? 0];
  }

  #end(request: number, status: number): void {
    this.#log?.ended(this.#requests.row[request] ?? 0, status);
    this.#requests.release(request);
  }
}

function addRecent(recent: RecentLatencies, batch: ArrivalWindow): void {
  for (let place = batch.first; place < batch.first + batch.count; place += 1) {
    const enqueuedAt = Math.max(batch.times[place & batch.mask] ?? 0, batch.readyAt);
    recent.add(batch.finishesAt - enqueuedAt, batch.finishesAt);
  }
}
