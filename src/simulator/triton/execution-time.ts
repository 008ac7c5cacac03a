// How long an execution takes, by its batch.

import type { ServiceTime } from "../../domain/scenario.ts";
import type { RandomStream } from "../random/random-stream.ts";

/** The shape of the spread: log-normal as measured, or exponential, for which queueing theory has exact answers. */
export type ServiceDistribution = "logNormal" | "exponential";

/** Execution times of one model on one server. */
export class ExecutionTimes {
  readonly #seconds: Float64Array;
  readonly #service: ServiceTime;
  readonly #random: RandomStream;
  readonly #sigma: number;
  readonly #isExponential: boolean;

  constructor(service: ServiceTime, random: RandomStream, distribution: ServiceDistribution = "logNormal") {
    this.#service = service;
    this.#random = random;
    this.#isExponential = distribution === "exponential";
    this.#sigma = Math.sqrt(Math.log(1 + service.spread * service.spread));
    const known = Math.max(64, ...service.points.map(({ batch }) => batch));
    this.#seconds = Float64Array.from({ length: known + 1 }, (_, batch) =>
      meanExecutionSeconds(service, batch),
    );
  }

  /** Returns the next execution's time in seconds, with so many others active on the server when it starts. */
  draw(batch: number, others: number): number {
    const mean =
      batch < this.#seconds.length ? (this.#seconds[batch] ?? 0) : meanExecutionSeconds(this.#service, batch);
    const crowded = others === 0 ? mean : mean * (1 + (this.#service.gpuContention - 1) * others);
    if (this.#isExponential) return crowded * this.#random.exponential();
    if (this.#sigma === 0) return crowded;
    return crowded * Math.exp(this.#sigma * this.#random.normal() - (this.#sigma * this.#sigma) / 2);
  }
}

/** Returns the mean time in seconds of a lone execution: linear between the points, flat before the first. */
export function meanExecutionSeconds({ points }: ServiceTime, batch: number): number {
  const after = points.findIndex((point) => point.batch >= batch);
  const upper = points[after === -1 ? points.length - 1 : after];
  const lower = points[after === -1 ? points.length - 2 : after - 1];
  if (upper === undefined) return 0;
  if (lower === undefined || upper.batch === lower.batch) return upper.seconds;
  const slope = (upper.seconds - lower.seconds) / (upper.batch - lower.batch);
  return Math.max(0, lower.seconds + slope * (batch - lower.batch));
}
