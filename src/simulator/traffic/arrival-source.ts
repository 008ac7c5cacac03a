// Where the requests of one model come from: arrivals in order, a buffer at a time.

export interface ArrivalSource {
  /**
   * Fills both buffers from their beginning with the next arrivals before `until`: seconds since the scenario's start,
   * never descending, and batch dimensions. Returns how many; fewer than the buffers hold only where no more come
   * before `until`. What was returned is not returned again.
   */
  fill(until: number, times: Float64Array, batches: Uint16Array): number;
}
