// How long each stage of a pod's start takes: every stage of every start of every pod draws from a stream of its own.

import type { WorkloadScenario } from "../../domain/scenario.ts";
import { type RandomStream, randomStream } from "../random/random-stream.ts";
import { drawSpan } from "../random/span-draw.ts";
import type { Pod } from "./pod.ts";

export class StartTimes {
  readonly #workload: WorkloadScenario;
  readonly #seed: number;
  readonly #slowness: () => number;

  /** `slowness` tells how many times as long a stage takes that begins now. */
  constructor(workload: WorkloadScenario, seed: number, slowness: () => number) {
    this.#workload = workload;
    this.#seed = seed;
    this.#slowness = slowness;
  }

  /** Returns the seconds that a stage of the pod's present start takes. */
  draw(pod: Pod, stage: "scheduling" | "imagePull" | "modelLoad"): number {
    return drawSpan(this.#workload.startup[stage], this.#stream(pod, stage)) * this.#slowness();
  }

  /** Returns the time of the first readiness probe at or after `at`; each container's probes have a phase of their own. */
  nextProbeAt(pod: Pod, at: number): number {
    const period = this.#workload.startup.readinessProbePeriodSeconds;
    if (period === 0) return at;
    const first = pod.containerSince + period * this.#stream(pod, "readinessProbe").uniform();
    return first + period * Math.max(0, Math.ceil((at - first) / period));
  }

  #stream(pod: Pod, stage: string): RandomStream {
    const { namespace, name } = this.#workload;
    return randomStream(this.#seed, `${namespace}/${name}/${stage}/${pod.starts}`, pod.index);
  }
}
