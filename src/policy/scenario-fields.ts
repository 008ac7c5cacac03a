// Every field of a scenario in one table: what it means, its default, and why. The schema, the exported JSON Schema and
// docs/SCENARIOS.md all come from here and from the tables of its parts.

import { CONTROL_PLANE_FIELDS } from "./control-plane-fields.ts";
import type { FieldEntry } from "./field-entry.ts";
import { WORKLOAD_FIELDS } from "./workload-fields.ts";

/** The fields of a scenario by their path; `[]` stands for each item of a list. */
export const SCENARIO_FIELDS = {
  "metadata.name": { meaning: "Name of the scenario, as results show it. A DNS label.", why: "Required." },
  "spec.start": {
    meaning: "The instant of t = 0, in RFC 3339.",
    default: "2026-01-05T00:00:00Z",
    why: "Any would do; a Monday at midnight reads well.",
  },
  "spec.duration": {
    meaning: "How long is simulated, the warm-up included.",
    why: "Required: it is what the result is about.",
  },
  "spec.warmup": {
    meaning: "Time at the beginning that is simulated but not counted.",
    default: "0s",
    why: "What happens from t = 0 on counts, unless it is asked otherwise.",
  },
  "spec.seeds": {
    meaning: "One run for each of these and each candidate; `--seed N` takes their place.",
    default: [1],
    why: "One run says what may happen; ten or more say how often.",
  },
  "spec.workloads": { meaning: "The workloads whose replicas are Triton servers.", why: "Required." },
  ...WORKLOAD_FIELDS,
  "spec.cluster": { meaning: "Where replicas find GPUs.", default: {}, why: "See its fields." },
  "spec.cluster.pools": {
    meaning: "Pools of nodes. None: there is always room.",
    default: [],
    why: "Scarcity must be asked for.",
  },
  "spec.cluster.pools[].name": { meaning: "Name of the pool: a DNS label.", why: "Required." },
  "spec.cluster.pools[].gpusPerNode": {
    meaning: "GPUs of one node; a replica's must fit on one.",
    default: 1,
    why: "The commonest node of a cloud.",
  },
  "spec.cluster.pools[].nodes": { meaning: "How many nodes there are.", why: "Required." },
  "spec.cluster.pools[].nodes.initial": { meaning: "Nodes at t = 0.", why: "Required." },
  "spec.cluster.pools[].nodes.max": {
    meaning: "Most nodes; above `initial` they are provisioned when replicas wait for room.",
    computed: "spec.cluster.pools[].nodes.initial",
    why: "Without an autoscaler of nodes there are those that there are.",
  },
  "spec.cluster.pools[].provisioning": {
    meaning: "Time from asking for a node to having it: a span.",
    default: { p50: "4m", p95: "7m" },
    why: "Usual of GPU nodes in a cloud.",
  },
  "spec.cluster.pools[].idleTimeout": {
    meaning: "An empty node leaves after this long; null = it stays.",
    default: null,
    why: "GPU-hours count replicas, not nodes.",
  },
  "spec.cluster.fullSpeedLoads": {
    meaning:
      "So many model loads at once go at full speed; more of them share that speed. Null = loads never slow each other.",
    default: null,
    why: "Only who loads from one shared disk knows its bandwidth.",
  },
  ...CONTROL_PLANE_FIELDS,
  "spec.candidates": {
    meaning:
      "What is tried on the same traffic: policies, or a rule of the table of baselines with its parameters. The first is ours and has policies; `--policies DIR` takes their place.",
    why: "Required.",
  },
  "spec.candidates[].name": { meaning: "Name of the candidate: a DNS label.", why: "Required." },
  "spec.candidates[].policies": {
    meaning: "Files of policies, relative to the scenario's file.",
    why: "Either this or `baseline`.",
  },
  "spec.candidates[].baseline": {
    meaning: "The rule by its name; its parameters stand beside it.",
    why: "Either this or `policies`.",
  },
  "spec.faults": { meaning: "What goes wrong, and when.", default: [], why: "Nothing, unless asked." },
  "spec.faults[].kind": {
    meaning:
      "`metrics-outage`: no scrape gets through. `scrape-loss`: some do not. `replica-crash`: ready replicas die and start again. `no-capacity`: no node has room for a new replica. `slow-start`: model loads take longer. `slow-model`: executions do. `scaler-restart`: the scaler loses its memory.",
    why: "Required.",
  },
  "spec.faults[].at": { meaning: "When it begins.", why: "Required." },
  "spec.faults[].for": {
    meaning: "How long it lasts. Not with `replica-crash` and `scaler-restart`, which happen once.",
    why: "Required with the kinds that last.",
  },
  "spec.faults[].ratio": { meaning: "With `scrape-loss`: the share that is lost.", why: "Required with it." },
  "spec.faults[].count": {
    meaning: "With `replica-crash`: how many replicas, of each workload.",
    default: 1,
    why: "One is what usually dies.",
  },
  "spec.faults[].pool": {
    meaning: "With `no-capacity`: the pool; null = all.",
    default: null,
    why: "Most scenarios have one.",
  },
  "spec.faults[].factor": {
    meaning: "With `slow-start` and `slow-model`: how many times as long.",
    why: "Required with them.",
  },
  "spec.faults[].model": {
    meaning: "With `slow-model`: the model; null = all.",
    default: null,
    why: "A slow GPU slows all it serves.",
  },
  "spec.expect": {
    meaning:
      "What every run of a candidate must show, for every workload and model; a miss makes the exit code 1.",
    default: [],
    why: "Without it a simulation only reports.",
  },
  "spec.expect[].candidate": { meaning: "Name of the candidate.", why: "Required." },
  "spec.expect[].attainmentRatioMin": {
    meaning: "Least share of requests within the objective's latency.",
    default: null,
    why: "Not asked.",
  },
  "spec.expect[].gpuHoursMax": { meaning: "Most GPU-hours.", default: null, why: "Not asked." },
  "spec.expect[].reversalsMax": {
    meaning: "Most changes of direction within 30 min.",
    default: null,
    why: "Not asked.",
  },
  "spec.expect[].latencyP99MsMax": {
    meaning: "Highest 99th percentile of latency, in milliseconds.",
    default: null,
    why: "Not asked.",
  },
  "spec.expect[].replicasMax": {
    meaning: "Most replicas at any time.",
    default: null,
    why: "Not asked.",
  },
} as const satisfies Record<string, FieldEntry>;
