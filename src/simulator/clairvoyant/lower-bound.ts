// What no autoscaler can go below: the least replica-seconds in which so many requests can be answered in time.

/** The traffic that is to be served, and what a replica can do at best. */
export type BoundQuestion = {
  /** Requests of each slot that have to be answered within that slot to be good (see `boundArrivals`). */
  readonly arrivals: readonly number[];
  /** All requests that count, those that the slots leave out among them. */
  readonly totalArrivals: number;
  /** The share of them that has to be good. */
  readonly attainmentRatio: number;
  readonly slotSeconds: number;
  /** Requests/s that one replica never exceeds. */
  readonly ratePerReplica: number;
  /** The shortest start. */
  readonly startupSeconds: number;
  /** Ready before the first slot, at no cost. Where the beginning is not counted: as many as there can be. */
  readonly initialReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
};

const SEARCH_STEPS = 60;
/** With more different needs than this, they are rounded down to so many steps: weaker by 0.2 %, and quick. */
const LEVELS_MAX = 512;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Returns replica-seconds (ready and starting) that every course of replicas exceeds, or equals, with which the required
 * share of requests can be good. Requests become a fluid that is served at the best rate; a slot's requests are good only if
 * served in that slot; replicas may be fractions, since between two instants any mean of whole numbers is possible.
 *
 * The largest over λ ≥ 0 of min over courses r of [cost(r) + λ × late(r)] − λ × allowed lateness: weak duality makes every λ
 * a bound. For one λ the minimum splits by levels, exactly: at level x a slot's work is either served, or late.
 */
export function costLowerBound(question: BoundQuestion): number {
  const levels = levelsOf(question);
  const allowed = (1 - question.attainmentRatio) * question.totalArrivals;
  const dual = (lateCost: number): number => relaxedCost(question, levels, lateCost) - lateCost * allowed;
  // Above this a start for one slot's work is cheaper than being late with it.
  let low = 0;
  let high = (1 + question.startupSeconds / question.slotSeconds) / question.ratePerReplica;
  let best = Math.max(dual(low), dual(high));
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [atLeft, atRight] = [dual(left), dual(right)];
  for (let step = 0; step < SEARCH_STEPS; step += 1) {
    best = Math.max(best, atLeft, atRight);
    if (atLeft < atRight) {
      low = left;
      [left, atLeft] = [right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = dual(right);
    } else {
      high = right;
      [right, atRight] = [left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = dual(left);
    }
  }
  return best;
}

/** Between two breakpoints every level is needed in the same slots. */
type Levels = { readonly needed: Float64Array; readonly breakpoints: readonly number[] };

/** What serves a slot's requests if it does nothing else, in replicas; and where that changes between min and max. */
function levelsOf({ arrivals, slotSeconds, ratePerReplica, ...bounds }: BoundQuestion): Levels {
  const exact = Float64Array.from(arrivals, (count) => count / (slotSeconds * ratePerReplica));
  const step = exact.reduce((most, replicas) => Math.max(most, replicas), 0) / LEVELS_MAX;
  const isFine = step > 0 && new Set(exact).size > LEVELS_MAX;
  const needed = isFine ? exact.map((replicas) => Math.floor(replicas / step) * step) : exact;
  const { minReplicas, maxReplicas, initialReplicas } = bounds;
  const inside = [...needed, initialReplicas].filter((x) => x > minReplicas && x < maxReplicas);
  const sorted = [...new Set([minReplicas, ...inside, maxReplicas])].sort((a, b) => a - b);
  return { needed, breakpoints: sorted };
}

/** min over courses of cost + lateCost × late requests; the part above `maxReplicas` is late whatever is done. */
function relaxedCost(question: BoundQuestion, { needed, breakpoints }: Levels, lateCost: number): number {
  const { slotSeconds, minReplicas, maxReplicas, ratePerReplica, startupSeconds, initialReplicas } = question;
  const latePerReplica = lateCost * ratePerReplica * slotSeconds;
  let cost = minReplicas * slotSeconds * needed.length;
  cost += Math.max(0, minReplicas - initialReplicas) * startupSeconds;
  for (const replicas of needed) cost += Math.max(0, replicas - maxReplicas) * latePerReplica;
  for (const [index, top] of breakpoints.entries()) {
    const bottom = breakpoints[index - 1];
    if (bottom === undefined) continue;
    const isOn = bottom < initialReplicas;
    cost += (top - bottom) * levelCost(needed, bottom, { slotSeconds, startupSeconds, latePerReplica, isOn });
  }
  return cost;
}

/** The cheapest way of one level through the slots: on or off in each, late where it is off though needed. */
function levelCost(
  needed: Float64Array,
  level: number,
  costs: {
    readonly slotSeconds: number;
    readonly startupSeconds: number;
    readonly latePerReplica: number;
    readonly isOn: boolean;
  },
): number {
  let on = costs.isOn ? 0 : costs.startupSeconds;
  let off = 0;
  for (let slot = 0; slot < needed.length; slot += 1) {
    const late = (needed[slot] ?? 0) > level ? costs.latePerReplica : 0;
    const stay = Math.min(on, off + costs.startupSeconds);
    off = Math.min(on, off) + late;
    on = stay + costs.slotSeconds;
  }
  return Math.min(on, off);
}

/**
 * Returns how many requests of each slot count for the bound: those whose deadline (arrival + latency) lies in the slot they
 * arrive in. What arrives within the last `latencySeconds` of a slot could be served in the next one, and is left out.
 */
export function boundArrivals(
  arrivalSeconds: Iterable<number>,
  slots: { readonly slotSeconds: number; readonly count: number; readonly latencySeconds: number },
): readonly number[] {
  const { slotSeconds, count, latencySeconds } = slots;
  const found = Array.from({ length: count }, () => 0);
  for (const arrival of arrivalSeconds) {
    const slot = Math.floor(arrival / slotSeconds);
    if (slot < 0 || slot >= count || arrival + latencySeconds > (slot + 1) * slotSeconds) continue;
    found[slot] = (found[slot] ?? 0) + 1;
  }
  return found;
}
