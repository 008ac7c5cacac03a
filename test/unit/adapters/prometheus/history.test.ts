// Which pages the past is read in.

import { expect, test } from "vitest";
import type { DecodedAnswer } from "../../../../src/adapters/prometheus/decode-response.ts";
import { Fleet } from "../../../../src/adapters/prometheus/fold.ts";
import { History } from "../../../../src/adapters/prometheus/history.ts";
import { ReplicaCounts } from "../../../../src/adapters/prometheus/kube-state-metrics.ts";
import { minutes, seconds } from "../../../../src/domain/units.ts";
import { at, usualPolicy } from "../../../support/builders.ts";

const KEEP = minutes(15);
const SCRAPE = seconds(15);
const NOTHING: DecodedAnswer = { series: [], isPartial: false };

/** Returns the queries by which the past of so many policies is read: `end of the page, span`, in seconds. */
async function pagesOf(count: number): Promise<readonly string[]> {
  const labels = { namespace: "namespace", pod: "pod" };
  const asked: string[] = [];
  const history = new History({
    fleet: new Fleet({ keep: KEEP, scrapeInterval: SCRAPE, labels }),
    counts: new ReplicaCounts({ keep: KEEP }),
    scrapeInterval: SCRAPE,
    keep: KEEP,
    selectors: () => [{ role: "scrapes", selector: "up" }],
    ask: (expression, end) => {
      const span = Number(/\[(\d+)ms\]$/.exec(expression)?.[1] ?? 0) / 1000;
      asked.push(`${(end - at(0)) / 1000}, ${span}`);
      return Promise.resolve(NOTHING);
    },
  });
  const policies = Array.from({ length: count }, () => usualPolicy());
  const budget = new AbortController().signal;
  expect(await history.read({ policies, at: at(900), budget, probeFirst: false })).toBeNull();
  return asked;
}

test.each([
  ["of a few policies in one", 10, ["900, 960"]],
  ["of a large fleet in shorter ones, which overlap", 1000, ["240, 300", "480, 300", "720, 300", "900, 240"]],
] as const)("the past %s", async (_, count, pages) => {
  expect(await pagesOf(count)).toEqual(pages);
});
