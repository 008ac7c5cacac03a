// Which pods go when there are too many: those that have come least far, then the most recently ready.

import { expect, test } from "vitest";
import { newPod, type Pod } from "../../../../src/simulator/cluster/pod.ts";
import { victims } from "../../../../src/simulator/cluster/victims.ts";

function pod(index: number, phase: Pod["phase"], phaseSince = 0): Pod {
  const name = `pod-${index}`;
  return { ...newPod({ id: index, index, name, ordinal: null, createdAt: 0 }, 0), phase, phaseSince };
}

function stateful(ordinal: number, phase: Pod["phase"]): Pod {
  return { ...pod(ordinal, phase), ordinal };
}

test.each([
  {
    name: "waiting for a node, then pulling, then loading, then ready",
    pods: [pod(0, "ready"), pod(1, "loading", 50), pod(2, "pulling", 60), pod(3, "pending", 70)],
    order: ["pod-3", "pod-2", "pod-1", "pod-0"],
  },
  {
    name: "of ready pods the most recently ready one",
    pods: [pod(0, "ready", 10), pod(1, "ready", 300), pod(2, "ready", 20)],
    order: ["pod-1", "pod-2", "pod-0"],
  },
  {
    name: "of equals the newest",
    pods: [pod(0, "loading", 10), pod(1, "loading", 5), pod(2, "ready", 0), pod(3, "ready", 0)],
    order: ["pod-1", "pod-0", "pod-3", "pod-2"],
  },
  {
    name: "a StatefulSet's highest ordinal, however far it has come",
    pods: [stateful(0, "loading"), stateful(1, "ready"), stateful(2, "ready")],
    order: ["pod-2", "pod-1", "pod-0"],
  },
])("$name", ({ pods, order }) => {
  expect(victims(pods, pods.length).map(({ name }) => name)).toEqual(order);
  expect(victims(pods, 1).map(({ name }) => name)).toEqual(order.slice(0, 1));
  expect(victims(pods, -2)).toEqual([]);
});
