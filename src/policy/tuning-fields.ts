// Every field of a tuning in one table: what it means, its default, and why.

import type { FieldEntry } from "./field-entry.ts";

/** The fields of a tuning by their path; `*` stands for each path of the space. */
export const TUNING_FIELDS = {
  "metadata.name": { meaning: "Name of the search. A DNS label.", why: "Required." },
  "spec.scenario": {
    meaning: "The scenario, relative to this file; its first candidate's policy is where the search starts.",
    why: "Required.",
  },
  "spec.space": {
    meaning: "What may change: path in the policy → range, or list of values.",
    why: "Required: all else stays as it is.",
  },
  "spec.space.*.from": {
    meaning: "Smallest value to try: a number or, where the policy has one, a duration.",
    why: "Either `from` and `to`, or `values`.",
  },
  "spec.space.*.to": { meaning: "Largest value to try.", why: "Either `from` and `to`, or `values`." },
  "spec.space.*.scale": {
    meaning:
      "`linear`, or `log`: as many tries between 1 and 2 as between 10 and 20. Log needs `from` above 0.",
    default: "linear",
    why: "Small ranges need no other.",
  },
  "spec.space.*.values": {
    meaning: "The values to try, and no others.",
    why: "Either `values`, or `from` and `to`.",
  },
  "spec.split": {
    meaning: "Shares of the scenario's duration, in time order; they sum to 1.",
    default: {},
    why: "See its fields.",
  },
  "spec.split.train": { meaning: "What policies are searched on.", default: 0.6, why: "Most of it." },
  "spec.split.validate": {
    meaning: "What the best of them are chosen by.",
    default: 0.2,
    why: "Enough to tell luck from merit.",
  },
  "spec.split.holdOut": {
    meaning: "What the chosen one must prove itself on; nothing is chosen by it.",
    default: 0.2,
    why: "As much as it was chosen by.",
  },
  "spec.seeds": {
    meaning: "How many seeds each policy is tried with.",
    default: 5,
    why: "Fewer give no interval worth having.",
  },
  "spec.budget": { meaning: "How much may be tried.", default: {}, why: "See its field." },
  "spec.budget.evaluations": {
    meaning: "Most policies tried on the whole training time.",
    default: 400,
    why: "Enough for half a dozen fields.",
  },
  "spec.require": {
    meaning: "What a policy must reach to be recommended.",
    default: {},
    why: "See its fields.",
  },
  "spec.require.attainmentRatioMin": {
    meaning: "Least share of requests within the objective's latency; null = not asked.",
    default: 0.99,
    why: "The usual objective.",
  },
  "spec.require.latencyP99MsMax": {
    meaning: "Highest 99th percentile of latency, in milliseconds; null = not asked.",
    default: null,
    why: "Not asked.",
  },
  "spec.require.reversalsMax": {
    meaning: "Most changes of direction within 30 min, a run; null = not asked.",
    default: null,
    why: "Not asked.",
  },
  "spec.minimize": {
    meaning: "What is to be small among those that reach it: `gpuHours`.",
    default: "gpuHours",
    why: "What costs.",
  },
} as const satisfies Record<string, FieldEntry>;
