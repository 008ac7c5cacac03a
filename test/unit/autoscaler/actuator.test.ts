// The writer against a scale that others write, too. Scripted time.

import { describe, expect, test } from "vitest";
import { Actuator } from "../../../src/autoscaler/actuator.ts";
import { Registry } from "../../../src/control/registry.ts";
import { failed, ok, type Result } from "../../../src/domain/result.ts";
import { initialState } from "../../../src/domain/state.ts";
import { type Millis, seconds } from "../../../src/domain/units.ts";
import type { Scaled } from "../../../src/ports/event-sink.ts";
import type { ReplicaScale, ScaleFailure, ScaleReading } from "../../../src/ports/replica-scale.ts";
import { loggerInto } from "../../support/kube-rig.ts";
import { buildRecord, loadPolicy, RECORD_AT, type RecordParts } from "../../support/registry-builder.ts";
import { ScriptedTime } from "../../support/scripted-time.ts";

const KEY = "ai-inference/embedder";

/** A scale in memory, with versions; `next` are failures of the next reads and writes. */
class MemoryScale implements ReplicaScale {
  readonly writes: number[] = [];
  readonly failReads: ScaleFailure[] = [];
  readonly failWrites: ScaleFailure[] = [];
  /** Done after the next read, before the write that may follow. */
  readonly between: (() => void)[] = [];
  reads = 0;
  #version = 1;
  desired: number;

  constructor(desired: number) {
    this.desired = desired;
  }

  /** Somebody else sets the number. */
  set(desired: number): void {
    this.desired = desired;
    this.#version += 1;
  }

  read(): Promise<Result<ScaleReading, ScaleFailure>> {
    this.reads += 1;
    const failure = this.failReads.shift();
    if (failure !== undefined) return Promise.resolve(failed(failure));
    const reading = this.#reading();
    this.between.shift()?.();
    return Promise.resolve(ok(reading));
  }

