// The Prometheus source's own reading and folding on samples in memory, for pasts by the hundred.

import type { DecodedSeries } from "../../../src/adapters/prometheus/decode-response.ts";
import { Fleet } from "../../../src/adapters/prometheus/fold.ts";
import { History } from "../../../src/adapters/prometheus/history.ts";
import { ReplicaCounts } from "../../../src/adapters/prometheus/kube-state-metrics.ts";
import type { SelectorRole } from "../../../src/adapters/prometheus/selectors.ts";
import {
  before,
  type Instant,
  instant,
  type Millis,
  millis,
  minutes,
  seconds,
} from "../../../src/domain/units.ts";
import { countUntil } from "../../../src/observe/window.ts";
import type { PlayedSource } from "../../support/play-source.ts";
import type { PastSample } from "./prometheus-server.ts";

const ROLES: readonly SelectorRole[] = ["scrapes", "samples", "replicas"];
const SCRAPE_INTERVAL = seconds(1);
const KEEP = minutes(20);

type Found = Map<SelectorRole, readonly DecodedSeries[]>;

/** Returns a source on these samples; `arrange` gives the order in which an answer names its series. */
export function memorySource(
  samples: Iterable<PastSample>,
  arrange: <Item>(items: readonly Item[]) => readonly Item[] = (items) => items,
): PlayedSource {
  const found = seriesByRole(samples);
  const fleet = new Fleet({
    keep: KEEP,
    scrapeInterval: SCRAPE_INTERVAL,
    labels: { namespace: "namespace", pod: "pod" },
  });
  const counts = new ReplicaCounts({ keep: KEEP });
  const history = new History({
    fleet,
    counts,
    scrapeInterval: SCRAPE_INTERVAL,
    keep: KEEP,
    selectors: () => ROLES.map((role) => ({ role, selector: role })),
    ask: (expression, at) => {
      const [role, span] = askedFor(expression);
      const series = (found.get(role) ?? []).flatMap((each) => part(each, at, span));
      return Promise.resolve({ series: arrange(series), isPartial: false });
    },
  });
  return {
    scrapeInterval: SCRAPE_INTERVAL,
    refresh: async (at) => {
      const budget = new AbortController().signal;
      const trouble = await history.read({ policies: [], at, budget, probeFirst: false });
      return { ok: trouble === null, detail: null };
    },
    workload: (target, at, span) => ({
      pods: fleet.pods(target, at, { span, completeUntil: history.readUntil ?? at }),
      replicas: counts.read(target, at, minutes(1)),
    }),
  };
}

function seriesByRole(samples: Iterable<PastSample>): Found {
  const all = new Map<string, { role: SelectorRole; series: DecodedSeries; points: [number, number][] }>();
  for (const { name, labels, value, seconds: time } of samples) {
    const key = JSON.stringify([name, ...Object.entries(labels).flat()]);
    let entry = all.get(key);
    if (entry === undefined) {
      const series = { labels: { ...labels, __name__: name }, times: [], values: [] };
      entry = { role: roleOf(name), series, points: [] };
      all.set(key, entry);
    }
    entry.points.push([Math.round(time * 1000), value]);
  }
  const found: Found = new Map(ROLES.map((role) => [role, []]));
  for (const { role, series, points } of all.values()) {
    points.sort(([one], [other]) => one - other);
    const whole = {
      labels: series.labels,
      times: points.map(([time]) => instant(time)),
      values: points.map(([, value]) => value),
    };
    found.set(role, [...(found.get(role) ?? []), whole]);
  }
  return found;
}

function roleOf(name: string): SelectorRole {
  if (name === "up") return "scrapes";
  return name.startsWith("kube_") ? "replicas" : "samples";
}

function askedFor(expression: string): readonly [SelectorRole, Millis] {
  const [, selector, span] = /^(\w+)\[(\d+)ms\]$/.exec(expression) ?? [];
  const role = ROLES.find((each) => each === selector);
  if (role === undefined) throw new Error(`not a selector: ${expression}`);
  return [role, millis(Number(span))];
}

/** As a range selector of Prometheus 2: both ends count. */
function part({ labels, times, values }: DecodedSeries, at: Instant, span: Millis): readonly DecodedSeries[] {
  const first = countUntil(times, before(at, millis(span + 1)));
  const end = countUntil(times, at);
  return first < end ? [{ labels, times: times.slice(first, end), values: values.slice(first, end) }] : [];
}
