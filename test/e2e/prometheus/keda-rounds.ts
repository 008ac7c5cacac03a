// Asks a scaler in KEDA's order, twenty times a second and whatever becomes of earlier rounds, and notes each call.

import { performance } from "node:perf_hooks";
import { KedaClient, type Outcome, type Trigger } from "../../support/keda-client.ts";

const EVERY_MS = 50;
/** Into so many stretches a time of trouble is cut. */
const STRETCHES = 4;

/** One round of GetMetricSpec, GetMetrics, IsActive. */
export type Round = {
  /** When it began, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The status of GetMetricSpec, and of the first of the other two that failed. */
  readonly spec: string;
  readonly code: string;
  /** The replicas asked for; null where a call failed. */
  readonly replicas: number | null;
  /** What each call took, in milliseconds. */
  readonly took: readonly number[];
};

export class KedaRounds {
  readonly #client: KedaClient;
  readonly #trigger: Trigger;
  readonly #rounds: Round[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<void>>();

  constructor(
    address: string,
    { namespace, policy }: { readonly namespace: string; readonly policy: string },
  ) {
    this.#client = new KedaClient(Number(address.slice(address.lastIndexOf(":") + 1)));
    this.#trigger = { name: policy, namespace, scalerMetadata: { policy } };
    this.#timer = setInterval(() => this.#ask(), EVERY_MS);
  }

  /** The rounds that have ended, oldest first. */
  get rounds(): readonly Round[] {
    return this.#rounds;
  }

  /** Ends the asking once every call was answered. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#client.close();
  }

  #ask(): void {
    const round = this.#round();
    this.#open.add(round);
    void round.finally(() => this.#open.delete(round));
  }

  async #round(): Promise<void> {
    const at = Date.now();
    const took: number[] = [];
    const timed = async <Answer>(call: Promise<Outcome<Answer>>): Promise<Outcome<Answer>> => {
      const begin = performance.now();
      const outcome = await call;
      took.push(performance.now() - begin);
      return outcome;
    };
    const spec = codeOf(await timed(this.#client.getMetricSpec(this.#trigger)));
    const metrics = await timed(this.#client.getMetrics(this.#trigger));
    const active = await timed(this.#client.isActive(this.#trigger));
    const code = [codeOf(metrics), codeOf(active)].find((each) => each !== "OK") ?? "OK";
    const replicas =
      code === "OK" && "answer" in metrics
        ? (metrics.answer.metricValues[0]?.metricValueFloat ?? null)
        : null;
    this.#rounds.push({ at, spec, code, replicas, took });
  }
}

/** Returns the time that 99 of 100 calls of these rounds took at most, in milliseconds. */
export function p99Of(rounds: readonly Round[]): number {
  const took = rounds.flatMap((round) => round.took).sort((one, other) => one - other);
  return took[Math.ceil(0.99 * took.length) - 1] ?? Number.NaN;
}

/** Returns the least such time of the stretches into which these rounds are cut: what a trouble slows is slow in all of them. */
export function leastP99(rounds: readonly Round[]): number {
  const length = Math.ceil(rounds.length / STRETCHES);
  const stretches = Array.from({ length: STRETCHES }, (_, index) =>
    rounds.slice(index * length, (index + 1) * length),
  );
  return Math.min(...stretches.map(p99Of));
}

function codeOf(outcome: Outcome<unknown>): string {
  return "answer" in outcome ? "OK" : outcome.code;
}
