// A rollout where one of two replicas stands by and is never ready, by the real controller: that of deploy/overlays/direct-scrape
// ends with a leader at every moment; with the strategy of the other overlays it would never end.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchedKubectl, renderedObjects, renderedText } from "../../support/kustomizations.ts";
import type { Manifest } from "../../support/manifest-schema.ts";
import { programsMissing } from "../controlplane/built-programs.ts";
import { ControlPlane } from "../controlplane/control-plane.ts";
import { eventually } from "../controlplane/eventually.ts";
import { NODE_NAME } from "../controlplane/fake-kubelet.ts";
import { postStrict } from "../controlplane/post-strict.ts";
import { isLeading, OneLeader } from "./one-leader.ts";

const KUBECTL = fetchedKubectl();
const MISSING =
  KUBECTL === null ? "no kubectl; .ci/install-helm fetches it" : programsMissing(["kubernetes"]);
const REVISION = "test.tidemark.dev/revision";
/** Many times what a rollout takes here; and where it takes long, longer still. */
const NEVER_MS = 20_000;
const AT_LAST_MS = 90_000;

/**
 * The Deployment of an overlay as one of a namespace of its own. Its pods name a node, as a scheduler would have them do:
 * those of none are gone at once when they are deleted.
 */
function deploymentOf(folder: string, namespace: string): Manifest {
  const found = renderedObjects(renderedText(KUBECTL ?? "", folder)).find(
    ({ kind }) => kind === "Deployment",
  );
  if (found === undefined) throw new Error(`no Deployment in ${folder}`);
  const spec = found["spec"] as { readonly template: { readonly spec: object } };
  const template = { ...spec.template, spec: { ...spec.template.spec, nodeName: NODE_NAME } };
  return { ...found, metadata: { ...found.metadata, namespace }, spec: { ...spec, template } };
}

describe.skipIf(MISSING !== null)(`test/e2e/charts: ${MISSING ?? "a rollout with a leader"}`, () => {
  let plane: ControlPlane | null = null;

  const api = () => {
    if (plane === null) throw new Error("no API server");
    return plane.api;
  };

  beforeAll(async () => {
    plane = await ControlPlane.start({});
  });

  afterAll(async () => {
    await plane?.close({ failed: false });
  });

  /** Posts the Deployment, waits for its two pods, changes its template, and returns who led at each look. */
  async function rolledOut(folder: string, namespace: string, withinMs: number) {
    const deployment = deploymentOf(folder, namespace);
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "tidemark", namespace } };
    expect(await postStrict(api(), account)).toEqual({ refusal: null, warnings: [] });
    expect(await postStrict(api(), deployment)).toEqual({ refusal: null, warnings: [] });
    const kubelet = new OneLeader(api(), namespace);
    const newest = async () => (await kubelet.pods()).filter((pod) => pod.metadata.annotations?.[REVISION]);
    const led: number[] = [];
    try {
      await eventually("a leader of two", async () => {
        const pods = await kubelet.pods();
        return pods.length === 2 && pods.some(isLeading) ? true : null;
      });
      await api().merge(`/apis/apps/v1/namespaces/${namespace}/deployments/tidemark`, {
        spec: { template: { metadata: { annotations: { [REVISION]: "2" } } } },
      });
      const began = performance.now();
      let isEnded = false;
      while (!isEnded && performance.now() - began < withinMs) {
        const pods = await kubelet.pods();
        led.push(pods.filter(isLeading).length);
        isEnded = pods.length === 2 && (await newest()).length === 2 && pods.some(isLeading);
        await wait(100);
      }
      return { isEnded, led, newest: (await newest()).length };
    } finally {
      await kubelet.stop();
    }
  }

  test("ends, and somebody leads at nearly every look", async () => {
    const { isEnded, led } = await rolledOut("deploy/overlays/direct-scrape", "direct-scrape", AT_LAST_MS);
    expect(isEnded).toBe(true);
    // The look between one who is gone and the next who leads may see neither.
    expect(led.filter((leaders) => leaders === 0).length).toBeLessThanOrEqual(10);
    expect(Math.max(...led)).toBe(1);
  });

  test("would not end with the strategy of replicas that are all ready", async () => {
    const { isEnded, newest } = await rolledOut("deploy/base", "all-ready", NEVER_MS);
    expect(isEnded).toBe(false);
    expect(newest).toBe(1);
  });
});
