// Sources that go by the Kubernetes API: replica counts from it, and pods to scrape.

import { ClusterSource, type ClusterSourceParts } from "../adapters/kubernetes/cluster-source.ts";
import { podTargets } from "../adapters/kubernetes/pod-targets.ts";
import { pause } from "../adapters/pause.ts";
import type { ScrapeSource } from "../adapters/scrape-source.ts";
import type { ScrapeTarget } from "../domain/configuration.ts";
import { type Millis, seconds } from "../domain/units.ts";
import { badInput } from "./command-error.ts";
import type { ComposedSource, SourceNeeds } from "./composed-source.ts";
import { firstLook } from "./first-look.ts";

type ClusterNeeds = Pick<SourceNeeds, "cluster">;
type Cluster = NonNullable<SourceNeeds["cluster"]>;

/** The service must be ready within seconds, whatever the API server does. */
const FIRST_LIST_LONGEST = seconds(2.5);

/**
 * Returns the source with replica counts, and what there is to say of pods, from the Kubernetes API. What they were
 * before the start it does not tell.
 */
export function countedByCluster(composed: ComposedSource, needs: ClusterNeeds): ComposedSource {
  const cluster = clusterOf(needs);
  return {
    ...counted(composed, cluster),
    async start() {
      await listed(cluster);
      await composed.start();
    },
  };
}

/** Returns the source with the pods of the policies' workloads as its targets, whichever there are. */
export function composeDiscovery(
  composed: ComposedSource & { readonly source: ScrapeSource },
  needs: ClusterNeeds & { readonly round: Millis },
): ComposedSource {
  const cluster = clusterOf(needs);
  const { clock, source } = composed;
  const retarget = (): readonly ScrapeTarget[] => {
    const found = podTargets(cluster.view, clock.now());
    if (found !== null) source.retarget(found);
    return found ?? [];
  };
  const closed = cluster.view.onPods(retarget);
  return {
    ...counted(composed, { ...cluster, closed }),
    workloads: cluster.targets,
    async start() {
      await listed(cluster);
      const targets = retarget();
      source.start();
      await firstLook(source, { targets, clock, round: needs.round });
    },
  };
}

function counted(composed: ComposedSource, parts: ClusterSourceParts): ComposedSource {
  const { clock, source, isUp } = composed;
  return {
    ...composed,
    source: new ClusterSource(source, parts),
    isUp: () => isUp?.() !== false && parts.view.problem(clock.now()) === null,
    knowsPast: false,
  };
}

async function listed({ view, targets }: Cluster): Promise<void> {
  view.follow(targets());
  await Promise.race([view.tried(), pause(FIRST_LIST_LONGEST, new AbortController().signal)]);
}

function clusterOf({ cluster }: ClusterNeeds): Cluster {
  if (cluster !== null && cluster !== undefined) return cluster;
  throw badInput(
    "this command does not read Kubernetes; count replicas by kube-state-metrics, and list targets",
  );
}
