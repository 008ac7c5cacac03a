// A workload whose replicas are moved by hand at set times, and what our scaler would have seen of it.

import type { Observation } from "../../../src/domain/observation.ts";
import type { Policy } from "../../../src/domain/policy.ts";
import type { Scenario } from "../../../src/domain/scenario.ts";
import { before, instant, seconds } from "../../../src/domain/units.ts";
import { sampleSpan } from "../../../src/domain/windows.ts";
import { buildObservation } from "../../../src/observe/build-observation.ts";
import type { Scaler, ScalerView } from "../../../src/simulator/scalers/scaler.ts";
import { buildPlant } from "../../../src/simulator/world/build-workload.ts";
import { viewOf, WorkloadWorld } from "../../../src/simulator/world/workload-world.ts";
import { World } from "../../../src/simulator/world/world.ts";
import { loaded } from "./scenario.ts";

export type ForcedRun = {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly seed: number;
  /** From when on how many replicas are asked for; before the first, the initial ones. */
  readonly forced: readonly { readonly atSeconds: number; readonly replicas: number }[];
  /** Hears of what each tick sees. */
  readonly onTick: (atSeconds: number, observation: Observation) => void;
};

/** Plays the scenario's first workload with replicas as forced. */
export function playForced({ scenario, policy, seed, forced, onTick }: ForcedRun): void {
  const [workload] = scenario.workloads;
  if (workload === undefined) throw new Error("the scenario has a workload");
  const world = new World({ scenario, seed });
  const build = {
    scenario,
    workload,
    index: 0,
    candidateName: "forced",
    baseline: null,
    policy: loaded(policy),
    reference: loaded(policy),
    planned: null,
    seed,
    traces: new Map(),
    version: "test",
    keepRequests: false,
    onLine: () => undefined,
  };
  const plant = buildPlant(build, world.ground);
  const { controlPlane, durationSeconds } = scenario;
  const view = viewOf(plant, scenario);
  const scaler = forcedScaler({
    view,
    policy,
    tickSeconds: controlPlane.tickIntervalSeconds,
    forced,
    onTick,
  });
  const control = { candidate: "forced", scaler, bounds: null, controlPlane, durationSeconds, seed };
  world.play([new WorkloadWorld(plant, control)]);
}

type Forced = Pick<ForcedRun, "policy" | "forced" | "onTick"> & {
  readonly view: ScalerView;
  readonly tickSeconds: number;
};

function forcedScaler({ view, policy, tickSeconds, forced, onTick }: Forced): Scaler {
  let wanted: number | null = null;
  return {
    hand: { kind: "direct" },
    tickSeconds,
    tick(atSeconds) {
      wanted = forced.findLast((change) => change.atSeconds <= atSeconds)?.replicas ?? null;
      onTick(atSeconds, observed({ view, policy, tickSeconds }, atSeconds));
      return null;
    },
    hpaMetrics: () => [],
    isActive: () => true,
    wanted: () => wanted,
  };
}

function observed(
  { view, policy, tickSeconds }: Pick<Forced, "view" | "policy" | "tickSeconds">,
  atSeconds: number,
): Observation {
  const at = instant(view.start + atSeconds * 1000);
  return buildObservation({
    at,
    readAt: before(at, seconds(view.lagSeconds)),
    policy,
    samples: view.samples(atSeconds - view.lagSeconds, sampleSpan(policy) / 1000),
    scrapeInterval: seconds(view.scrapeIntervalSeconds),
    tickInterval: seconds(tickSeconds),
    activation: null,
    queries: new Map(),
  });
}
