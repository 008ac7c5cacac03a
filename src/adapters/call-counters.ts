// Counters on the way of each gRPC call. The series of a call is looked up once and kept: prom-client's own look-up by
// labels costs several times what an increase does.

import type { Counter, Histogram } from "prom-client";
import { MAX_SCALED_OBJECTS } from "./own-metrics.ts";

const OTHER = "other";

type CallCount = (durationSeconds: number) => void;
type Increase = () => void;

/** The metrics that calls are counted in. */
export type CallMetrics = {
  readonly requests: Counter;
  readonly durations: Histogram;
  readonly scaledObjects: Counter;
};

export class CallCounters {
  readonly #metrics: CallMetrics;
  readonly #calls = new Map<string, Map<string, CallCount>>();
  readonly #scaledObjects = new Map<string, Map<string, Increase>>();
  #pairs = 0;

  constructor(metrics: CallMetrics) {
    this.#metrics = metrics;
  }

  /** Counts one call that ended with `code`. */
  call(method: string, code: string, durationSeconds: number): void {
    const count = this.#calls.get(method)?.get(code) ?? this.#addCall(method, code);
    count(durationSeconds);
  }

  /** Counts one call of a ScaledObject; beyond the first 2,000 pairs all count as `other`. */
  scaledObject(namespace: string, name: string): void {
    const increase = this.#scaledObjects.get(namespace)?.get(name) ?? this.#addScaledObject(namespace, name);
    increase();
  }

  #addCall(method: string, code: string): CallCount {
    const requests = this.#metrics.requests.labels({ method, code });
    const durations = this.#metrics.durations.labels({ method });
    const count: CallCount = (durationSeconds) => {
      requests.inc();
      durations.observe(durationSeconds);
    };
    const ofMethod = this.#calls.get(method) ?? new Map<string, CallCount>();
    this.#calls.set(method, ofMethod.set(code, count));
    return count;
  }

  #addScaledObject(namespace: string, name: string): Increase {
    if (this.#pairs >= MAX_SCALED_OBJECTS) return this.#increaseOf(OTHER, OTHER);
    this.#pairs += 1;
    const increase = this.#increaseOf(namespace, name);
    const ofNamespace = this.#scaledObjects.get(namespace) ?? new Map<string, Increase>();
    this.#scaledObjects.set(namespace, ofNamespace.set(name, increase));
    return increase;
  }

  #increaseOf(namespace: string, scaledobject: string): Increase {
    const series = this.#metrics.scaledObjects.labels({ namespace, scaledobject });
    return () => {
      series.inc();
    };
  }
}
