// Why a query gave nothing. The text names no address, token or query, so that it may be logged and shown.

/**
 * `timeout`: no whole answer in time. `network`: no connection. `unavailable`: 5xx, or told to come back later.
 * `refused`: the query, the credentials or a redirect; asking again does not help. `malformed`: not what Prometheus
 * answers. `tooLarge`: beyond the limit. `stopped`: given up by us.
 */
export type PrometheusErrorKind =
  | "timeout"
  | "network"
  | "unavailable"
  | "refused"
  | "malformed"
  | "tooLarge"
  | "stopped";

const RETRYABLE: readonly PrometheusErrorKind[] = ["timeout", "network", "unavailable", "malformed"];

/** A failed query. */
export class PrometheusError extends Error {
  override readonly name = "PrometheusError";
  readonly kind: PrometheusErrorKind;
  /** The HTTP status, where there was one. */
  readonly status: number | null;

  constructor(kind: PrometheusErrorKind, message: string, status: number | null = null) {
    super(message);
    this.kind = kind;
    this.status = status;
  }

  /** Whether the same query may well succeed a little later. */
  get isRetryable(): boolean {
    return RETRYABLE.includes(this.kind);
  }
}

/** Returns any thrown value as a PrometheusError. */
export function asPrometheusError(error: unknown): PrometheusError {
  if (error instanceof PrometheusError) return error;
  return new PrometheusError("malformed", error instanceof Error ? error.message : String(error));
}
