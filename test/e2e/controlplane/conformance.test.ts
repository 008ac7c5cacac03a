// Our scaler under real KEDA, a real HPA controller and a real API server, of each release of KEDA: what becomes of every
// change and every fault, and how long it takes. All clusters run side by side, and those that take parts of theirs away have
// one of their own.

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
  readonly title: string;
  /** Of its lines in the table. */
  readonly label: string;
  readonly release: KedaRelease;
  readonly settings?: ControlPlaneSettings;
  readonly cases: readonly ConformanceCase[];
  /** The cases disturb whatever else there is in the cluster. */
  readonly runsAlone: boolean;
};

/** First what takes longest. */
const PLANES: readonly Plane[] = [
  ...KEDA_RELEASES.map((release) => ({
    title: `KEDA ${release}, disturbed`,
    label: release,
    release,
    cases: OUTAGE_CASES,
    runsAlone: true,
  })),
  ...KEDA_RELEASES.map((release) => ({
    title: `KEDA ${release}`,
    label: release,
    release,
    cases: [...CHANGE_CASES, ...FAULT_CASES, ...COUNTED_CASES, rotation],
    runsAlone: false,
  })),
  {
    title: "KEDA v2.21.0, HPA without tolerance",
    label: "v2.21.0, HPA without tolerance",
    release: "v2.21.0",
    settings: { features: { HPAConfigurableTolerance: false } },
    cases: DROPPED_CASES,
    runsAlone: false,
  },
];

const outcomes: Outcome[] = [];
const versions = new Set<string>();

afterAll(() => {
  if (outcomes.length > 0)
    process.stderr.write(`\nKubernetes ${[...versions].join(", ")}\n${outcomeTable(outcomes)}\n`);
});

for (const [index, { title: planeTitle, label, release, settings, cases, runsAlone }] of PLANES.entries()) {
  const missing = programsMissing(["kubernetes", release]) ?? prometheusMissing();
  const title = missing === null ? planeTitle : `test/e2e/controlplane: ${missing}`;
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
          seen: `FAILED: ${String(thrown).split("\n")[0]}`,
          seconds: null,
        });
        throw thrown;
      }
    };

    if (runsAlone) test.sequential.each(cases)("$name", run);
    else test.concurrent.each(cases)("$name", run);
  });
}
