// Rules across the fields of one scenario; they are looked at once every field on its own is right.

import type { IssueCode } from "../domain/issue.ts";
import type { Scenario, WorkloadScenario } from "../domain/scenario.ts";
import { type Blame, type FieldPath, type Finding, formatPath } from "./finding.ts";
import type { LocatedDocument } from "./read-document.ts";
import { schedulingFindings } from "./scheduling-checks.ts";
import { anyOf, nearest, quoted } from "./wording.ts";

type Rule = (scenario: Scenario, blame: Blame, document: LocatedDocument) => readonly Finding[];

/** Returns what is wrong between the fields of a scenario. */
export function scenarioFindings(scenario: Scenario, document: LocatedDocument): readonly Finding[] {
  const blame: Blame = (at, code, text) => {
    const path = formatPath(at);
    return { ...document.locate.value(at), code, path, message: `${path} ${text}` };
  };
  return [
    ...[times, repeatedNames, candidates, expectations, faults, pools].flatMap((rule) =>
      rule(scenario, blame, document),
    ),
    ...schedulingFindings(scenario, blame),
  ];
}

const times: Rule = ({ durationSeconds, warmupSeconds, faults: all }, blame, { locate }) => {
  const end = `spec.duration (${durationSeconds}s, line ${locate.value(["spec", "duration"]).line})`;
  const warmup =
    warmupSeconds < durationSeconds
      ? []
      : [blame(["spec", "warmup"], "OUT_OF_RANGE", `is ${warmupSeconds}s, must be less than ${end}`)];
  const late = all.flatMap(({ atSeconds }, index) =>
    atSeconds < durationSeconds
      ? []
      : [
          blame(
            ["spec", "faults", index, "at"],
            "OUT_OF_RANGE",
            `is ${atSeconds}s, must be less than ${end}`,
          ),
        ],
  );
  return [...warmup, ...late];
};

type Named = { readonly name: string; readonly at: FieldPath };

const repeatedNames: Rule = ({ workloads, candidates: tried, cluster, seeds }, blame, { locate }) => {
  const repeated = (items: readonly Named[], what: string): readonly Finding[] => {
    const first = new Map<string, FieldPath>();
    return items.flatMap(({ name, at }) => {
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, at);
      if (earlier === undefined) return [];
      const place = `line ${locate.value(earlier).line}`;
      const text = `is ${quoted(name)}, the name of another ${what} already (${place}); rename one of them`;
      return [blame(at, "BAD_NAME", text)];
    });
  };
  const names = (list: readonly { readonly name: string }[], above: FieldPath): readonly Named[] =>
    list.map(({ name }, index) => ({ name, at: [...above, index, "name"] }));
  return [
    ...repeated(
      workloads.map(({ namespace, name }, index) => ({
        name: `${namespace}/${name}`,
        at: ["spec", "workloads", index, "name"],
      })),
      "workload",
    ),
    ...workloads.flatMap(({ models }, index) =>
      repeated(names(models, ["spec", "workloads", index, "models"]), "model of it"),
    ),
    ...repeated(names(tried, ["spec", "candidates"]), "candidate"),
    ...repeated(names(cluster.pools, ["spec", "cluster", "pools"]), "pool"),
    ...seeds.flatMap((seed, index) =>
      seeds.indexOf(seed) === index
        ? []
        : [blame(["spec", "seeds", index], "OUT_OF_RANGE", `is ${seed}, which is there already; remove it`)],
    ),
  ];
};

const candidates: Rule = ({ candidates: tried }, blame) => {
  const [ours] = tried;
  const first =
    ours?.kind === "baseline"
      ? [
          blame(
            ["spec", "candidates", 0, "baseline"],
            "OUT_OF_RANGE",
            `is ${quoted(ours.baseline)}, but the first candidate is ours; give it policies, and this one a later place`,
          ),
        ]
      : [];
  const knative = tried.flatMap((candidate, index) => {
    if (candidate.kind !== "baseline") return [];
    const { baseline, parameters } = candidate;
    const at = ["spec", "candidates", index];
    if (baseline === "watermark" && (parameters["low"] ?? 0) > (parameters["high"] ?? 0))
      return [
        blame(
          [...at, "high"],
          "BOUNDS",
          `is ${parameters["high"]}, must be at least low (${parameters["low"]})`,
        ),
      ];
    const targets = ["targetPerReplica", "concurrency"].filter((name) => parameters[name] !== undefined);
    if (baseline !== "knative" || targets.length === 1) return [];
    const text =
      targets.length === 0
        ? "lacks its target; add targetPerReplica or concurrency"
        : "has two targets; remove targetPerReplica or concurrency";
    return [blame(at, targets.length === 0 ? "MISSING_KEY" : "UNKNOWN_KEY", text)];
  });
  return [...first, ...knative];
};

