// Which of several outcomes are better, when better has several sides: constrained dominance, fronts, crowding.

/** What one policy came to. Objectives are all to be small; `violation` is by how much it misses what is required, 0 = not. */
export type Outcome = { readonly objectives: readonly number[]; readonly violation: number };

/** Returns whether `one` is at least as good on every side and better on one; what meets the requirement beats what misses it. */
export function dominates(one: Outcome, other: Outcome): boolean {
  if (one.violation !== other.violation && (one.violation > 0 || other.violation > 0)) {
    return one.violation < other.violation;
  }
  let better = false;
  for (const [side, value] of one.objectives.entries()) {
    const against = other.objectives[side] ?? Number.POSITIVE_INFINITY;
    if (value > against) return false;
    if (value < against) better = true;
  }
  return better;
}

/** Returns the rank of each outcome: 0 for the front, 1 for the front without those, and so on (fast non-dominated sort). */
export function ranks(outcomes: readonly Outcome[]): readonly number[] {
  const found = outcomes.map(() => -1);
  for (let rank = 0, left = outcomes.length; left > 0; rank += 1) {
    const front = outcomes.flatMap((outcome, index) =>
      found[index] === -1 && !outcomes.some((other, at) => found[at] === -1 && dominates(other, outcome))
        ? [index]
        : [],
    );
    for (const index of front) found[index] = rank;
    left -= front.length;
  }
  return found;
}

/** Returns how alone each outcome is among its like (Deb's crowding distance); the ends of a front are infinitely so. */
export function crowding(outcomes: readonly Outcome[]): readonly number[] {
  const distances = outcomes.map(() => 0);
  const sides = outcomes[0]?.objectives.length ?? 0;
  for (let side = 0; side < sides; side += 1) addSide(outcomes, side, distances);
  return distances;
}

function addSide(outcomes: readonly Outcome[], side: number, distances: number[]): void {
  const value = (index: number | undefined): number => outcomes[index ?? -1]?.objectives[side] ?? 0;
  const order = outcomes.map((_, index) => index).sort((left, right) => value(left) - value(right));
  const range = value(order.at(-1)) - value(order[0]);
  if (range === 0) return;
  order.forEach((index, place) => {
    const isEnd = place === 0 || place === order.length - 1;
    const gap = isEnd
      ? Number.POSITIVE_INFINITY
      : (value(order[place + 1]) - value(order[place - 1])) / range;
    distances[index] = (distances[index] ?? 0) + gap;
  });
}

/** Returns the indices of the outcomes from best to worst: by rank, within a rank the less crowded first. */
export function bestFirst(outcomes: readonly Outcome[]): readonly number[] {
  const rankOf = ranks(outcomes);
  const aloneness = new Float64Array(outcomes.length);
  for (const rank of new Set(rankOf)) {
    const members = rankOf.flatMap((of, index) => (of === rank ? [index] : []));
    const distances = crowding(members.flatMap((index) => outcomes[index] ?? []));
    members.forEach((index, place) => {
      aloneness[index] = distances[place] ?? 0;
    });
  }
  return outcomes
    .map((_, index) => index)
    .sort(
      (left, right) =>
        (rankOf[left] ?? 0) - (rankOf[right] ?? 0) ||
        compareDown(aloneness[left] ?? 0, aloneness[right] ?? 0) ||
        left - right,
    );
}

/** Infinities compare equal, where a difference would be NaN. */
function compareDown(left: number, right: number): number {
  return left === right ? 0 : right > left ? 1 : -1;
}
