// Each fault does what it says, and our scaler does what it must under it.

import { describe, expect, test } from "vitest";
import type { DecisionRecord, LogRecord } from "../../../src/domain/record.ts";
import type { Fault, Scenario } from "../../../src/domain/scenario.ts";
import type { PodSpan } from "../../../src/domain/simulation-course.ts";
import type { RunOutput } from "../../../src/simulator/simulate.ts";
import { usualPolicy } from "../../support/builders.ts";
import { aScenario, aWorkloadOf, poisson, simulated } from "../../support/simulation/scenario.ts";

const POLICY = usualPolicy();

type Faulty = { readonly output: RunOutput; readonly decisions: readonly DecisionRecord[] };

function played(scenario: Scenario, ...faults: readonly Fault[]): Faulty {
  const decisions: DecisionRecord[] = [];
  const onRecord = (line: LogRecord): void => {
    if (line.kind === "decision") decisions.push(line);
  };
  const output = simulated({ ...scenario, faults }, [POLICY], { onRecord });
  expect(output.runs.flatMap(({ invariantBreaches }) => invariantBreaches)).toEqual([]);
  return { output, decisions };
}

/** Decisions by seconds since the start. */
function between({ decisions }: Faulty, from: number, to: number): readonly DecisionRecord[] {
  const start = aScenario().start;
  return decisions.filter(({ at }) => at > start + from * 1000 && at <= start + to * 1000);
}

function readyAt({ output }: Faulty, atSeconds: number): number {
  return output.timeline.findLast(({ timeSeconds }) => timeSeconds <= atSeconds)?.ready ?? 0;
}

function spansOf({ output }: Faulty, phase: PodSpan["phase"]): readonly PodSpan[] {
  return output.pods.filter((span) => span.phase === phase);
}

/** 50 requests/s on three replicas, falling to 20 after ten minutes. */
const FALLING = aScenario({ workloads: [aWorkloadOf(poisson([600, 50], [1200, 20]))] });
/** 30 requests/s on three replicas, rising to 120 after ten minutes. */
const RISING = aScenario({ workloads: [aWorkloadOf(poisson([600, 30], [1200, 120]))] });

describe("metrics-outage", () => {
  const outage = { kind: "metrics-outage", atSeconds: 900, forSeconds: 540 } as const;

  test("no samples, no scale-in: replicas stay until samples have come back for a while", () => {
    const workloads = [aWorkloadOf(poisson([600, 50], [2400, 20]))];
    const faulty = played(aScenario({ durationSeconds: 3000, workloads }), outage);
    const changes = (run: Faulty) =>
      run.output.series[0]?.desired.slice(1).map(({ atSeconds }) => atSeconds) ?? [];
    expect(changes(played(FALLING))[0]).toBeLessThan(1440);
    expect(changes(faulty).filter((at) => at < 1440)).toEqual([]);
    expect(changes(faulty).some((at) => at > 1440)).toBe(true);
    const during = between(faulty, 1000, 1440);
    expect(new Set(during.map(({ decision }) => decision.status))).toEqual(new Set(["holding"]));
  });

  test("longer than holdFor it answers nothing", () => {
    const faulty = played(FALLING, { ...outage, atSeconds: 540, forSeconds: 900 });
    const late = between(faulty, 540 + 60 + 600 + 30, 540 + 900);
    expect(new Set(late.map(({ answer }) => answer.code))).toEqual(new Set(["UNAVAILABLE"]));
  });
});

test("scrape-loss of all scrapes lets nothing be fresh, of a fifth hardly anything", () => {
  const loss = { kind: "scrape-loss", ratio: 1, atSeconds: 300, forSeconds: 300 } as const;
  const all = between(played(RISING, loss), 400, 600);
  expect(
    all.every(
      ({ observation }) => observation.pods.fresh === 0 || observation.signals.requestRate?.state !== "live",
    ),
  ).toBe(true);
  const some = between(played(RISING, { ...loss, ratio: 0.2 }), 400, 600);
  expect(some.every(({ observation }) => observation.signals.requestRate?.state === "live")).toBe(true);
});

