// Documents of Triton's statistics API, as short as they can be.

type BatchStats = Readonly<Record<number, { readonly count: number; readonly infer: number }>>;

export type ModelStats = {
  readonly name?: string;
  readonly version?: string;
  readonly lastInference?: number;
  /** Times of inference in ms, all executions together; input takes 1.5 ms and output 0.5 ms an execution. */
  readonly batches?: BatchStats;
};

const ONCE: BatchStats = { 1: { count: 1, infer: 1 } };

/** Returns the entry of one model. */
export function modelStats({
  name = "m",
  version = "1",
  lastInference = 1,
  batches = ONCE,
}: ModelStats): object {
  return {
    name,
    version,
    last_inference: lastInference,
    batch_stats: Object.entries(batches).map(([size, { count, infer }]) => ({
      batch_size: Number(size),
      compute_input: { count, ns: count * 1.5e6 },
      compute_infer: { count, ns: infer * 1e6 },
      compute_output: { count, ns: count * 0.5e6 },
    })),
  };
}

/** Returns the document. */
export function statistics(models: readonly object[]): string {
  return JSON.stringify({ model_stats: models });
}
