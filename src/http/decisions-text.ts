// Records as JSON, a few at a time: a thousand of them at once would hold up KEDA's calls for a tenth of a second.

import { setImmediate } from "node:timers/promises";
import { formatInstant, withInstantsAsText } from "../domain/instant.ts";
import type { DecisionsPage } from "./views.ts";

const RECORDS_AT_ONCE = 20;

/** Returns the page as JSON with instants as text, letting other work through between groups of records. */
export async function decisionsText({ decisions, next }: DecisionsPage): Promise<string> {
  const texts: string[] = [];
  for (const [index, record] of decisions.entries()) {
    if (index > 0 && index % RECORDS_AT_ONCE === 0) await setImmediate();
    texts.push(JSON.stringify(withInstantsAsText(record)));
  }
  const nextText = JSON.stringify(next === null ? null : formatInstant(next));
  return `{"decisions":[${texts.join(",")}],"next":${nextText}}`;
}
