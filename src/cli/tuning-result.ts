// A tuning as it is printed and written: values as policies write them.

import type { SearchDimension } from "../domain/tuning.ts";
import type { TunedDifference, TunedScore, TuningResult, WrittenValue } from "../domain/tuning-result.ts";
import { writtenAt } from "../policy/edit-policy.ts";
import type { MeanInterval } from "../simulator/results/paired.ts";
import type { Changes } from "../tuning/search-space.ts";
import type { Tuned } from "../tuning/tune.ts";
import { type TrialGround, writtenChanges } from "./trial-runner.ts";

/** Returns the result of a tuning of the policy in `ground`. */
export function tuningResult(tuned: Tuned, ground: TrialGround): TuningResult {
  const { evaluations, current, recommended, front, rejected } = tuned;
  const written = (changes: Changes): Readonly<Record<string, WrittenValue>> =>
    writtenChanges(ground.space, changes);
  return {
    kind: "TuningResult",
    v: 1,
    evaluations,
    changes: recommended === null ? {} : fromTo(written(recommended.changes), ground.text),
    current,
    recommended:
      recommended === null
        ? null
        : {
            train: recommended.train,
            holdOut: recommended.holdOut,
            difference: {
              gpuHours: interval(recommended.gpuHours),
              attainmentRatio: interval(recommended.attainmentRatio),
            },
          },
    front: front.map(({ changes, train }) => ({ changes: written(changes), train })),
    rejected: rejected.map(({ changes, why }) => ({ changes: written(changes), why })),
    ok: recommended !== null,
  };
}

/** Returns the front as CSV: the values that were searched, then what they came to in training. */
export function frontCsv({ front }: TuningResult, space: readonly SearchDimension[]): string {
  const paths = space.map(({ path }) => path);
  const rows = front.map(({ changes, train }) =>
    [...paths.map((path) => changes[path] ?? ""), ...scoreCells(train)].join(","),
  );
  const header = [...paths, "gpuHours", "attainmentRatio", "reversals", "latencyP99Ms"].join(",");
  return `${[header, ...rows].join("\n")}\n`;
}

function scoreCells({
  gpuHours,
  attainmentRatio,
  reversals,
  latencyP99Ms,
}: TunedScore): readonly (number | string)[] {
  return [gpuHours, attainmentRatio ?? "", reversals, latencyP99Ms ?? ""];
}

function fromTo(changes: Readonly<Record<string, WrittenValue>>, text: string): TuningResult["changes"] {
  return Object.fromEntries(
    Object.entries(changes).map(([path, to]) => [path, { from: writtenAt(text, path), to }]),
  );
}

function interval(found: MeanInterval | null): TunedDifference {
  return found ?? { mean: null, low: null, high: null };
}
