// Waits until targets have been looked at once, before a first tick takes replicas for starting that serve.

import { pause } from "../adapters/pause.ts";
import { monotonicMillis } from "../adapters/system-clock.ts";
import type { ScrapeTarget } from "../domain/configuration.ts";
import { type Millis, millis, seconds } from "../domain/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { MetricsSource } from "../ports/metrics-source.ts";

/** The service must be ready within seconds, whatever its targets do. */
const LONGEST = seconds(2.5);
const STEP_MS = 20;

type FirstLook = {
  readonly targets: readonly ScrapeTarget[];
  readonly clock: Clock;
  /** How long a try of every target takes at most. */
  readonly round: Millis;
};

/** Resolves once every target has been tried: a tick before that would take replicas for starting that serve. */
export async function firstLook(source: MetricsSource, { targets, clock, round }: FirstLook): Promise<void> {
  const longestLook = millis(Math.min(round, LONGEST));
  const isTried = ({ namespace, workload: name }: ScrapeTarget): boolean => {
    const { pods } = source.workload({ kind: "Deployment", namespace, name }, clock.now(), longestLook);
    return pods.every(({ scrapes }) => scrapes.length > 0);
  };
  const startedMs = monotonicMillis();
  while (!targets.every(isTried) && monotonicMillis() - startedMs < longestLook) {
    await pause(STEP_MS, new AbortController().signal);
  }
}
