// GPU nodes: pods are placed where there is room, nodes come for those that wait, and empty ones leave.

import { expect, test } from "vitest";
import type { NodePool } from "../../../../src/domain/scenario.ts";
import { GpuNodes, type Node } from "../../../../src/simulator/cluster/node-pool.ts";
import { randomStream } from "../../../../src/simulator/random/random-stream.ts";

type Rig = {
  readonly nodes: GpuNodes;
  /** `<pod> on <node> at <seconds>`. */
  readonly placed: string[];
  readonly request: (pod: number, at: number, gpus?: number) => void;
  readonly play: (until: number) => void;
  readonly nodeOf: (pod: number) => Node;
};

function rig(parts: Partial<NodePool> = {}): Rig {
  const due: { readonly at: number; readonly node: Node }[] = [];
  const placed: string[] = [];
  const byPod = new Map<number, Node>();
  const settings: NodePool = {
    name: "gpu",
    gpusPerNode: 2,
    initialNodes: 1,
    maxNodes: 2,
    provisioning: { kind: "constant", seconds: 100 },
    idleTimeoutSeconds: null,
    ...parts,
  };
  const nodes = new GpuNodes({
    settings,
    random: randomStream(1, "nodes"),
    schedule: (at, node) => due.push({ at, node }),
  });
  return {
    nodes,
    placed,
    request: (pod, at, gpus = 1) =>
      nodes.request(pod, at, {
        gpus,
        placed: (node, placedAt) => {
          byPod.set(pod, node);
          placed.push(`${pod} on ${node.index} at ${placedAt}`);
        },
      }),
    play(until) {
      for (const { at, node } of due.toSorted((one, other) => one.at - other.at)) {
        if (at <= until) nodes.due(node, at);
      }
    },
    nodeOf: (pod) => byPod.get(pod) ?? expect.fail(`pod ${pod} has no node`),
  };
}

test("the fullest node with room takes a pod; without room a node is launched, up to the most there may be", () => {
  const { request, placed, play, nodes } = rig();
  for (const pod of [0, 1, 2, 3, 4]) request(pod, 10);
  expect(placed).toEqual(["0 on 0 at 10", "1 on 0 at 10"]);
  play(200);
  expect(placed.slice(2)).toEqual(["2 on 1 at 110", "3 on 1 at 110"]);
  expect(nodes.nodeCount()).toBe(2);
});

test("GPUs that become free go to the one that waits longest; one that no longer wants any is left out", () => {
  const { request, placed, nodes, nodeOf } = rig({ maxNodes: 1 });
  request(0, 0, 2);
  for (const pod of [1, 2, 3]) request(pod, 5);
  nodes.withdraw(1);
  nodes.release(nodeOf(0), 2, 30);
  expect(placed).toEqual(["0 on 0 at 0", "2 on 0 at 30", "3 on 0 at 30"]);
});

test("no node is launched while none is to be had, and again when there are", () => {
  const { request, placed, play, nodes } = rig({ initialNodes: 0 });
  nodes.shortageBegins();
  request(0, 10);
  play(1000);
  expect(placed).toEqual([]);
  nodes.shortageEnds(50);
  play(1000);
  expect(placed).toEqual(["0 on 0 at 150"]);
});

test("an empty node leaves after the idle time, unless a pod came in between", () => {
  const { request, play, nodes, nodeOf } = rig({ idleTimeoutSeconds: 60, initialNodes: 2 });
  request(0, 10);
  play(60);
  expect(nodes.nodeCount()).toBe(1);
  nodes.release(nodeOf(0), 1, 100);
  request(1, 120);
  play(160);
  expect(nodes.nodeCount()).toBe(1);
  nodes.release(nodeOf(1), 1, 200);
  play(260);
  expect(nodes.nodeCount()).toBe(0);
});
