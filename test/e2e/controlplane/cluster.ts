// A whole cluster of the test: control plane, KEDA, pods, Tritons and Prometheus.

import type { KedaRelease } from "./built-programs.ts";
import { ClusterMetrics } from "./cluster-metrics.ts";
import { ControlPlane, type ControlPlaneSettings } from "./control-plane.ts";
import { FakeKubelet } from "./fake-kubelet.ts";
import { KedaPlane } from "./keda-plane.ts";
import { TritonFleet } from "./triton-fleet.ts";

export type Cluster = {
  readonly release: KedaRelease;
  readonly plane: ControlPlane;
  readonly keda: KedaPlane;
  readonly kubelet: FakeKubelet;
  readonly fleet: TritonFleet;
  readonly metrics: ClusterMetrics;
  /** Ends all of it; the logs are kept where tests failed. */
  close(end: { readonly failed: boolean }): Promise<void>;
};

/** A cluster without KEDA, in which others than the administrator may do what roles grant them. */
export type BareCluster = {
  readonly plane: ControlPlane;
  readonly fleet: TritonFleet;
  /** Tells that a test failed, with what it wants to have said. */
  failed(log: string): void;
  close(): Promise<void>;
};

/** Starts a cluster without KEDA; `index` as below. */
export async function startBareCluster(index: number): Promise<BareCluster> {
  const plane = await ControlPlane.start({ authorization: "RBAC" });
  const kubelet = new FakeKubelet(plane.api, index);
  const fleet = await TritonFleet.start(plane.api);
  let failed = false;
  return {
    plane,
    fleet,
    failed: (log) => {
      failed = true;
      process.stderr.write(`${log}\n`);
    },
    close: async () => {
      kubelet.stop();
      fleet.stop();
      await plane.close({ failed });
    },
  };
}

/** Starts a cluster with KEDA of this release; `index`, from 1, tells those apart that run side by side. */
export async function startCluster(
  release: KedaRelease,
  index: number,
  settings: ControlPlaneSettings = {},
): Promise<Cluster> {
  const plane = await ControlPlane.start(settings);
  const { api, folder } = plane;
  const kubelet = new FakeKubelet(api, index);
  const fleet = await TritonFleet.start(api);
  const [keda, metrics] = await Promise.all([
    KedaPlane.start(plane, release),
    ClusterMetrics.start({ api, fleet, folder }),
  ]);
  return {
    release,
    plane,
    keda,
    kubelet,
    fleet,
    metrics,
    close: async (end) => {
      kubelet.stop();
      fleet.stop();
      await Promise.all([keda.stop(), metrics.close()]);
      await plane.close(end);
    },
  };
}
