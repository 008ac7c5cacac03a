// The three services under which closed-loop bounds are stated, and how an experiment on one reads on another.

import type { ModelScenario, TrafficStream } from "../../../src/domain/scenario.ts";
import { aModelScenario } from "../workload-scenario.ts";

/** A service by what one replica of it does. */
export type Shape = {
  readonly name: "C" | "G" | "L";
  readonly about: string;
  readonly points: ModelScenario["service"]["points"];
  readonly maxBatchSize: number;
  readonly instances: number;
  /** An execution of a full batch. */
  readonly executionSeconds: number;
  /** Requests/s that saturate one replica: full batches on every instance. */
  readonly capacity: number;
};

/** 100 ms whatever the batch: experiments are written in its rates. */
export const SHAPE_C: Shape = {
  name: "C",
  about: "100 ms for any batch up to 4, one instance: 40/s",
  points: [
    { batch: 1, seconds: 0.1 },
    { batch: 4, seconds: 0.1 },
  ],
  maxBatchSize: 4,
  instances: 1,
  executionSeconds: 0.1,
  capacity: 40,
};

/** Executions grow with their batch, as on most GPUs. */
export const SHAPE_G: Shape = {
  name: "G",
  about: "40 + 10 b ms for a batch of b up to 8, one instance: 66.7/s",
  points: [
    { batch: 1, seconds: 0.05 },
    { batch: 8, seconds: 0.12 },
  ],
  maxBatchSize: 8,
  instances: 1,
  executionSeconds: 0.12,
  capacity: 8 / 0.12,
};

/** Long executions, one request each, several side by side. */
export const SHAPE_L: Shape = {
  name: "L",
  about: "2 s, no batches, four instances: 2/s",
  points: [{ batch: 1, seconds: 2 }],
  maxBatchSize: 1,
  instances: 4,
  executionSeconds: 2,
  capacity: 2,
};

export const SHAPES: readonly Shape[] = [SHAPE_C, SHAPE_G, SHAPE_L];

/** Returns the shape of that name. */
export function shapeNamed(name: string): Shape {
  const found = SHAPES.find((shape) => shape.name === name);
  if (found === undefined) throw new Error(`no shape is named ${name}`);
  return found;
}

/** Returns what a rate of shape C is on another: the same share of a replica. */
export function rateOn({ capacity }: Shape, rateOfC: number): number {
  return (rateOfC * capacity) / SHAPE_C.capacity;
}

/** Returns what milliseconds of shape C are on another: as many full executions. */
export function millisOn({ executionSeconds }: Shape, millisOfC: number): number {
  return (millisOfC * executionSeconds) / SHAPE_C.executionSeconds;
}

/** Returns traffic in the rates of shape C as it is on another shape. */
export function trafficOn(shape: Shape, traffic: TrafficStream): TrafficStream {
  if (traffic.kind === "traced") return { ...traffic, multiply: rateOn(shape, traffic.multiply) };
  const phases = traffic.phases.map(({ forSeconds, fromRate, toRate }) => ({
    forSeconds,
    fromRate: rateOn(shape, fromRate),
    toRate: rateOn(shape, toRate),
  }));
  return { ...traffic, phases };
}

/** Returns the name of a shape's model. */
export function modelName({ name }: Shape): string {
  return `shape-${name.toLowerCase()}`;
}

/** Returns the model of a shape, under this traffic. */
export function modelOf(shape: Shape, traffic: TrafficStream): ModelScenario {
  const model = aModelScenario({ name: modelName(shape) });
  const { scheduler, service } = model;
  if (scheduler.kind !== "batcher") throw new Error("the usual model has Triton's batcher");
  const { maxBatchSize, instances, points } = shape;
  return {
    ...model,
    scheduler: { ...scheduler, batching: { ...scheduler.batching, maxBatchSize, instances } },
    service: { ...service, points },
    traffic: [traffic],
  };
}
