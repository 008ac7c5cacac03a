// Conformance: what the scaler learns from the API server alone: replicas, pods that do not serve, and what the HPA carries.

import { expect } from "vitest";
import { type ConformanceCase, withWorkload } from "./conformance-case.ts";
import { WORKLOAD } from "./documents.ts";
import { eventually } from "./eventually.ts";
import type { Pod } from "./fake-kubelet.ts";
import type { ScaledWorkload } from "./scaled-workload.ts";

/** What a tick saw: replicas, and why those that do not serve do not. */
type Seen = { readonly desired: number; readonly ready: number; readonly waiting: readonly string[] };

const counted: ConformanceCase = {
  name: "replicas from the API",
  run: (cluster) =>
    withWorkload(cluster, { namespace: "counted", min: 1, readsCluster: true }, async (workload) => {
      await workload.settle(15, 2);
      await untilSeen(workload, { desired: 2, ready: 2, waiting: [] });

      cluster.kubelet.fate("counted", "unschedulable");
      workload.load(25);
      await untilSeen(workload, { desired: 3, ready: 2, waiting: ["Unschedulable"] });
      cluster.kubelet.fate("counted", "crash-looping");
      workload.load(44);
      await untilSeen(workload, {
        desired: 5,
        ready: 2,
        waiting: ["CrashLoopBackOff", "CrashLoopBackOff", "Unschedulable"],
      });
      const note = (await workload.views()).flatMap(({ notes }) => notes).join();
      expect(note).toMatch(/^3 replicas starting: .*CrashLoopBackOff \(3 restarts\)/);
      expect(note).toMatch(/Unschedulable/);

      cluster.kubelet.fate("counted", "ready");
      const begin = performance.now();
      await deleteWaiting(workload);
      await untilSeen(workload, { desired: 5, ready: 5, waiting: [] });
      const seconds = (performance.now() - begin) / 1000;
      const expected = "2 of 5 ready, 1 without a node and 2 that crash named; 5 when they are replaced";
      return [{ name: "replicas from the API", expected, seen: "2 of 5, each named; 5", seconds }];
    }),
};

const dropped: ConformanceCase = {
  name: "tolerance dropped by the API server",
  run: (cluster) =>
    withWorkload(
      cluster,
      { namespace: "dropped", replicas: 10, min: 1, exactly: 10, readsCluster: true },
      async (workload) => {
        await workload.untilDesired(10);
        expect(JSON.stringify((await workload.hpa())?.spec.behavior)).not.toContain("tolerance");
        const told = expect.stringMatching(/^HPA \S+ carries no tolerance: .*going in, it is told the edge/);
        expect(await workload.views()).toMatchObject([{ notes: [told] }]);
        workload.editPolicy({ exactly: 9 });
        const seconds = await workload.untilDesired(9);
        const expected = "said, and 10 → 9 is followed although the ScaledObject's tolerance of 0 is gone";
        return [{ name: "tolerance dropped by the API server", expected, seen: "said; 9", seconds }];
      },
    ),
};

/** Resolves once a tick saw this. */
async function untilSeen(workload: ScaledWorkload, { desired, ready, waiting }: Seen): Promise<void> {
  const what = `${ready} of ${desired} replicas of ${workload.namespace}, waiting: ${waiting.join(", ")}`;
  await eventually(what, async () => {
    const replicas = { desired, ready, starting: desired - ready, source: "kubernetes" };
    expect(await workload.views()).toMatchObject([{ replicas, waiting }]);
    return true;
  });
}

/** Deletes pods that do not serve, upon which their ReplicaSet makes others. */
async function deleteWaiting({ cluster, namespace }: ScaledWorkload): Promise<void> {
  const { api } = cluster.plane;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = await api.get<{ readonly items: readonly Pod[] }>(
    `${pods}?labelSelector=app%3D${WORKLOAD}`,
  );
  const waiting = items.filter(
    ({ status }) => !status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  await Promise.all(
    waiting.map(({ metadata }) => api.delete(`${pods}/${metadata.name}`, { gracePeriodSeconds: 0 })),
  );
}

/** Those that every cluster can show. */
export const COUNTED_CASES: readonly ConformanceCase[] = [counted];
/** What a cluster shows whose API server does not have the HPA's tolerance. */
export const DROPPED_CASES: readonly ConformanceCase[] = [dropped];
