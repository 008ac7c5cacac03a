// Our scaler under real KEDA, a real HPA controller and a real API server, of each release of KEDA: what becomes of every
// change and every fault, and how long it takes. The clusters of the releases run side by side.

import { afterAll, beforeAll, describe, test } from "vitest";
import { prometheusMissing } from "../prometheus/prometheus-server.ts";
import { KEDA_RELEASES, programsMissing } from "./built-programs.ts";
import { CHANGE_CASES } from "./change-cases.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { OUTAGE_CASES } from "./outage-cases.ts";
import { type Outcome, outcomeTable } from "./outcomes.ts";
import { rotation } from "./rotation-case.ts";

const outcomes: Outcome[] = [];
const versions = new Set<string>();

afterAll(() => {
  if (outcomes.length > 0)
    process.stderr.write(`\nKubernetes ${[...versions].join(", ")}\n${outcomeTable(outcomes)}\n`);
});

for (const [index, release] of KEDA_RELEASES.entries()) {
  const missing = programsMissing(["kubernetes", release]) ?? prometheusMissing();
  const title = missing === null ? `KEDA ${release}` : `test/e2e/controlplane: ${missing}`;
  describe.skipIf(missing !== null).concurrent(title, () => {
    let cluster: Cluster | null = null;
    let failed = false;

    beforeAll(async () => {
      cluster = await startCluster(release, index + 1);
      versions.add(await cluster.plane.version());
    });

    afterAll(async () => {
      await cluster?.close({ failed });
    });

    const run = async ({ name, run: runCase }: ConformanceCase): Promise<void> => {
      if (cluster === null) throw new Error("no cluster");
      try {
        for (const outcome of await runCase(cluster)) outcomes.push({ release, ...outcome });
      } catch (thrown) {
        failed = true;
        outcomes.push({ release, name, expected: "", seen: `FAILED: ${String(thrown)}`, seconds: null });
        throw thrown;
      }
    };

    describe.sequential("undisturbed", () => {
      test.concurrent.each([...CHANGE_CASES, ...FAULT_CASES, rotation])("$name", run);
    });

    describe.sequential("disturbed", () => {
      test.sequential.each(OUTAGE_CASES)("$name", run);
    });
  });
}
