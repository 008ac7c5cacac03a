// Conformance: load that comes and goes, and what people change while it does.

import { expect } from "vitest";
import { type ConformanceCase, withWorkload } from "./conformance-case.ts";
import { HPA, WORKLOAD } from "./documents.ts";
import { eventually } from "./eventually.ts";

const PAUSED = "autoscaling.keda.sh/paused";
/** A poll that never comes while the test runs. */
const NO_POLL_SECONDS = 600;
const NEXT = "triton-next";

const life: ConformanceCase = {
  name: "load comes and goes",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "life", replicas: 0 }, async (workload) => {
      workload.queue(0);
      await eventually("an HPA that is at rest", async () =>
        (await workload.condition("Active"))?.startsWith("False") === true ? true : null,
      );
      expect(await workload.replicas()).toBe(0);

      workload.queue(3);
      const first = await workload.untilReplicas(1);
      await workload.untilReady(1);
      workload.queue(0);

      const out = await workload.settle(44, 5);
      const back = await workload.settle(5, 1);
      await workload.settle(44, 5);
      workload.load(0);
      const zero = await workload.untilReplicas(0);
      await workload.untilReady(0);
      return [
        { name: "0 → 1", expected: "1 replica, by KEDA's poll", seen: "1", seconds: first },
        { name: "1 → N", expected: "5 replicas for 44 requests/s", seen: "5", seconds: out },
        { name: "N → 1", expected: "1 replica for 5 requests/s", seen: "1", seconds: back },
        { name: "N → 0", expected: "0 replicas after both cooldowns", seen: "0", seconds: zero },
      ];
    }),
};

const push: ConformanceCase = {
  name: "push activation",
  run: (cluster) =>
    withWorkload(
      cluster,
      { namespace: "push", replicas: 0, push: true, pollingSeconds: NO_POLL_SECONDS },
      async (workload) => {
        workload.queue(0);
        await eventually("a scaler that has been asked", async () =>
          (await workload.calls()) > 0 ? true : null,
        );
        expect(await workload.replicas()).toBe(0);
        workload.queue(1);
        const seconds = await workload.untilReplicas(1);
        const expected = `1 replica, long before the poll after ${NO_POLL_SECONDS} s`;
        return [{ name: "push activation", expected, seen: "1", seconds }];
      },
    ),
};

const pause: ConformanceCase = {
  name: "paused by annotation",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "pause", min: 1 }, async (workload) => {
      await workload.editScaledObject({ metadata: { annotations: { [PAUSED]: "true" } } });
      await eventually("no HPA", async () => ((await workload.hpa()) === null ? true : null));
      const before = await workload.calls();
      workload.load(44);
      await workload.untilWanted(5);
      expect(await workload.calls()).toBe(before);
      expect(await workload.replicas()).toBe(1);

      await workload.editScaledObject({ metadata: { annotations: { [PAUSED]: null } } });
      const seconds = await workload.untilDesired(5);
      const expected = "no HPA, no calls, 1 replica; 5 when it goes on";
      return [{ name: "paused by annotation", expected, seen: "no HPA, no calls, 1; 5", seconds }];
    }),
};

const edited: ConformanceCase = {
  name: "policy edited",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "edited", min: 1 }, async (workload) => {
      await workload.settle(22, 3);
      workload.editPolicy({ targetPerReplica: 5 });
      const seconds = await workload.untilDesired(5);
      const expected = "5 replicas, not 3, when 5 requests/s are enough for one instead of 10";
      return [{ name: "policy edited", expected, seen: "5", seconds }];
    }),
};

const renamed: ConformanceCase = {
  name: "target renamed",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "renamed", min: 1 }, async (workload) => {
      await workload.settle(25, 3);
      await workload.createDeployment(NEXT, 1);
      await workload.untilReady(1, NEXT);
      workload.load(25, NEXT);
      const begin = performance.now();
      workload.editPolicy({ workload: NEXT });
      await workload.editScaledObject({ spec: { scaleTargetRef: { name: NEXT } } });
      await eventually(`${HPA} for ${NEXT}`, async () =>
        (await workload.hpa())?.spec.scaleTargetRef.name === NEXT ? true : null,
      );
      await workload.untilReplicas(3, NEXT);
      const seconds = (performance.now() - begin) / 1000;
      await workload.untilDesired(3);
      expect(await workload.replicas(WORKLOAD)).toBe(3);
      await workload.deleteDeployment(WORKLOAD);
      await workload.untilReady(3, NEXT);
      const expected = "the new Deployment has 3 replicas, the old one keeps its 3";
      return [{ name: "target renamed", expected, seen: "3 and 3", seconds }];
    }),
};

const tolerant: ConformanceCase = {
  name: "HPA with a tolerance of 0.1",
  run: (cluster) =>
    withWorkload(
      cluster,
      { namespace: "tolerant", replicas: 10, min: 1, exactly: 10, hpaTolerance: 0.1 },
      async (workload) => {
        await workload.untilDesired(10);
        workload.editPolicy({ exactly: 9 });
        const seconds = await workload.untilDesired(9);
        workload.editPolicy({ exactly: 10 });
        await workload.untilDesired(10);
        workload.editPolicy({ exactly: 11 });
        await workload.untilWanted(11);
        const calls = await workload.calls();
        await eventually("further syncs", async () => ((await workload.calls()) > calls + 12 ? true : null));
        expect(await workload.replicas()).toBe(10);
        const expected = "10 → 9 and 9 → 10 are followed; 10 → 11 cannot be";
        return [{ name: "HPA with a tolerance of 0.1", expected, seen: "9; 10; 10", seconds }];
      },
    ),
};

/** Those that disturb nobody else. */
export const CHANGE_CASES: readonly ConformanceCase[] = [life, push, pause, edited, renamed, tolerant];
