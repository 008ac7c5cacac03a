// One run of a scenario: the same again gives the same, parts do not shift one another, and nothing gets lost.

import { describe, expect, test } from "vitest";
import { LogReplay } from "../../../src/control/replay.ts";
import { withInstantsAsText } from "../../../src/domain/instant.ts";
import type { DecisionRecord, LogRecord } from "../../../src/domain/record.ts";
import type { Scenario } from "../../../src/domain/scenario.ts";
import { millis } from "../../../src/domain/units.ts";
import type { RunOutput } from "../../../src/simulator/simulate.ts";
import { DECLARED, usualPolicy } from "../../support/builders.ts";
import { aScenario, aWorkloadOf, loaded, poisson, simulated } from "../../support/simulation/scenario.ts";
import {
  aBaseline,
  aControlPlane,
  aModelScenario,
  aWorkloadScenario,
} from "../../support/workload-scenario.ts";

const POLICY = usualPolicy();
const SURGE = poisson([300, 36], [600, 120], [900, 30]);

/** A surge that needs starts and ends, with draws of every kind. */
function surge(parts: Partial<Scenario> = {}): Scenario {
  const startup = {
    scheduling: { kind: "constant", seconds: 1 },
    imagePull: { kind: "samples", seconds: [2, 5, 9] },
    modelLoad: { kind: "logNormal", p50Seconds: 40, p95Seconds: 90 },
    readinessProbePeriodSeconds: 10,
  } as const;
  return aScenario({ workloads: [aWorkloadOf(SURGE, { startup })], ...parts });
}

function text(output: RunOutput): string {
  return JSON.stringify(output, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
  );
}

describe("equal inputs", () => {
  test("give equal outputs, every request and every record among them", () => {
    const lines: string[] = [];
    const run = (): string => {
      const onRecord = (line: LogRecord): number => lines.push(JSON.stringify(line));
      return text(simulated(surge(), [POLICY], { keepRequests: true, onRecord }));
    };
    const first = run();
    const firstLines = lines.splice(0);
    expect(run()).toBe(first);
    expect(lines).toEqual(firstLines);
    expect(firstLines.length).toBeGreaterThan(100);
  });

  test("another seed gives other arrivals and other starts", () => {
    const [one, other] = [1, 2].map((seed) => simulated(surge(), [POLICY], { seed }));
    expect(one?.runs[0]?.requests.arrived).not.toBe(other?.runs[0]?.requests.arrived);
    expect(one?.pods).not.toEqual(other?.pods);
  });
});

describe("what is added beside a workload does not shift its numbers", () => {
  const alone = simulated(surge(), [POLICY]);

  test("another workload", () => {
    const [workload] = surge().workloads;
    const second = { ...aWorkloadOf(poisson([1800, 12])), name: "triton-second" };
    const both = simulated(surge({ workloads: [second, ...(workload === undefined ? [] : [workload])] }), [
      POLICY,
    ]);
    expect(both.runs[1]).toEqual(alone.runs[0]);
    expect(both.series[1]).toEqual(alone.series[0]);
  });

  test("a fault that never comes, and keeping every request", () => {
    const later = { kind: "scrape-loss", ratio: 1, atSeconds: 1800, forSeconds: 60 } as const;
    const kept = simulated(surge({ faults: [later] }), [POLICY], { keepRequests: true });
    expect(kept.runs).toEqual(alone.runs);
    expect(kept.timeline).toEqual(alone.timeline);
  });

  test("another candidate meets the same arrivals", () => {
    const candidate = { ...aBaseline("static", { replicas: 6 }), name: "fixed-6" };
    const fixed = simulated(surge(), [POLICY], { candidate });
    expect(fixed.runs[0]?.requests.arrived).toBe(alone.runs[0]?.requests.arrived);
    expect(fixed.runs[0]?.replicas.final).toBe(6);
    expect(fixed.runs[0]?.candidate).toBe("fixed-6");
    expect(fixed.series[0]?.arrived).toEqual(alone.series[0]?.arrived);
  });
});

