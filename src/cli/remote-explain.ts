// Asks a running service's HTTP API for an explanation.

import { formatInstant } from "../domain/instant.ts";
import type { Instant } from "../domain/units.ts";
import { AskedPolicy } from "./asked-policy.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import type { CapacityExplanation } from "./explain-capacity.ts";

const TIMEOUT_MS = 10_000;

/** The text, and the record with instants as text. */
export type Explanation = { readonly text: string; readonly record: unknown };

export type RemoteQuestion = { readonly policy: string; readonly at: Instant | null; readonly url: string };

/** Returns the service's explanation. Throws a CommandError where it has no such record, or is not reachable. */
export async function explainRemotely({ policy, at, url }: RemoteQuestion): Promise<Explanation> {
  const query = at === null ? "" : `?at=${encodeURIComponent(formatInstant(at))}`;
  const { text, record } = await told({ policy, at, url }, { api: "explain", query });
  return { text, record };
}

/** Returns what the service tells of a policy's capacity now. Throws as above. */
export async function capacityRemotely(question: Omit<RemoteQuestion, "at">): Promise<CapacityExplanation> {
  const { text, capacity } = await told({ ...question, at: null }, { api: "capacity", query: "" });
  return { text, capacity };
}

async function told(
  { policy, at, url }: RemoteQuestion,
  { api, query }: { readonly api: string; readonly query: string },
): Promise<Body & { readonly text: string }> {
  const asked = await askedPolicy(policy, url);
  const key = asked.key ?? (policy.includes("/") ? policy : null);
  if (key === null) throw asked.nothingKnown(at);
  const path = key.split("/").map(encodeURIComponent).join("/");
  const body = await ask(`api/v1/${api}/${path}${query}`, url);
  if (body === null) throw asked.nothingKnown(at);
  const { text } = body;
  if (typeof text !== "string") throw environmentFailed(`${url} does not answer as Tidemark does`);
  return { ...body, text };
}

/** Among the policies that the service has. */
async function askedPolicy(name: string, url: string): Promise<AskedPolicy> {
  const body = await ask("api/v1/policies", url);
  const policies = Array.isArray(body?.["policies"]) ? body["policies"] : [];
  const asked = new AskedPolicy(name, url);
  for (const item of policies) asked.isAsked(String((item as { policy?: unknown } | null)?.policy));
  return asked;
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