const expectations: Rule = ({ candidates: tried, expect }, blame) => {
  const known = tried.map(({ name }) => name);
  return expect.flatMap(({ candidate, ...asked }, index) => {
    const at = ["spec", "expect", index];
    const nothing = Object.values(asked).every((bound) => bound === null);
    const empty = nothing
      ? [blame(at, "MISSING_KEY", "asks for nothing; add a bound, as attainmentRatioMin")]
      : [];
    if (known.includes(candidate)) return empty;
    return [...empty, unknownName([...at, "candidate"], { name: candidate, known, code: "BAD_NAME" }, blame)];
  });
};

const faults: Rule = ({ faults: all, cluster, workloads }, blame) => {
  const poolNames = cluster.pools.map(({ name }) => name);
  const modelNames = workloads.flatMap(({ models }) => models.map(({ name }) => name));
  return all.flatMap((fault, index) => {
    const at = ["spec", "faults", index];
    if (fault.kind === "no-capacity" && fault.pool !== null && !poolNames.includes(fault.pool))
      return [
        unknownName([...at, "pool"], { name: fault.pool, known: poolNames, code: "POOL_UNKNOWN" }, blame),
      ];
    if (fault.kind === "slow-model" && fault.model !== null && !modelNames.includes(fault.model))
      return [
        unknownName([...at, "model"], { name: fault.model, known: modelNames, code: "BAD_NAME" }, blame),
      ];
    return [];
  });
};

const pools: Rule = ({ workloads, cluster }, blame) => {
  const known = cluster.pools.map(({ name }) => name);
  const unknown = workloads.flatMap(({ pool }, index) =>
    pool === null || known.includes(pool)
      ? []
      : [
          unknownName(
            ["spec", "workloads", index, "pool"],
            { name: pool, known, code: "POOL_UNKNOWN" },
            blame,
          ),
        ],
  );
  const overcommitted = cluster.pools.flatMap((pool, index) => {
    const members = workloads.map((workload, place) => ({ workload, place }));
    const inPool = members.filter(({ workload }) => (workload.pool ?? known[0]) === known[index]);
    return crowding(inPool, pool, blame);
  });
  return [...unknown, ...overcommitted];
};

type Member = { readonly workload: WorkloadScenario; readonly place: number };

/** A replica's GPUs are all on one node; where sizes differ the count is an upper bound of what fits. */
function crowding(
  members: readonly Member[],
  pool: Scenario["cluster"]["pools"][number],
  blame: Blame,
): readonly Finding[] {
  const { name, gpusPerNode, initialNodes } = pool;
  let free = gpusPerNode * initialNodes;
  return members.flatMap(({ workload, place }) => {
    const { gpusPerReplica, initialReplicas } = workload;
    const at = ["spec", "workloads", place];
    if (gpusPerReplica > gpusPerNode) {
      const text = `is ${gpusPerReplica}, more than a node of pool ${quoted(name)} has (${gpusPerNode})`;
      return [blame([...at, "gpusPerReplica"], "POOL_OVERCOMMITTED", text)];
    }
    const perNode =
      gpusPerReplica === 0 ? Number.POSITIVE_INFINITY : Math.floor(gpusPerNode / gpusPerReplica);
    const fits = initialReplicas === 0 || initialReplicas <= perNode * initialNodes;
    free -= gpusPerReplica * initialReplicas;
    if (fits && free >= 0) return [];
    const text = `is ${initialReplicas}, more than pool ${quoted(name)} has room for at t = 0 (${initialNodes} nodes of ${gpusPerNode} GPUs)`;
    return [blame([...at, "replicas", "initial"], "POOL_OVERCOMMITTED", text)];
  });
}

function unknownName(
  at: FieldPath,
  {
    name,
    known,
    code,
  }: { readonly name: string; readonly known: readonly string[]; readonly code: IssueCode },
  blame: Blame,
): Finding {
  const meant = nearest(name, known);
  const advice =
    known.length === 0
      ? "there is none"
      : meant === null
        ? `must be ${anyOf(known)}`
        : `did you mean "${meant}"?`;
  return blame(at, code, `is ${quoted(name)}, which is unknown; ${advice}`);
}
