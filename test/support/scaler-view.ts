// A view of a workload for scalers under test: pods whose series are written as functions of time.

import type { PodSamples, Series } from "../../src/domain/samples.ts";
import type { ScalerView } from "../../src/simulator/scalers/scaler.ts";
import { at } from "./builders.ts";
import { aPod, aSeries, every } from "./samples-builder.ts";

/** Values of a pod's series by family, at seconds since the start. */
export type PodCurves = Readonly<Record<string, (t: number) => number>>;

export type ViewOptions = {
  readonly pods: Readonly<Record<string, PodCurves>>;
  /** Seconds of the last scrape; 600 unless given. */
  readonly untilSeconds?: number;
  readonly scrapeIntervalSeconds?: number;
  readonly lagSeconds?: number;
  readonly desired?: number;
  readonly ready?: number;
};

/** Returns a view in which every pod is scraped at the same times, from t = 0 on, and counts do not change. */
export function aView(options: ViewOptions): ScalerView {
  const { pods, untilSeconds = 600, scrapeIntervalSeconds = 15, lagSeconds = 0 } = options;
  const count = Object.keys(pods).length;
  const built = Object.entries(pods).map(([name, curves]) =>
    aPod(
      name,
      Object.entries(curves).map(([family, value]) =>
        aSeries(family, every(scrapeIntervalSeconds, { from: 0, to: untilSeconds }, value)),
      ),
    ),
  );
  return {
    start: at(0),
    scrapeIntervalSeconds,
    lagSeconds,
    samples: (atSeconds, spanSeconds) => ({
      pods: built.map((pod) => within(pod, atSeconds, spanSeconds)),
      replicas: { desired: options.desired ?? count, ready: options.ready ?? count, source: "kubernetes" },
    }),
    desired: () => options.desired ?? count,
    ready: () => options.ready ?? count,
    waitingAtBalancer: () => 0,
  };
}

function within(pod: PodSamples, atSeconds: number, spanSeconds: number): PodSamples {
  const [from, to] = [at(atSeconds - spanSeconds), at(atSeconds)];
  const isSeen = (time: number): boolean => time > from && time <= to;
  const cut = (series: Series): Series => ({
    ...series,
    times: series.times.filter(isSeen),
    values: series.values.filter((_, index) => isSeen(series.times[index] ?? 0)),
  });
  return {
    ...pod,
    scrapes: pod.scrapes.filter((scrape) => isSeen(scrape.at)),
    series: pod.series.map(cut).filter((series) => series.times.length > 0),
  };
}
