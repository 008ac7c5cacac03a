// `tidemark replay`: decides a decision log once more and says whether all comes out again.

import { LogReplay, type ReplayResult } from "../control/replay.ts";
import { badInput } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { policyOfDocument } from "./logged-policy.ts";
import type { Output } from "./output.ts";
import { readDecidableLog } from "./read-log.ts";

export type ReplayOptions = { readonly json?: boolean };

/** Replays `file`; exit 1 at the first difference. Throws a CommandError where it is not a decision log. */
export async function runReplay(
  file: string,
  { json = false }: ReplayOptions,
  output: Output,
): Promise<ExitCode> {
  const replay = new LogReplay(policyOfDocument);
  let lines = 0;
  const onCut = (line: number): void =>
    output.stderr(`${file}:${line}: the last line is cut off and left out\n`);
  for await (const line of readDecidableLog(file, { onCut })) {
    lines += 1;
    if (!replay.take(line)) break;
  }
  if (lines === 0) throw badInput(`${file} holds no decision records`);
  const result = replay.result();
  output.stdout(json ? `${JSON.stringify(result)}\n` : `${resultText(file, result)}\n`);
  return result.ok ? EXIT.yes : EXIT.no;
}

function resultText(file: string, { decisions, policies, firstDifference }: ReplayResult): string {
  const count = `${decisions} ${decisions === 1 ? "decision" : "decisions"}`;
  if (firstDifference === null)
    return `${count} of ${policies} ${policies === 1 ? "policy" : "policies"} replayed: equal`;
  const { line, policy, at, path, logged, replayed } = firstDifference;
  const difference = `${path} is ${JSON.stringify(logged)}, replayed ${JSON.stringify(replayed)}`;
  return `${file}:${line}: ${policy} at ${at}: ${difference}\n${count} replayed up to the first difference`;
}