describe("accounts", () => {
  const { runs, timeline, pods, series, requests } = simulated(surge(), [POLICY], { keepRequests: true });
  const [run] = runs;
  const [table] = requests;

  test("every request that arrived has one outcome, and the table of requests says the same", () => {
    if (run === undefined || table === undefined) return expect.fail("there is a run");
    const { arrived, succeeded, rejected, timedOut, failed, unfinished } = run.requests;
    expect(succeeded + rejected + timedOut + failed + unfinished).toBe(arrived);
    expect(table.table.length).toBe(arrived);
    expect(run.invariantBreaches).toEqual([]);
    const slots = series[0]?.arrived.reduce((sum, count) => sum + count, 0);
    expect(slots).toBe(arrived);
    const served = new Set(table.table.server);
    for (const server of served) expect(table.pods[server] ?? "none").toMatch(/^triton-embedder-/);
  });

  test("the parts of the GPU-hours sum to the total, which is the time from scheduled to terminated", () => {
    if (run === undefined) return expect.fail("there is a run");
    const { total, serving, starting, draining, idle } = run.gpuHours;
    expect(serving + starting + draining + idle).toBeCloseTo(total, 5);
    const spans = pods.filter(({ phase }) => phase !== "pending");
    const seconds = spans.reduce((sum, { fromSeconds, toSeconds }) => sum + toSeconds - fromSeconds, 0);
    expect(total).toBeCloseTo(seconds / 3600, 5);
    expect(run.replicas.mean).toBeCloseTo((total * 3600) / 1800, 4);
    expect(run.replicas.max).toBeGreaterThan(run.replicas.min);
  });

  test("a pod's phases follow one another without a gap", () => {
    const names = new Set(pods.map(({ pod }) => pod));
    expect(names.size).toBeGreaterThan(3);
    for (const name of names) {
      const spans = pods.filter(({ pod }) => pod === name);
      const order = spans.toSorted((one, other) => one.fromSeconds - other.fromSeconds);
      for (const [index, span] of order.entries()) {
        if (index > 0) expect(span.fromSeconds).toBe(order[index - 1]?.toSeconds);
      }
    }
  });

  test("the timeline has a row a tick, and says what the HPA then did", () => {
    expect(timeline).toHaveLength(1800 / 15);
    expect(timeline.map(({ timeSeconds }) => timeSeconds)).toEqual(
      Array.from({ length: 120 }, (_, index) => 15 * (index + 1)),
    );
    const first = timeline.find(({ published, desired }) => published !== null && published > desired);
    const next = series[0]?.desired.find(({ atSeconds }) => atSeconds > (first?.timeSeconds ?? 0));
    expect(next?.replicas).toBe(first?.published);
    expect(next?.atSeconds).toBeLessThanOrEqual((first?.timeSeconds ?? 0) + 15);
  });

  test("what happens during the warm-up is not counted", () => {
    const warm = simulated(surge({ warmupSeconds: 1200 }), [POLICY]);
    const [counted] = warm.runs;
    const late = series[0]?.arrived.slice(20).reduce((sum, count) => sum + count, 0);
    expect(counted?.requests.arrived).toBe(late);
    expect(counted?.replicas.final).toBe(run?.replicas.final);
    expect(counted?.gpuHours.total).toBeLessThan((run?.gpuHours.total ?? 0) / 2);
    expect(counted?.scaling.scaleOuts).toBe(0);
    expect(counted?.scaling.firstScaleOutSeconds).toBe(run?.scaling.firstScaleOutSeconds);
  });
});

