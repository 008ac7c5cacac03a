// What the API answers where it has nothing to give: a status and a coded message.

/** A refusal of the API; `code` is for programs, `message` for people. */
export type Failure = { readonly status: 400 | 404 | 503; readonly code: string; readonly message: string };

/** Returns 400: the question itself is wrong. */
export function badRequest(message: string): Failure {
  return { status: 400, code: "BAD_REQUEST", message };
}

/** Returns 404 for a path that is not there. */
export function notFound(path: string): Failure {
  return { status: 404, code: "NOT_FOUND", message: `no such path: ${shortened(path)}` };
}

/** Returns 404 for a policy that is not in force. */
export function policyNotFound(key: string): Failure {
  return { status: 404, code: "POLICY_NOT_FOUND", message: `no policy ${shortened(key)}` };
}

/** Returns 404 for an instant before the first record in memory. */
export function recordNotFound(key: string, at: string | null): Failure {
  const when = at === null ? "yet" : `at or before ${at} in memory`;
  return { status: 404, code: "RECORD_NOT_FOUND", message: `${key} has no decision ${when}` };
}

const ECHO_LENGTH_MAX = 200;

function shortened(text: string): string {
  return text.length > ECHO_LENGTH_MAX ? `${text.slice(0, ECHO_LENGTH_MAX)}...` : text;
}
