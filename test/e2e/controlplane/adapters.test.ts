// What speaks to the Kubernetes API, on a real one with roles: counts and pods, own scaling, the Lease, and its rights.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Served } from "../real-triton/serve-process.ts";
import type { KubernetesObject } from "./api-client.ts";
import { ACCOUNT, AutoscaledWorkload } from "./autoscaled-workload.ts";
import { programsMissing } from "./built-programs.ts";
import { type BareCluster, startBareCluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { FATE } from "./fake-kubelet.ts";
import { CHECKPOINT, DRY_RUN, ELECTION, LEASE, mayDo, READING } from "./service-account.ts";

const MISSING = programsMissing(["kubernetes"]);
/** Clusters of other tests have the numbers before. */
const CLUSTER = 9;

const WOULD_WRITE = /^tidemark_actuations_total\{[^}]*result="dryRun"[^}]*\} [1-9]/m;
const FAILED = /^tidemark_actuations_total\{[^}]*result="failed"[^}]*\} [1-9]/m;

type Lease = KubernetesObject & { readonly spec: { readonly holderIdentity: string } };
type ConfigMap = KubernetesObject & { readonly binaryData?: Readonly<Record<string, string>> };

describe.skipIf(MISSING !== null)(`test/e2e/controlplane: ${MISSING ?? "Kubernetes adapters"}`, () => {
  let started: BareCluster | null = null;

  const cluster = (): BareCluster => {
    if (started === null) throw new Error("no cluster");
    return started;
  };

  beforeAll(async () => {
    started = await startBareCluster(CLUSTER);
  });

  afterAll(async () => {
    await started?.close();
  });

  test.concurrent("a dry run sees counts, pods, a rollout and why its pod does not serve, and writes nothing", () =>
    AutoscaledWorkload.use(
      cluster(),
      {
        namespace: "seen",
        replicas: 2,
        flags: ["--dry-run"],
        rules: [...READING, ...ELECTION, ...DRY_RUN],
      },
      async (workload) => {
        await eventually("two replicas, measured", async () => {
          const { replicas, pods } = await workload.observed();
          expect(replicas).toEqual({ desired: 2, ready: 2, starting: 0, source: "kubernetes" });
          expect(pods).toEqual({ expected: 2, fresh: 2 });
          return true;
        });
        const metadata = { annotations: { [FATE]: "crash-looping" } };
        await workload.patchDeployment({ spec: { template: { metadata } } });
        await eventually("a rollout that is stuck", async () => {
          const { cluster: facts } = await workload.observed();
          expect(facts).toMatchObject({
            rollout: true,
            existing: 3,
            waiting: [{ reason: "CrashLoopBackOff", restarts: 3 }],
          });
          return true;
        });
        workload.load(44);
        await eventually("a number that would be written", async () => {
          const [scaler] = workload.scalers;
          return WOULD_WRITE.test(await metricsOf(scaler)) ? true : null;
        });
        expect(await workload.replicas()).toBe(2);
        expect(await workload.events()).toEqual([]);
      },
    ));

  test.concurrent("autoscale writes replicas both ways, says so by Events, and is refused nothing", () =>
    AutoscaledWorkload.use(cluster(), { namespace: "writes", replicas: 1 }, async (workload) => {
      workload.load(44);
      await workload.untilReplicas(5);
      workload.load(8);
      await workload.untilReplicas(1);
      const events = await eventually("both events", async () => {
        const found = await workload.events();
        return found.some((event) => event.startsWith("ScaledIn")) ? found : null;
      });
      expect(events.some((event) => event.startsWith("ScaledOut: 1 -> "))).toBe(true);
      expect(await refusals(workload.scalers)).toEqual([]);
    }));

  test.concurrent("autoscale gives way to another writer that insists", () =>
    AutoscaledWorkload.use(cluster(), { namespace: "rival", replicas: 2 }, async (workload) => {
      let overruled = 0;
      workload.load(44);
      await eventually("a scaler that has given way", async () => {
        if ((await workload.replicas()) !== 2) {
          overruled += 1;
          await workload.patchDeployment({ spec: { replicas: 2 } });
        }
        const [scaler] = workload.scalers;
        return /_contested\{[^}]*\} 1$/m.test(await metricsOf(scaler)) ? true : null;
      });
      expect(overruled).toBe(3);
      expect(await workload.replicas()).toBe(2);
    }));

  test.concurrent("of two processes one leads; when it is killed the other goes on with what it knew", () =>
    AutoscaledWorkload.use(cluster(), { namespace: "elects", replicas: 1 }, async (workload) => {
      const { api } = cluster().plane;
      await workload.startScaler();
      workload.load(15);
      await workload.untilReplicas(2);
      expect((await leaders(workload.scalers)).toSorted((one, other) => one - other)).toEqual([0, 1]);
      const lease = `/apis/coordination.k8s.io/v1/namespaces/elects/leases/${LEASE}`;
      const { holderIdentity } = (await api.get<Lease>(lease)).spec;
      await eventually("a checkpoint", async () => {
        const path = `/api/v1/namespaces/elects/configmaps/${CHECKPOINT}`;
        return (await api.find<ConfigMap>(path))?.binaryData === undefined ? null : true;
      });
      const leading = (await leaders(workload.scalers)).indexOf(1);
      await workload.scalers[leading]?.kill();
      workload.load(44);
      await workload.untilReplicas(5);
      expect((await api.get<Lease>(lease)).spec.holderIdentity).not.toBe(holderIdentity);
    }));

  test.concurrent.each([
    { moment: "before", what: "a write of replicas", request: "PUT,/scale", namespace: "before-scale" },
    { moment: "after", what: "a write of replicas", request: "PUT,/scale", namespace: "after-scale" },
    {
      moment: "before",
      what: "the first checkpoint",
      request: "POST,/configmaps",
      namespace: "before-state",
    },
    { moment: "after", what: "a later checkpoint", request: `PUT,/${CHECKPOINT}`, namespace: "after-state" },
    { moment: "after", what: "a renewal of the Lease", request: `PUT,/${LEASE}`, namespace: "after-lease" },
  ])("killed $moment $what, the next process comes to the same number, and never beyond", (point) => {
    const { namespace, moment, request } = point;
    const firstFlags = ["--import", new URL(`die-at-request.js#${moment},${request}`, import.meta.url).href];
    const settings = { namespace, replicas: 1, firstFlags };
    return AutoscaledWorkload.use(cluster(), settings, async (workload) => {
      workload.load(44);
      expect(await workload.scalers[0]?.ended).toBeNull();
      await workload.startScaler();
      await workload.untilReplicas(5);
      const history = workload.replicaHistory;
      expect(history).toEqual(history.toSorted((one, other) => one - other));
    });
  });

  test.concurrent("without the right to write it goes on reading, and says what it lacks", () =>
    AutoscaledWorkload.use(
      cluster(),
      { namespace: "reads", replicas: 1, rules: [...READING, ...ELECTION] },
      async (workload) => {
        workload.load(44);
        await eventually("a write that was refused", async () => {
          const [scaler] = workload.scalers;
          return FAILED.test(await metricsOf(scaler)) ? true : null;
        });
        expect(workload.log()).toMatch(/deployments\.apps \S*triton\S* is forbidden/);
        expect(await workload.replicas()).toBe(1);
      },
    ));

  test.concurrent("its rights are those it uses and no more", () =>
    AutoscaledWorkload.use(cluster(), { namespace: "rights", replicas: 1 }, async () => {
      const may = (asked: Parameters<typeof mayDo>[2], namespace = "rights"): Promise<boolean> =>
        mayDo(cluster().plane, { namespace, account: ACCOUNT }, asked);
      expect(await may({ verb: "update", group: "apps", resource: "deployments/scale" })).toBe(true);
      expect(await may({ verb: "watch", group: "", resource: "pods" })).toBe(true);
      expect(
        await may({ verb: "update", group: "coordination.k8s.io", resource: "leases", name: LEASE }),
      ).toBe(true);
      for (const asked of [
        { verb: "update", group: "coordination.k8s.io", resource: "leases", name: "another" },
        { verb: "update", group: "apps", resource: "deployments" },
        { verb: "patch", group: "apps", resource: "deployments" },
        { verb: "delete", group: "", resource: "pods" },
        { verb: "get", group: "", resource: "secrets" },
        { verb: "list", group: "", resource: "configmaps" },
        { verb: "delete", group: "coordination.k8s.io", resource: "leases" },
      ]) {
        expect({ ...asked, may: await may(asked) }).toEqual({ ...asked, may: false });
      }
      expect(await may({ verb: "watch", group: "", resource: "pods" }, "default")).toBe(false);
    }));

  test.sequential("an API server that dies and comes back is followed again", () =>
    AutoscaledWorkload.use(cluster(), { namespace: "outlives", replicas: 1 }, async (workload) => {
      workload.load(15);
      await workload.untilReplicas(2);
      await cluster().plane.stopApiServer();
      workload.load(44);
      await eventually("a scaler that misses it", async () => {
        const [scaler] = workload.scalers;
        return /_kubernetes_requests_total\{[^}]*code="0"[^}]*\} [1-9]/.test(await metricsOf(scaler))
          ? true
          : null;
      });
      await cluster().plane.startApiServer();
      await workload.untilReplicas(5);
    }));
});

/** 1 of each process that leads, 0 of the others. */
async function leaders(scalers: readonly Served[]): Promise<readonly number[]> {
  const texts = await Promise.all(scalers.map(metricsOf));
  return texts.map((text) => Number(/^tidemark_leader(?:\{[^}]*\})? (\d)$/m.exec(text)?.[1] ?? 0));
}

/** The counters of requests that the API server refused. */
async function refusals(scalers: readonly Served[]): Promise<readonly string[]> {
  const texts = await Promise.all(scalers.map(metricsOf));
  return texts.flatMap(
    (text) => text.match(/^tidemark_kubernetes_requests_total\{[^}]*code="40[13]"[^}]*\} [1-9].*$/gm) ?? [],
  );
}

async function metricsOf(scaler: Served | undefined): Promise<string> {
  return (await fetch(`http://${scaler?.http}/metrics`)).text();
}
