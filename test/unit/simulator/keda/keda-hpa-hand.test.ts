// KEDA and the HPA together: who writes what, and when.

import { describe, expect, test } from "vitest";
import { KedaHpaHand } from "../../../../src/simulator/keda/keda-hpa-hand.ts";
import { RandomStream, randomStream } from "../../../../src/simulator/random/random-stream.ts";
import type { KedaSettings, Scaler, ScalerHand } from "../../../../src/simulator/scalers/scaler.ts";
import { openBehavior, wishReading } from "../hpa/scripted-hpa.ts";

const KEDA: KedaSettings = { pollingIntervalSeconds: 30, cooldownPeriodSeconds: 60, fallback: null };
const SETTINGS = { version: "1.35", syncPeriodSeconds: 15, syncJitterSeconds: 0 };

type HpaHand = Extract<ScalerHand, { kind: "hpa" }>;

function hand(own: Partial<HpaHand> = {}): HpaHand {
  return {
    kind: "hpa",
    minReplicas: 0,
    maxReplicas: 10,
    metrics: [{ type: "External", target: { type: "AverageValue", milli: 1_000 } }],
    behavior: openBehavior({ tolerance: 0 }),
    keda: KEDA,
    ...own,
  };
}

/** A scaler that publishes a wish by time; null = it answers with errors. */
function scaler(wish: (atSeconds: number) => number | null, own: HpaHand): Scaler {
  return {
    hand: own,
    tickSeconds: null,
    tick: () => null,
    hpaMetrics: (at) => [wishReading(wish(at))],
    isActive: (at) => {
      const wanted = wish(at);
      return wanted === null ? null : wanted > 0;
    },
    wanted: () => null,
  };
}

type Written = { readonly at: number; readonly by: string; readonly replicas: number };

/** Plays until a time with replicas that follow at once, and returns what was written. */
function play(
  wish: (atSeconds: number) => number | null,
  { own = hand(), initial = 0, until = 300, hpa = SETTINGS, random = atZero() } = {},
): readonly Written[] {
  const moved = new KedaHpaHand(scaler(wish, own), own, { hpa, initialReplicas: initial, random });
  const written: Written[] = [];
  let replicas = initial;
  for (let at = moved.nextEventSeconds(); at < until; at = moved.nextEventSeconds()) {
    const write = moved.advance({
      specReplicas: replicas,
      statusReplicas: replicas,
      readyPods: replicas,
      podCount: replicas,
      pods: [],
    });
    if (write === null) continue;
    replicas = write.replicas;
    written.push({ at, ...write });
  }
  return written;
}

/** Draws nothing but zeros: both phases lie at the scenario's start. */
function atZero(): RandomStream {
  return new (class extends RandomStream {
    override uniform(): number {
      return 0;
    }
  })([0, 0, 0]);
}

describe("from and to zero", () => {
  test("KEDA wakes it at a poll, the HPA takes over, KEDA puts it to sleep after the cooldown", () => {
    const wish = (at: number) => (at >= 40 && at < 100 ? 5 : 0);
    expect(play(wish)).toEqual([
      { at: 60, by: "keda", replicas: 1 },
      { at: 60, by: "hpa", replicas: 5 },
      { at: 105, by: "hpa", replicas: 1 },
      { at: 180, by: "keda", replicas: 0 },
    ]);
  });

  test("an outage holds what there is", () => {
    expect(play((at) => (at < 100 ? 5 : null), { initial: 5 })).toEqual([]);
  });

  test("an HPA alone with a minimum of 0 comes back by itself", () => {
    const own = hand({ keda: null });
    expect(play((at) => (at < 100 ? 0 : 4), { own, initial: 2 })).toEqual([
      { at: 0, by: "hpa", replicas: 0 },
      { at: 105, by: "hpa", replicas: 4 },
    ]);
  });
});

describe("fallback", () => {
  test("begins within a minute: polls and syncs both count failures", () => {
    const own = hand({ minReplicas: 1, keda: { ...KEDA, fallback: { failureThreshold: 3, replicas: 7 } } });
    expect(play((at) => (at < 100 ? 3 : null), { own, initial: 3 })).toEqual([
      { at: 135, by: "hpa", replicas: 7 },
    ]);
  });
});

describe("times", () => {
  test("the HPA's first sync and KEDA's first poll have phases of their own, by the stream", () => {
    const first = (seed: number) => {
      const own = hand();
      const random = randomStream(seed, "hand");
      return new KedaHpaHand(
        scaler(() => 3, own),
        own,
        {
          hpa: SETTINGS,
          initialReplicas: 1,
          random,
        },
      ).nextEventSeconds();
    };
    expect(first(1)).toBe(first(1));
    expect(new Set([1, 2, 3, 4].map(first)).size).toBe(4);
  });

  test("jitter makes syncs later, never earlier than the period, at whole milliseconds", () => {
    const own = hand({ minReplicas: 1, keda: null });
    const hpa = { ...SETTINGS, syncJitterSeconds: 2 };
    const moved = new KedaHpaHand(
      scaler(() => 3, own),
      own,
      {
        hpa,
        initialReplicas: 3,
        random: randomStream(7, "hand"),
      },
    );
    const times = Array.from({ length: 200 }, () => {
      const at = moved.nextEventSeconds();
      moved.advance({ specReplicas: 3, statusReplicas: 3, readyPods: 3, podCount: 3, pods: [] });
      return at;
    });
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(14.999);
    expect(Math.max(...gaps)).toBeLessThan(17.001);
    expect(Math.max(...gaps)).toBeGreaterThan(16);
    expect(times.every((at) => Math.abs(at * 1000 - Math.round(at * 1000)) < 1e-6)).toBe(true);
  });
});
