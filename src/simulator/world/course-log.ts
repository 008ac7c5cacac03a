// What a report draws of a run: latency percentiles, and the queue of every ready pod, slot by slot.

import type { LatencySlots, QueueSlots } from "../../domain/simulation-course.ts";
import type { WorkloadPods } from "../cluster/workload-pods.ts";
import { HISTOGRAM_BUCKETS, type LatencyHistogram, quantileOf } from "../requests/latency-histogram.ts";
import type { RequestPlane } from "../requests/request-plane.ts";

/** As many slots as a chart of a page's width can show. */
const MOST_SLOTS = 360;
const MILLIS = 1000;

export type CourseSettings = {
  readonly workload: string;
  readonly models: readonly string[];
  readonly durationSeconds: number;
  readonly tickSeconds: number;
};

/** The latencies of one model that were added since the last slot. */
class FreshLatencies {
  readonly #before = new Uint32Array(HISTOGRAM_BUCKETS);
  readonly p50Ms: (number | null)[] = [];
  readonly p90Ms: (number | null)[] = [];
  readonly p99Ms: (number | null)[] = [];

  close(latency: LatencyHistogram): void {
    const fresh = latency.takeFresh(this.#before);
    const count = fresh.reduce((sum, one) => sum + one, 0);
    const at = (share: number): number | null =>
      count === 0 ? null : Math.round(quantileOf(fresh, count, share) * MILLIS * 100) / 100;
    this.p50Ms.push(at(0.5));
    this.p90Ms.push(at(0.9));
    this.p99Ms.push(at(0.99));
  }
}

/** Keeps the slots of one workload; all are equally long, whole ticks, and those before a pod was ready are null. */
export class CourseLog {
  readonly slotSeconds: number;
  readonly #settings: CourseSettings;
  readonly #latencies: readonly FreshLatencies[];
  readonly #queues = new Map<string, (number | null)[]>();
  #slots = 0;

  constructor(settings: CourseSettings) {
    const { durationSeconds, tickSeconds, models } = settings;
    this.#settings = settings;
    this.slotSeconds = Math.max(1, Math.ceil(durationSeconds / tickSeconds / MOST_SLOTS)) * tickSeconds;
    this.#latencies = models.map(() => new FreshLatencies());
  }

  /** Looks at a plant at a tick: where a slot ends by then, it is closed. */
  look(at: number, { plane, pods }: { readonly plane: RequestPlane; readonly pods: WorkloadPods }): void {
    if (at < (this.#slots + 1) * this.slotSeconds) return;
    this.#latencies.forEach((latencies, model) => {
      latencies.close(plane.score(model).latency);
    });
    for (const { name, phase, server } of pods.pods()) {
      if (phase !== "ready" || server === null) continue;
      const pending = this.#latencies.reduce(
        (sum, _, model) => sum + plane.counters(server, model).pending,
        0,
      );
      this.#queueOf(name).push(pending);
    }
    this.#slots += 1;
    for (const queue of this.#queues.values()) if (queue.length < this.#slots) queue.push(null);
  }

  /** Returns the percentiles, one a model. */
  latency(): readonly LatencySlots[] {
    const { workload, models } = this.#settings;
    return models.flatMap((model, index) => {
      const found = this.#latencies[index];
      if (found === undefined) return [];
      const { p50Ms, p90Ms, p99Ms } = found;
      return [{ workload, model, slotSeconds: this.slotSeconds, p50Ms, p90Ms, p99Ms }];
    });
  }

  /** Returns the queues of all pods that were ever ready, in the order of their first slot. */
  queues(): QueueSlots {
    const pods = [...this.#queues].map(([pod, pending]) => ({ pod, pending }));
    return { workload: this.#settings.workload, slotSeconds: this.slotSeconds, pods };
  }

  #queueOf(pod: string): (number | null)[] {
    const known = this.#queues.get(pod);
    if (known !== undefined) return known;
    const queue = Array.from({ length: this.#slots }, (): number | null => null);
    this.#queues.set(pod, queue);
    return queue;
  }
}
