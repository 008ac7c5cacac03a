// What one server counts of one model, as Triton's counters do: when an execution ends.

/** Totals since the server began to serve. Full queues count nowhere. */
export type ModelCounters = {
  readonly successes: number;
  /** nv_inference_request_failure{reason="REJECTED"}: waited too long in the queue. */
  readonly rejections: number;
  readonly inferences: number;
  readonly executions: number;
  readonly requestMicros: number;
  readonly queueMicros: number;
  readonly computeInputMicros: number;
  readonly computeInferMicros: number;
  readonly computeOutputMicros: number;
  /** Waiting now; executing ones are not among them. */
  readonly pending: number;
};

/** Counts of one model on one server; times in seconds. A batch's time counts once for each of its requests. */
export class CounterTotals {
  successes = 0;
  rejections = 0;
  inferences = 0;
  executions = 0;
  queueSeconds = 0;
  executingSeconds = 0;

  /** Returns them as Triton shows them: all of an execution is inference. */
  read(pending: number): ModelCounters {
    const queueMicros = Math.round(this.queueSeconds * 1e6);
    const computeInferMicros = Math.round(this.executingSeconds * 1e6);
    return {
      successes: this.successes,
      rejections: this.rejections,
      inferences: this.inferences,
      executions: this.executions,
      requestMicros: queueMicros + computeInferMicros,
      queueMicros,
      computeInputMicros: 0,
      computeInferMicros,
      computeOutputMicros: 0,
      pending,
    };
  }
}