  write(_: unknown, replicas: number, as: ScaleReading): Promise<Result<ScaleReading, ScaleFailure>> {
    const failure = this.failWrites.shift();
    if (failure !== undefined) return Promise.resolve(failed(failure));
    if (as.version !== String(this.#version)) {
      return Promise.resolve(failed({ kind: "conflict", detail: "409", retryAfter: null }));
    }
    this.writes.push(replicas);
    this.set(replicas);
    return Promise.resolve(ok(this.#reading()));
  }

  #reading(): ScaleReading {
    return { desired: this.desired, existing: this.desired, version: String(this.#version) };
  }
}

function rig({ desired = 3, dryRun = false } = {}) {
  const time = new ScriptedTime(RECORD_AT);
  const scale = new MemoryScale(desired);
  const registry = new Registry();
  registry.apply([loadPolicy()], { rejected: [], at: RECORD_AT });
  const lines: string[] = [];
  const counts: string[] = [];
  const events: Scaled[] = [];
  const leader = { leads: true };
  let isContested = false;
  const actuator = new Actuator(
    {
      registry,
      scale,
      leadership: { isLeader: () => leader.leads, holder: () => null },
      clock: time,
      events: { scaled: (event) => events.push(event) },
      telemetry: {
        actuation: (_, result) => counts.push(result),
        contested: (_, contested) => {
          isContested = contested;
        },
      },
      logger: loggerInto(lines),
    },
    { tickInterval: seconds(15), dryRun },
  );
  return {
    scale,
    lines,
    counts,
    events,
    leader,
    isContested: () => isContested,
    /** Decides as told, `later` than before, and acts on it. */
    async tick(parts: RecordParts, later: Millis = seconds(15)): Promise<void> {
      time.advance(later);
      registry.publish(KEY, initialState(), buildRecord({ at: time.now(), ...parts }));
      await actuator.ticked();
    },
  };
}

const conflict: ScaleFailure = { kind: "conflict", detail: "409: Conflict", retryAfter: null };
const failure = (kind: ScaleFailure["kind"], retryAfter: Millis | null = null): ScaleFailure => ({
  kind,
  detail: kind,
  retryAfter,
});

describe("the writer", () => {
  test("writes what was decided, and says so once", async () => {
    const { tick, scale, counts, events, lines } = rig();
    await tick({ desired: 3, replicas: 7 });
    await tick({ desired: 7, replicas: 7 });
    expect({ writes: scale.writes, counts, lines }).toEqual({
      writes: [7],
      counts: ["written"],
      lines: ["info scaled"],
    });
    expect(events.map(({ from, to }) => [from, to])).toEqual([[3, 7]]);
  });

  test("an observation that lags behind its own write does not write again", async () => {
    const { tick, scale, counts, isContested } = rig();
    await tick({ desired: 3, replicas: 7 });
    await tick({ desired: 3, replicas: 7 });
    await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes, counts, contested: isContested() }).toEqual({
      writes: [7],
      counts: ["written"],
      contested: false,
    });
  });

  test("reads no scale of which everything is as wanted, but now and then", async () => {
    const { tick, scale } = rig();
    for (let second = 0; second < 60; second += 1) await tick({ desired: 3, replicas: 3 }, seconds(1));
    expect(scale.reads).toBe(4);
  });

  test("409: looks again, and writes over what still needs it", async () => {
    const { tick, scale, counts } = rig();
    scale.between.push(() => scale.set(4));
    await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes, counts }).toEqual({ writes: [7], counts: ["conflict", "written"] });
  });

  test("409: looks again, and leaves what was raised meanwhile", async () => {
    const { tick, scale, counts } = rig();
    scale.between.push(() => scale.set(9));
    await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes, desired: scale.desired, counts }).toEqual({
      writes: [],
      desired: 9,
      counts: ["conflict"],
    });
  });

  test("409: a scale-in of what has changed waits for the next decision", async () => {
    const { tick, scale } = rig();
    scale.between.push(() => scale.set(5));
    await tick({ desired: 3, replicas: 2 });
    expect(scale.desired).toBe(5);
  });

  test("409 without end is given up until the next tick", async () => {
    const { tick, scale, counts } = rig();
    scale.failWrites.push(conflict, conflict, conflict, conflict, conflict, conflict);
    await tick({ desired: 3, replicas: 7 });
    expect({ counts, reads: scale.reads }).toEqual({
      counts: Array.from({ length: 5 }, () => "conflict"),
      reads: 5,
    });
  });

  test.each(["forbidden", "notFound", "invalid", "unreachable"] as const)(
    "%s: says so once, and tries at the next tick",
    async (kind) => {
      const { tick, scale, lines, counts } = rig();
      scale.failReads.push(failure(kind), failure(kind));
      await tick({ desired: 3, replicas: 7 });
      await tick({ desired: 3, replicas: 7 });
      await tick({ desired: 3, replicas: 7 });
      expect({ writes: scale.writes, counts, lines }).toEqual({
        writes: [7],
        counts: ["failed", "failed", "written"],
        lines: ["error cannot scale", "info scaled"],
      });
    },
  );

  test("429: leaves the server alone for as long as it asks", async () => {
    const { tick, scale } = rig();
    scale.failWrites.push(failure("throttled", seconds(40)));
    for (let round = 0; round < 3; round += 1) await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes, reads: scale.reads }).toEqual({ writes: [], reads: 1 });
    await tick({ desired: 3, replicas: 7 });
    expect(scale.writes).toEqual([7]);
  });

  test("who does not lead reads and writes nothing", async () => {
    const { tick, scale, leader } = rig();
    leader.leads = false;
    await tick({ desired: 3, replicas: 7 });
    expect({ reads: scale.reads, writes: scale.writes }).toEqual({ reads: 0, writes: [] });
  });

  test("who ceases to lead between reading and writing does not write", async () => {
    const { tick, scale, leader } = rig();
    scale.between.push(() => {
      leader.leads = false;
    });
    await tick({ desired: 3, replicas: 7 });
    expect(scale.writes).toEqual([]);
  });

  test("a dry run says what it would do, once, and does not", async () => {
    const { tick, scale, lines, counts, events } = rig({ dryRun: true });
    await tick({ desired: 3, replicas: 7 });
    await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes, lines, counts, events }).toEqual({
      writes: [],
      lines: ["info would scale (dry run)"],
      counts: ["dryRun", "dryRun"],
      events: [],
    });
  });

  test("a second writer is not fought: three rounds, then an alarm, and quiet", async () => {
    const { tick, scale, lines, isContested } = rig();
    for (let round = 0; round < 10; round += 1) {
      await tick({ desired: 3, replicas: 7 });
      scale.set(3);
    }
    expect({ writes: scale.writes, contested: isContested() }).toEqual({
      writes: [7, 7, 7],
      contested: true,
    });
    expect(lines.filter((line) => line.startsWith("error"))).toEqual([
      "error someone else sets the replicas again and again; nothing is written until that has been quiet for 10 min",
    ]);
    for (let round = 0; round < 40; round += 1) await tick({ desired: 3, replicas: 7 });
    expect({ writes: scale.writes.length, contested: isContested() }).toEqual({
      writes: 4,
      contested: false,
    });
    expect(lines.at(-2)).toBe("info replicas are set again");
  });
});
