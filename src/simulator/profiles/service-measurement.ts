// What measurements say about how long a model's executions take.

export type MeasuredBatch = {
  readonly batch: number;
  /** Mean of one execution. */
  readonly seconds: number;
  /** How many executions it is the mean of; null = the measurement does not say. */
  readonly executions: number | null;
};

export type ServiceMeasurement = {
  /** Null = the measurement does not name it. */
  readonly model: string | null;
  /** By batch size, ascending; one at least. */
  readonly batches: readonly MeasuredBatch[];
  /** Coefficient of variation of one execution; null = only means are known. */
  readonly spread: number | null;
  /** Client and network, for each request; null = not measured. */
  readonly overheadSeconds: number | null;
  /** What a reader must know of it, one sentence each. */
  readonly remarks: readonly string[];
};