test("replica-crash: that many servers lose what they had and load their models again, in the same pods", () => {
  const faulty = played(FALLING, { kind: "replica-crash", count: 2, atSeconds: 300, forSeconds: 0 });
  expect(readyAt(faulty, 299)).toBe(3);
  expect(readyAt(faulty, 315)).toBe(1);
  expect(readyAt(faulty, 345)).toBe(3);
  const loading = spansOf(faulty, "loading");
  expect(loading.map(({ fromSeconds }) => fromSeconds).slice(0, 2)).toEqual([300, 300]);
  expect(new Set(spansOf(faulty, "ready").map(({ pod }) => pod)).size).toBe(3);
  expect(faulty.output.runs[0]?.requests.failed).toBeGreaterThan(0);
  expect(between(faulty, 300, 400).every(({ decision }) => (decision.replicas ?? 0) >= 3)).toBe(true);
});

test("no-capacity: no node comes while it lasts, and pods wait for theirs", () => {
  const pool = {
    name: "gpu",
    gpusPerNode: 1,
    initialNodes: 3,
    maxNodes: 8,
    provisioning: { kind: "constant", seconds: 60 },
    idleTimeoutSeconds: null,
  } as const;
  const scarce = { ...RISING, cluster: { pools: [pool], fullSpeedLoads: null } };
  const waits = (run: Faulty): number =>
    Math.max(...spansOf(run, "pending").map((span) => span.toSeconds - span.fromSeconds));
  const usual = played(scarce);
  expect(waits(usual)).toBe(61);
  const faulty = played(scarce, { kind: "no-capacity", pool: "gpu", atSeconds: 600, forSeconds: 600 });
  const [firstPull] = spansOf(faulty, "pulling").concat(spansOf(faulty, "loading"));
  expect(firstPull?.fromSeconds).toBe(1260);
  expect(readyAt(faulty, 1200)).toBe(3);
  expect(faulty.output.runs[0]?.gpuHours.total).toBeLessThan(usual.output.runs[0]?.gpuHours.total ?? 0);
});

test("slow-start: stages that begin while it lasts take so many times as long", () => {
  const lengths = (run: Faulty): readonly number[] =>
    spansOf(run, "loading").map((span) => span.toSeconds - span.fromSeconds);
  const usual = lengths(played(RISING));
  const slow = lengths(played(RISING, { kind: "slow-start", factor: 4, atSeconds: 600, forSeconds: 1200 }));
  expect(Math.max(...usual)).toBeLessThan(24 + 10 + 1e-9);
  expect(Math.min(...slow.slice(0, 3))).toBeGreaterThanOrEqual(96);
});

test("slow-model: its executions take so many times as long, no other model's, and only for that time", () => {
  const steady = aScenario({ workloads: [aWorkloadOf(poisson([1800, 12]))] });
  const slow = { kind: "slow-model", factor: 3, model: "embedder", atSeconds: 600, forSeconds: 300 } as const;
  const p99 = (run: Faulty, from: number, to: number): number =>
    Math.max(
      ...run.output.timeline
        .filter(({ timeSeconds }) => timeSeconds > from && timeSeconds <= to)
        .map((row) => row.latencyP99Ms ?? 0),
    );
  const faulty = played(steady, slow);
  expect(p99(faulty, 0, 600)).toBeLessThan(300);
  expect(p99(faulty, 615, 900)).toBeGreaterThanOrEqual(300);
  expect(p99(faulty, 930, 1800)).toBeLessThan(300);
  const other = played(steady, { ...slow, model: "reranker" });
  expect(other.output.runs).toEqual(played(steady).output.runs);
});

describe("scaler-restart", () => {
  const restart = { kind: "scaler-restart", atSeconds: 1000, forSeconds: 0 } as const;

  test("the new process reads the past, decides as the old one would have, and never lower", () => {
    const usual = played(FALLING);
    const restarted = played(FALLING, restart);
    const numbers = (run: Faulty): readonly (number | null)[] =>
      run.decisions.map(({ decision }) => decision.replicas);
    for (const [index, replicas] of numbers(restarted).entries()) {
      expect(replicas ?? 0).toBeGreaterThanOrEqual(numbers(usual)[index] ?? 0);
    }
    expect(numbers(restarted).at(-1)).toBe(numbers(usual).at(-1));
  });

  test("between its end and the next tick it answers nothing", () => {
    const lines: LogRecord[] = [];
    simulated({ ...FALLING, faults: [restart] }, [POLICY], { onRecord: (line) => lines.push(line) });
    const kinds = lines.map(({ kind }) => kind).join(" ");
    expect(kinds.startsWith("policy state decision")).toBe(true);
    expect(kinds.slice(10)).toContain("decision policy state decision");
  });
});
