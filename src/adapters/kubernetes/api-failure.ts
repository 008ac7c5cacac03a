// Why a request to the Kubernetes API gave nothing: by the answer's status, or because there was no answer.

import { type Millis, millis, seconds } from "../../domain/units.ts";
import { fieldOf, textOf } from "./json-fields.ts";

export type ApiFailure = {
  /** The HTTP status; null = no answer (refused, cut off, too slow, not trusted). */
  readonly status: number | null;
  /** As the server names it (`Conflict`, `Expired`), or our own name for having no answer. */
  readonly reason: string;
  readonly message: string;
  /** How long the server wants to be left alone; null = it does not say. */
  readonly retryAfter: Millis | null;
};

const LONGEST_RETRY_AFTER = seconds(300);
const LONGEST_MESSAGE = 300;

/** Returns the failure that an answer of `status` with `body` (text, a Status object where the server made it) stands for. */
export function failureOf(status: number, body: string, retryAfterHeader: string | undefined): ApiFailure {
  const parsed = statusObject(body);
  const reason = textOf(parsed, "reason") ?? `HTTP ${status}`;
  const message = textOf(parsed, "message") ?? firstWords(body);
  return { status, reason, message: firstWords(message), retryAfter: retryAfterOf(parsed, retryAfterHeader) };
}

/** Returns the failure of a request that got no answer. */
export function noAnswer(reason: string, message: string): ApiFailure {
  return { status: null, reason, message: firstWords(message), retryAfter: null };
}

/** Returns the failure as one line for logs. */
export function failureText({ status, reason, message }: ApiFailure): string {
  return `${status ?? "no answer"}: ${reason}${message === "" ? "" : `: ${message}`}`;
}

/** Returns whether a list or watch must begin anew: its resource version is no longer kept. */
export function isExpired({ status, reason }: ApiFailure): boolean {
  return status === 410 || reason === "Expired" || reason === "Gone";
}

function statusObject(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function retryAfterOf(parsed: unknown, header: string | undefined): Millis | null {
  const written = header ?? fieldOf(parsed, "details", "retryAfterSeconds");
  const amount = Number(written ?? Number.NaN);
  if (!Number.isFinite(amount) || amount < 0) return null;
  return millis(Math.min(amount * 1000, LONGEST_RETRY_AFTER));
}

function firstWords(text: string): string {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
}
