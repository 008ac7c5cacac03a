// Asks a running service's HTTP API for an explanation.

import { formatInstant } from "../domain/instant.ts";
import type { Instant } from "../domain/units.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import type { CapacityExplanation } from "./explain-capacity.ts";

const TIMEOUT_MS = 10_000;

/** The text, and the record with instants as text. */
export type Explanation = { readonly text: string; readonly record: unknown };

export type RemoteQuestion = { readonly policy: string; readonly at: Instant | null; readonly url: string };

/** Returns the service's explanation, or null where it has no such record. Throws a CommandError where it is not reachable. */
export async function explainRemotely({ policy, at, url }: RemoteQuestion): Promise<Explanation | null> {
  const key = policy.includes("/") ? policy : await keyOf(policy, url);
  if (key === null) return null;
  const query = at === null ? "" : `?at=${encodeURIComponent(formatInstant(at))}`;
  const path = key.split("/").map(encodeURIComponent).join("/");
  const body = await ask(`api/v1/explain/${path}${query}`, url);
  if (body === null) return null;
  const { text, record } = body;
  if (typeof text !== "string") throw environmentFailed(`${url} does not answer as Tidemark does`);
  return { text, record };
}

/** Returns what the service tells of a policy's capacity now, or null where it has no such policy. Throws as above. */
export async function capacityRemotely({
  policy,
  url,
}: Omit<RemoteQuestion, "at">): Promise<CapacityExplanation | null> {
  const key = policy.includes("/") ? policy : await keyOf(policy, url);
  if (key === null) return null;
  const path = key.split("/").map(encodeURIComponent).join("/");
  const body = await ask(`api/v1/capacity/${path}`, url);
  if (body === null) return null;
  const { text, capacity } = body;
  if (typeof text !== "string") throw environmentFailed(`${url} does not answer as Tidemark does`);
  return { text, capacity };
}

/** The key of a bare name; null where no policy has it. */
async function keyOf(name: string, url: string): Promise<string | null> {
  const body = await ask("api/v1/policies", url);
  const policies = Array.isArray(body?.["policies"]) ? body["policies"] : [];
  const keys = policies.map((item: unknown) => String((item as { policy?: unknown } | null)?.policy));
  const matching = keys.filter((key) => key.endsWith(`/${name}`));
  if (matching.length > 1) throw badInput(`several policies are named ${name}: ${matching.join(", ")}`);
  return matching[0] ?? null;
}

type Body = { readonly [key: string]: unknown };

/** Returns the answer's JSON; null for 404. */
async function ask(path: string, base: string): Promise<Body | null> {
  const target = URL.canParse(base) ? new URL(path, base.endsWith("/") ? base : `${base}/`) : null;
  if (target === null || !/^https?:$/.test(target.protocol))
    throw badInput(`--url ${base} is no http address`);
  const response = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" }).catch(
    (error: unknown) => {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw environmentFailed(`cannot reach ${base}: ${reasonOf(cause)}`, error);
    },
  );
  if (response.status === 404) return null;
  const text = await response.text();
  if (!response.ok)
    throw environmentFailed(`${target.href} answered ${response.status}: ${text.slice(0, 200)}`);
  try {
    return JSON.parse(text) as Body;
  } catch (error) {
    throw environmentFailed(`${target.href} did not answer with JSON`, error);
  }
}
