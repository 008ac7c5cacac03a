// From a caller to the policy it may ask for: only one whose target lives in the caller's own namespace.

import type { PublishedAnswers, PublishedEntry } from "../control/published.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { policyKey } from "../domain/target.ts";
import type { PolicyRefusalReason } from "../ports/telemetry.ts";
import { notAvailable, type Refusal } from "./refusal.ts";
import { readPolicyName } from "./trigger-metadata.ts";

/** The ScaledObject that asks, as KEDA describes it. */
export type Caller = {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
};

/** `reason` is the true one behind a NOT_FOUND, for the log and our metrics; null for every other refusal. */
export type PolicyRefusal = {
  readonly refusal: Refusal;
  readonly policy: string | null;
  readonly reason: PolicyRefusalReason | null;
};

/** Returns the entry of the policy that the caller's trigger names, or why it gets none. */
export function resolvePolicy(
  registry: PublishedAnswers,
  caller: Caller | null,
): Result<PublishedEntry, PolicyRefusal> {
  const named = readPolicyName(caller?.scalerMetadata);
  if (!named.ok) return failed({ refusal: named.failure, policy: null, reason: null });
  const policy = named.value;
  const namespace = caller?.namespace ?? "";
  const entry = registry.entry(policyKey(namespace, policy));
  if (entry !== null) return ok(entry);
  const reason = registry.named(policy).length > 0 ? "otherNamespace" : "unknownPolicy";
  return failed({ refusal: notAvailable(policy, namespace), policy, reason });
}

/** Returns the refusal of a metric that a known policy does not have: the same text as for an unknown policy. */
export function refuseMetric({ loaded }: PublishedEntry): PolicyRefusal {
  const { name, target } = loaded.policy;
  return { refusal: notAvailable(name, target.namespace), policy: name, reason: "unknownMetric" };
}
