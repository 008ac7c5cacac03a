// A scenario for every kind of mistake that one can hold, with the whole line that it must print.

import { FILE, type IssueCase } from "./documents.ts";
import { scenarioWith, VALID_SCENARIO } from "./scenario-documents.ts";

const POOL = "  cluster: { pools: [ { name: a100, nodes: { initial: 2, max: 8 } } ] }\n";

/** What one scenario can have wrong, by code. */
export const SCENARIO_ISSUE_CASES: readonly IssueCase[] = [
  {
    code: "POOL_UNKNOWN",
    name: "a misspelt pool, of a workload and of a fault",
    text: scenarioWith("initial: 3 }\n", "initial: 1 }\n      pool: a10\n").concat(
      POOL,
      "  faults: [ { at: 1m, for: 1m, kind: no-capacity, pool: h100 } ]\n",
    ),
    lines: [
      `${FILE}:10:13: spec.workloads[0].pool is "a10", which is unknown; did you mean "a100"? [POOL_UNKNOWN]`,
      `${FILE}:20:57: spec.faults[0].pool is "h100", which is unknown; did you mean "a100"? [POOL_UNKNOWN]`,
    ],
  },
  {
    code: "POOL_OVERCOMMITTED",
    name: "more replicas than the first nodes hold",
    text: VALID_SCENARIO.concat(POOL),
    lines: [
      `${FILE}:9:28: spec.workloads[0].replicas.initial is 3, more than pool "a100" has room for at t = 0 (2 nodes of 1 GPUs) [POOL_OVERCOMMITTED]`,
    ],
  },
  {
    code: "POOL_OVERCOMMITTED",
    name: "a replica larger than a node",
    text: scenarioWith("initial: 3 }\n", "initial: 3 }\n      gpusPerReplica: 2\n").concat(POOL),
    lines: [
      `${FILE}:10:23: spec.workloads[0].gpusPerReplica is 2, more than a node of pool "a100" has (1) [POOL_OVERCOMMITTED]`,
    ],
  },
];