test("the decision log of a run replays, also across a restart of the scaler", () => {
  const replay = new LogReplay(() => ({ policy: POLICY, hash: loaded(POLICY).hash }));
  const restart = { kind: "scaler-restart", atSeconds: 900, forSeconds: 0 } as const;
  let line = 0;
  const onRecord = (record: LogRecord): void => {
    line += 1;
    const json = JSON.parse(JSON.stringify(withInstantsAsText(record)));
    expect(replay.take({ line, json })).toBe(true);
  };
  simulated(surge({ faults: [restart] }), [POLICY], { onRecord });
  expect(replay.result()).toEqual({ ok: true, decisions: 120, policies: 1, firstDifference: null });
});

describe("hands", () => {
  test.each(["autoscale", "immediate"] as const)(
    "%s writes what the tick decided, at the tick",
    (actuation) => {
      const { timeline, series } = simulated(surge({ controlPlane: aControlPlane({ actuation }) }), [POLICY]);
      const changes = series[0]?.desired.slice(1) ?? [];
      expect(changes.length).toBeGreaterThan(1);
      for (const { atSeconds, replicas } of changes) {
        expect(timeline.find(({ timeSeconds }) => timeSeconds === atSeconds)?.published).toBe(replicas);
      }
    },
  );

  test("to zero and back: KEDA ends the last replicas, and waiting requests bring them back", () => {
    const activation = { query: "sum(gateway_queued)", above: 0, cooldown: POLICY.scaleIn.cooldown };
    const policy = { ...POLICY, replicas: { min: 0, max: 8 }, activation };
    const scenario = aScenario({
      durationSeconds: 5400,
      workloads: [aWorkloadOf(poisson([600, 20], [3000, 0], [1800, 20]))],
    });
    const { series, runs } = simulated(scenario, [policy]);
    const [first] = series;
    const counts = first?.desired.map(({ replicas }) => replicas) ?? [];
    expect(counts).toContain(0);
    expect(counts.at(-1)).toBeGreaterThan(0);
    const backAt = first?.desired.findLast(({ replicas }) => replicas === 1)?.atSeconds ?? 0;
    expect(backAt).toBeGreaterThan(3600);
    expect(backAt).toBeLessThan(3600 + 60);
    expect(runs[0]?.replicas.min).toBe(0);
    expect(runs[0]?.requests.unfinished).toBeLessThan(20);
    expect(runs[0]?.invariantBreaches).toEqual([]);
  });
});

test("a StatefulSet counts its pods through and ends with the highest", () => {
  const target = { ...POLICY.target, kind: "StatefulSet" } as const;
  const workload = aWorkloadOf(SURGE, { kind: "StatefulSet" });
  const { pods, runs } = simulated(aScenario({ workloads: [workload] }), [{ ...POLICY, target }]);
  const names = [...new Set(pods.map(({ pod }) => pod))];
  expect(names.toSorted()).toEqual(
    Array.from({ length: names.length }, (_, ordinal) => `triton-embedder-${ordinal}`).toSorted(),
  );
  const ended = pods.filter(({ phase }) => phase === "draining").map(({ pod }) => pod);
  expect(ended[0]).toBe(`triton-embedder-${names.length - 1}`);
  expect(runs[0]?.scaling.scaleIns).toBeGreaterThan(0);
});

test("several models on one workload each have a row, and share its replicas", () => {
  const models = ["embedder", "reranker"].map((name) =>
    aModelScenario({ name, traffic: [poisson([1800, 20])] }),
  );
  const policy = {
    ...POLICY,
    models: models.map(({ name }) => ({ name, maxQueueDelay: millis(0), weight: 1 })),
  };
  const { runs, series } = simulated(aScenario({ workloads: [aWorkloadScenario({ models })] }), [policy]);
  expect(runs.map(({ model }) => model)).toEqual(["embedder", "reranker"]);
  expect(runs[0]?.gpuHours).toEqual(runs[1]?.gpuHours);
  expect(series).toHaveLength(1);
  expect(runs.every(({ attainmentRatio }) => (attainmentRatio ?? 0) > 0.99)).toBe(true);
});

