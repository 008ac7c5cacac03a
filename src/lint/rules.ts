// All rules of `lint`, in the order of their codes.

import type { Rule } from "./rule.ts";
import { AUTOSCALING_RULES } from "./rules/autoscaling.ts";
import { GPU_QUERY_RULES } from "./rules/gpu-queries.ts";
import { KARPENTER_RULES } from "./rules/karpenter.ts";
import { MODEL_RULES } from "./rules/models.ts";
import { MONITOR_RULES } from "./rules/monitors.ts";
import { NODE_RULES } from "./rules/nodes.ts";
import { POD_RULES } from "./rules/pods.ts";
import { PROBE_RULES } from "./rules/probes.ts";
import { QUERY_RULES } from "./rules/queries.ts";
import { SERVER_RULES } from "./rules/server.ts";
import { SERVICE_RULES } from "./rules/services.ts";
import { TRIGGER_RULES } from "./rules/triggers.ts";

/** What people write in plans, where no file tells what a signal is made of. */
const INVISIBLE_RULES: readonly Rule[] = [
  {
    code: "TM039",
    title: "signal without a source: percentiles and batch sizes that Triton gives only as averages",
    severity: "warning",
    visible: false,
    find: () => [],
  },
];

/** Every rule, by code. */
export const RULES: readonly Rule[] = [
  ...SERVER_RULES,
  ...MODEL_RULES,
  ...PROBE_RULES,
  ...POD_RULES,
  ...SERVICE_RULES,
  ...MONITOR_RULES,
  ...AUTOSCALING_RULES,
  ...TRIGGER_RULES,
  ...QUERY_RULES,
  ...GPU_QUERY_RULES,
  ...KARPENTER_RULES,
  ...NODE_RULES,
  ...INVISIBLE_RULES,
].toSorted((one, other) => (one.code < other.code ? -1 : 1));
