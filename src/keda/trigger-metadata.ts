// What a trigger's metadata says: the name of a policy. Everything else that KEDA passes on is ignored.

import { failed, ok, type Result } from "../domain/result.ts";
import { invalidArgument, type Refusal } from "./refusal.ts";

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Returns the policy that the metadata names under `policy`. A missing, empty or ill-formed name is INVALID_ARGUMENT;
 * the text does not repeat it. URLs, addresses or queries under other keys have no effect.
 */
export function readPolicyName(
  metadata: Readonly<Record<string, string>> | undefined,
): Result<string, Refusal> {
  const name = metadata !== undefined && Object.hasOwn(metadata, "policy") ? metadata["policy"] : undefined;
  if (name === undefined || name === "") {
    return failed(invalidArgument("the trigger's metadata must name a policy: policy is missing or empty"));
  }
  if (!DNS_LABEL.test(name)) {
    return failed(
      invalidArgument(
        "the trigger's metadata policy is not a DNS label (lower-case letters, digits and inner hyphens, at most 63)",
      ),
    );
  }
  return ok(name);
}