test("a replica is fresh within a tick of being ready, though it was created longer ago than any window", () => {
  const startup = {
    scheduling: { kind: "constant", seconds: 0 },
    imagePull: { kind: "constant", seconds: 0 },
    modelLoad: { kind: "constant", seconds: 300 },
    readinessProbePeriodSeconds: 10,
  } as const;
  const seen: DecisionRecord[] = [];
  simulated(surge({ workloads: [aWorkloadOf(SURGE, { startup })] }), [POLICY], {
    onRecord: (line) => line.kind === "decision" && seen.push(line),
  });
  const pods = seen.map(({ observation }) => observation.pods);
  expect(Math.max(...pods.map(({ expected }) => expected))).toBeGreaterThan(3);
  const grown = pods.filter(({ expected }, index) => expected > 3 && pods[index - 1]?.expected === expected);
  expect(grown.length).toBeGreaterThan(10);
  expect(grown.filter(({ fresh, expected }) => fresh < expected)).toEqual([]);
});

test("servers that publish latency summaries give the percentile itself, and memory where it is known", () => {
  const gpuMemory = { totalBytes: 80 * 2 ** 30, usedBytes: 40 * 2 ** 30 };
  const workload = aWorkloadOf(poisson([900, 60]), { latencySummaries: true, gpuMemory });
  const signals = { ...POLICY.signals, latency: DECLARED.latency, gpuMemory: DECLARED.gpuMemory };
  const policy = { ...POLICY, signals };
  const seen: DecisionRecord[] = [];
  const { runs } = simulated(aScenario({ durationSeconds: 900, workloads: [workload] }), [policy], {
    onRecord: (line) => line.kind === "decision" && seen.push(line),
  });
  const last = seen.at(-1)?.observation.signals;
  expect(last?.latency?.quality).toBe("summary");
  expect((last?.latency?.value ?? 0) * 1000).toBeGreaterThan(0.9 * (runs[0]?.latencyMs.p99 ?? 0));
  expect((last?.latency?.value ?? 0) * 1000).toBeLessThan(1.2 * (runs[0]?.latencyMs.p99 ?? 0));
  expect(last?.gpuMemory).toMatchObject({ state: "live", value: 0.5, freshPods: 3 });
});

test("workloads share a pool of nodes and the storage that models load from", () => {
  const pool = {
    name: "gpu",
    gpusPerNode: 2,
    initialNodes: 3,
    maxNodes: 4,
    provisioning: { kind: "constant", seconds: 120 },
    idleTimeoutSeconds: null,
  } as const;
  const one = aWorkloadOf(SURGE);
  const two = { ...aWorkloadOf(SURGE), name: "triton-second" };
  const policies = [
    POLICY,
    { ...POLICY, name: "second", target: { ...POLICY.target, name: "triton-second" } },
  ];
  const alone = simulated(aScenario({ workloads: [one, two] }), policies);
  const shared = simulated(
    aScenario({ workloads: [one, two], cluster: { pools: [pool], fullSpeedLoads: 1 } }),
    policies,
  );
  const most = ({ runs }: RunOutput): number => runs.reduce((sum, { replicas }) => sum + replicas.max, 0);
  const longest = ({ pods }: RunOutput, phase: string): number =>
    Math.max(
      0,
      ...pods.filter((span) => span.phase === phase).map((span) => span.toSeconds - span.fromSeconds),
    );
  expect(most(alone)).toBeGreaterThan(8);
  expect(most(shared)).toBeLessThanOrEqual(8);
  expect(longest(alone, "loading")).toBeLessThan(24 + 10);
  expect(longest(shared, "loading")).toBeGreaterThanOrEqual(48);
  expect(longest(shared, "pending")).toBeGreaterThanOrEqual(120);
  expect(shared.runs.flatMap(({ invariantBreaches }) => invariantBreaches)).toEqual([]);
});
