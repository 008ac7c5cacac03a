// `tidemark explain`: why a policy wanted what it wanted, from a decision log or from a running service.

import { explain } from "../control/explain.ts";
import type { RebuiltPolicy } from "../control/replay.ts";
import { parseInstant, withInstantsAsText } from "../domain/instant.ts";
import type { DecisionRecord } from "../domain/record.ts";
import type { Instant } from "../domain/units.ts";
import { AskedPolicy } from "./asked-policy.ts";
import { badInput } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { type CapacityExplanation, capacityFromLog } from "./explain-capacity.ts";
import { policyOfDocument } from "./logged-policy.ts";
import type { Output } from "./output.ts";
import { readLog, recordOfLine } from "./read-log.ts";
import { capacityRemotely, type Explanation, explainRemotely } from "./remote-explain.ts";

export type ExplainOptions = {
  readonly at?: string;
  readonly log?: string;
  readonly url?: string;
  readonly json?: boolean;
  /** What a replica was seen to carry instead of a decision. */
  readonly capacity?: boolean;
};

/** Explains the last record at or before `at`; exit 1 where there is none. `policy` may be a bare name. */
export async function runExplain(policy: string, options: ExplainOptions, output: Output): Promise<ExitCode> {
  const { log, url, json = false, capacity = false } = options;
  const at = options.at === undefined ? null : readInstant(options.at);
  if ((log === undefined) === (url === undefined))
    throw badInput("give exactly one of --log FILE and --url URL");
  if (capacity && url !== undefined && at !== null)
    throw badInput("--capacity --at goes with --log FILE: a running service knows the present alone");
  const ask = capacity ? explainedCapacity : explainedRecord;
  const found = await ask({ policy, at, log, url }, output);
  output.stdout(json ? `${JSON.stringify(found)}\n` : `${found.text}\n`);
  return EXIT.yes;
}

type Question = {
  readonly policy: string;
  readonly at: Instant | null;
  readonly log: string | undefined;
  readonly url: string | undefined;
};

async function explainedRecord(
  { policy, at, log = "", url }: Question,
  output: Output,
): Promise<Explanation> {
  return url === undefined
    ? await explainFromLog({ policy, at, file: log }, output)
    : await explainRemotely({ policy, at, url });
}

async function explainedCapacity(
  { policy, at, log = "", url }: Question,
  output: Output,
): Promise<CapacityExplanation> {
  return url === undefined
    ? await capacityFromLog({ policy, at, file: log }, output)
    : await capacityRemotely({ policy, url });
}

function readInstant(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw badInput(`--at ${text} is no instant; write it as 2026-01-05T00:00:50.000Z`);
  return at;
}

type LogQuestion = { readonly policy: string; readonly at: Instant | null; readonly file: string };

async function explainFromLog({ policy, at, file }: LogQuestion, output: Output): Promise<Explanation> {
  const asked = new AskedPolicy(policy, file);
  const documents = new Map<string, unknown>();
  let found: DecisionRecord | null = null;
  const onCut = (line: number): void =>
    output.stderr(`${file}:${line}: the last line is cut off and left out\n`);
  for await (const { json } of readLog(file, { onCut })) {
    if (!asked.isAsked(json.policy)) continue;
    const record = recordOfLine(json);
    if (record.kind === "policy") documents.set(record.policyHash, record.document);
    if (record.kind === "decision" && (at === null || record.at <= at)) found = later(found, record);
  }
  if (found === null) throw asked.nothingKnown(at);
  const rebuilt: RebuiltPolicy | null = policyOfDocument(documents.get(found.policyHash) ?? null);
  return { text: explain(found, rebuilt?.policy ?? null), record: withInstantsAsText(found) };
}

function later(one: DecisionRecord | null, other: DecisionRecord): DecisionRecord {
  return one !== null && one.at > other.at ? one : other;
}
