// Finds the values of a few parameters at which a cost is least, without derivatives.

export type SearchSpace = {
  readonly start: readonly number[];
  /** The first step of each value; 0 = fixed. Steps are halved when none helps. */
  readonly steps: readonly number[];
  readonly least: readonly number[];
};

export type Found = { readonly values: readonly number[]; readonly cost: number };

const HALVINGS = 4;
const MOVES_MAX = 30;

/** Returns the best of what a walk finds: each value up and down, and two of them against each other. */
export function patternSearch(
  costOf: (values: readonly number[]) => number,
  { start, steps, least }: SearchSpace,
): Found {
  const directions = directionsOf(steps);
  let best: Found = { values: start, cost: costOf(start) };
  let scale = 1;
  let halvings = 0;
  for (let moves = 0; moves < MOVES_MAX && halvings <= HALVINGS; moves += 1) {
    const better = bestMove(best);
    if (better !== null) best = better;
    else {
      scale /= 2;
      halvings += 1;
    }
  }
  return best;

  function bestMove({ values, cost }: Found): Found | null {
    let found: Found | null = null;
    for (const direction of directions) {
      const moved = values.map((value, index) =>
        Math.max(least[index] ?? 0, value + scale * (direction[index] ?? 0)),
      );
      if (moved.every((value, index) => value === values[index])) continue;
      const movedCost = costOf(moved);
      if (movedCost < (found?.cost ?? cost)) found = { values: moved, cost: movedCost };
    }
    return found;
  }
}

function directionsOf(steps: readonly number[]): readonly (readonly number[])[] {
  const single = steps.flatMap((step, place) =>
    step === 0 ? [] : [1, -1].map((sign) => steps.map((_, index) => (index === place ? sign * step : 0))),
  );
  const against = steps.flatMap((step, place) =>
    steps.flatMap((other, otherPlace) =>
      step === 0 || other === 0 || otherPlace === place
        ? []
        : [steps.map((_, index) => (index === place ? step : index === otherPlace ? -other : 0))],
    ),
  );
  return [...single, ...against];
}
