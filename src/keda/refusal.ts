// Why a call is not answered, as the caller sees it: a gRPC status and a text without secrets.

import { status } from "@grpc/grpc-js";

/** A status other than OK; `details` is plain ASCII, for it ends up in Kubernetes events that tenants read. */
export type Refusal = { readonly code: status; readonly details: string };

const QUOTED_LENGTH_MAX = 63;

/** Returns INVALID_ARGUMENT: the caller's own trigger is at fault. */
export function invalidArgument(details: string): Refusal {
  return { code: status.INVALID_ARGUMENT, details };
}

/** Returns UNAVAILABLE: there is no decision to answer with now. */
export function unavailable(details: string): Refusal {
  return { code: status.UNAVAILABLE, details };
}

/** Returns RESOURCE_EXHAUSTED: a limit of this service was reached. */
export function resourceExhausted(details: string): Refusal {
  return { code: status.RESOURCE_EXHAUSTED, details };
}

/**
 * Returns NOT_FOUND with the one text that every such case has: a caller must not learn from it whether the policy
 * exists elsewhere.
 */
export function notAvailable(policy: string, namespace: string): Refusal {
  return {
    code: status.NOT_FOUND,
    details: `policy "${quotable(policy)}" is not available in namespace "${quotable(namespace)}"`,
  };
}

/** Returns a caller's text fit for an error or the log: printable ASCII without quotes, at most 63 characters. */
export function quotable(text: string): string {
  const start = text.slice(0, QUOTED_LENGTH_MAX).replaceAll(/[^ !#-[\]-~]/g, "?");
  return text.length > QUOTED_LENGTH_MAX ? `${start.slice(0, QUOTED_LENGTH_MAX - 3)}...` : start;
}
