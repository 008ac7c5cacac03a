// Pods as an HPA sees them.

/** One pod of the scale's selector; times in ms. */
export type HpaPod = {
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  /** Status of its Ready condition; null = it has no such condition. */
  readonly ready: boolean | null;
  readonly deleting: boolean;
  /** When it started; null = not known. Counts for CPU only. */
  readonly startMs: number | null;
  /** When its Ready condition last changed. Counts for CPU only. */
  readonly readyChangedMs: number;
  /** The CPU that it requests, in milli-units. */
  readonly requestMilli: number;
};

/** Returns how many pods a Value target multiplies by: running and ready, deleted ones included. */
export function countReady(pods: readonly HpaPod[]): number {
  return pods.filter((pod) => pod.phase === "Running" && pod.ready === true).length;
}
