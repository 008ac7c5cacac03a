// Our scaler under real KEDA, a real HPA controller and a real API server, of each release of KEDA: what becomes of every
// change and every fault, and how long it takes. The clusters of the releases run side by side.

import { afterAll, beforeAll, describe, test } from "vitest";
import { prometheusMissing } from "../prometheus/prometheus-server.ts";
import { KEDA_RELEASES, type KedaRelease, programsMissing } from "./built-programs.ts";
import { CHANGE_CASES } from "./change-cases.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { ControlPlaneSettings } from "./control-plane.ts";
import { COUNTED_CASES, DROPPED_CASES } from "./counted-cases.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { OUTAGE_CASES } from "./outage-cases.ts";
import { type Outcome, outcomeTable } from "./outcomes.ts";
import { rotation } from "./rotation-case.ts";

/** A cluster of its own, and what it is asked. */
type Plane = {
  readonly label: string;
  readonly release: KedaRelease;
  readonly settings?: ControlPlaneSettings;
  /** Cases that run side by side, and then those that run alone. */
  readonly undisturbed: readonly ConformanceCase[];
  readonly disturbed: readonly ConformanceCase[];
};

const PLANES: readonly Plane[] = [
  ...KEDA_RELEASES.map((release) => ({
    label: release,
    release,
    undisturbed: [...CHANGE_CASES, ...FAULT_CASES, ...COUNTED_CASES, rotation],
    disturbed: OUTAGE_CASES,
  })),
  {
    label: "v2.21.0, HPA without tolerance",
    release: "v2.21.0",
    settings: { features: { HPAConfigurableTolerance: false } },
    undisturbed: DROPPED_CASES,
    disturbed: [],
  },
];

const outcomes: Outcome[] = [];
const versions = new Set<string>();

afterAll(() => {
  if (outcomes.length > 0)
    process.stderr.write(`\nKubernetes ${[...versions].join(", ")}\n${outcomeTable(outcomes)}\n`);
});

for (const [index, { label, release, settings, undisturbed, disturbed }] of PLANES.entries()) {
  const missing = programsMissing(["kubernetes", release]) ?? prometheusMissing();
  const title = missing === null ? `KEDA ${label}` : `test/e2e/controlplane: ${missing}`;
  describe.skipIf(missing !== null).concurrent(title, () => {
    let cluster: Cluster | null = null;
    let failed = false;

    beforeAll(async () => {
      cluster = await startCluster(release, index + 1, settings);
      versions.add(await cluster.plane.version());
    });

    afterAll(async () => {
      await cluster?.close({ failed });
    });

    const run = async ({ name, run: runCase }: ConformanceCase): Promise<void> => {
      if (cluster === null) throw new Error("no cluster");
      try {
        for (const outcome of await runCase(cluster)) outcomes.push({ release: label, ...outcome });
      } catch (thrown) {
        failed = true;
        outcomes.push({
          release: label,
          name,
          expected: "",
          seen: `FAILED: ${String(thrown)}`,
          seconds: null,
        });
        throw thrown;
      }
    };

    describe.sequential("undisturbed", () => {
      test.concurrent.each(undisturbed)("$name", run);
    });

    if (disturbed.length === 0) return;
    describe.sequential("disturbed", () => {
      test.sequential.each(disturbed)("$name", run);
    });
  });
}
