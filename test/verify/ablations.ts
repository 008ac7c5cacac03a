// The steps of learning that can be left out one at a time, to see what each one is for.

import type { Ablation } from "./ablated-copy.ts";

const LEARN = "src/decide/learn-capacity.ts";
const LIMIT = "src/decide/load-limit.ts";

export const ABLATIONS: readonly Ablation[] = [
  {
    step: "the cap of saturated pods",
    file: LEARN,
    from: "if (seen === null || hasRoom || hasIdleInstances(instancesPerPod, context)) return cap;",
    to: "if (seen === null || hasRoom || hasIdleInstances(instancesPerPod, context) || cap !== undefined) return cap;",
  },
  {
    step: "full batches before a pod counts as saturated",
    file: LEARN,
    from: "if (seen === null || hasRoom || hasIdleInstances(instancesPerPod, context)) return cap;",
    to: "if (seen === null || (hasRoom && seen < 0) || hasIdleInstances(instancesPerPod, context)) return cap;",
  },
  {
    step: "busy instances before a pod counts as saturated",
    file: LEARN,
    from: "if (seen === null || hasRoom || hasIdleInstances(instancesPerPod, context)) return cap;",
    to: "if (seen === null || hasRoom) return cap;",
  },
  {
    step: "bad points",
    file: LEARN,
    from: "if (isBad(judged, breached, context))\n    return withBadPoint(learned, { perReplica, signals: breached }, context);",
    to: "if (isBad(judged, breached, context)) return learned;",
  },
  {
    step: "quiet before a bad point",
    file: LEARN,
    from: "return isQuiet && breached.length > 0;",
    to: "return (isQuiet || true) && breached.length > 0;",
  },
  {
    step: "the floor by the cap",
    file: LIMIT,
    from: "const FLOOR_CAP_RATIO = 0.5;",
    to: "const FLOOR_CAP_RATIO = 0;",
  },
  {
    step: "the floor by what was proven",
    file: LIMIT,
    from: "const FLOOR_PROVEN_RATIO = 0.4;",
    to: "const FLOOR_PROVEN_RATIO = 0;",
  },
  {
    step: "the reach of bad points",
    file: LIMIT,
    from: "const BAD_POINT_REACH = 2;",
    to: "const BAD_POINT_REACH = 1000;",
  },
  {
    step: "probes only where they are likely to hold",
    file: "src/decide/combine.ts",
    from: "return isWorthATrial(context)",
    to: "return (isWorthATrial(context) || true)",
  },
  {
    step: "forgetting when the service changes",
    file: "src/decide/decide.ts",
    from: "...knowService(probed),",
    to: "...(knowService(probed) === null ? {} : {}),",
  },
  {
    step: "futile breaches",
    file: "src/decide/breaches.ts",
    from: "{ ...breach, futileUntil: after(at, FUTILE_FOR) }",
    to: "{ ...breach, futileUntil: null && after(at, FUTILE_FOR) }",
  },
];
