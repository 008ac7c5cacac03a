// What callers of the API ask for: which policy, which instants, how many records. Read once, refused if wrong.

import type { Entry, Registry } from "../control/registry.ts";
import { parseInstant } from "../domain/instant.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { policyKey } from "../domain/target.ts";
import type { Instant } from "../domain/units.ts";
import { badRequest, type Failure, policyNotFound } from "./failure.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

/** Records of one policy, from `from` to `to`, both included; null = no bound. */
export type DecisionsQuestion = {
  readonly entry: Entry;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly limit: number;
};

/** Returns the entry of `<namespace>/<name>`. */
export function readEntry(registry: Registry, namespace: string, name: string): Result<Entry, Failure> {
  const key = policyKey(namespace, name);
  const entry = registry.entry(key);
  return entry === null ? failed(policyNotFound(key)) : ok(entry);
}

/** Returns the instant that a parameter holds; null where it is missing or empty. */
export function readInstant(name: string, text: string | undefined): Result<Instant | null, Failure> {
  if (text === undefined || text === "") return ok(null);
  const at = parseInstant(text);
  if (at !== null) return ok(at);
  return failed(
    badRequest(`${name} must be an instant such as 2026-01-05T00:00:50.000Z (a + must be sent as %2B)`),
  );
}

/** Returns what a request for decisions asks; `limit` is 100 unless given, at most 1000. */
export function readDecisionsQuestion(
  registry: Registry,
  query: Readonly<Record<string, string>>,
): Result<DecisionsQuestion, Failure> {
  const entry = readPolicy(registry, query["policy"]);
  if (!entry.ok) return entry;
  const from = readInstant("from", query["from"]);
  if (!from.ok) return from;
  const to = readInstant("to", query["to"]);
  if (!to.ok) return to;
  const limit = readLimit(query["limit"]);
  if (!limit.ok) return limit;
  return ok({ entry: entry.value, from: from.value, to: to.value, limit: limit.value });
}

/** A policy by its key, or by its bare name where that is unambiguous. */
function readPolicy(registry: Registry, text: string | undefined): Result<Entry, Failure> {
  if (text === undefined || text === "")
    return failed(badRequest("policy is missing: ?policy=<namespace>/<name>"));
  const entry = registry.entry(text);
  if (entry !== null) return ok(entry);
  const [first, ...others] = registry.named(text);
  if (first === undefined) return failed(policyNotFound(text));
  if (others.length === 0) return ok(first);
  return failed(badRequest(`policy must be <namespace>/<name>: several policies are named ${text}`));
}

function readLimit(text: string | undefined): Result<number, Failure> {
  if (text === undefined || text === "") return ok(LIMIT_DEFAULT);
  const limit = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return ok(limit);
  return failed(badRequest(`limit must be a whole number from 1 to ${LIMIT_MAX}`));
}
