// `tidemark explain --capacity`: what a replica was seen to carry, from a decision log or from a running service.

import { capacityReport } from "../control/capacity-report.ts";
import { explainCapacity } from "../control/explain-capacity.ts";
import { type LoggedState, LoggedStates } from "../control/logged-state.ts";
import { withInstantsAsText } from "../domain/instant.ts";
import type { Instant } from "../domain/units.ts";
import { AskedPolicy } from "./asked-policy.ts";
import { policyOfDocument } from "./logged-policy.ts";
import type { Output } from "./output.ts";
import { readDecidableLog, recordOfLine } from "./read-log.ts";

/** The text, and the report with instants as text. */
export type CapacityExplanation = { readonly text: string; readonly capacity: unknown };

export type CapacityQuestion = {
  readonly policy: string;
  /** Null = at the end of the log. */
  readonly at: Instant | null;
  readonly file: string;
};

/** Returns what the log tells of a policy, which may be a bare name. Throws a CommandError where it tells nothing by then. */
export async function capacityFromLog(
  { policy, at, file }: CapacityQuestion,
  output: Output,
): Promise<CapacityExplanation> {
  const states = new LoggedStates(policyOfDocument, at);
  const asked = new AskedPolicy(policy, file);
  const onCut = (line: number): void =>
    output.stderr(`${file}:${line}: the last line is cut off and left out\n`);
  for await (const { json } of readDecidableLog(file, { onCut })) {
    if (asked.isAsked(json.policy)) states.take(recordOfLine(json));
  }
  const found = states.result();
  if (found === null) throw asked.nothingKnown(at);
  return explained(found);
}

function explained({ policy: key, rebuilt, state, record }: LoggedState): CapacityExplanation {
  const { policy, hash: policyHash } = rebuilt;
  const report = capacityReport({ key, policy, policyHash, state, record });
  return { text: explainCapacity(report), capacity: withInstantsAsText(report) };
}
