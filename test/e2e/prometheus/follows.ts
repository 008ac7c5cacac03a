// How one sequence of wishes follows another that sees the same servers sooner.

import type { Instant } from "../../../src/domain/units.ts";

/** From `at` on, until the next one, so many replicas are asked for; ascending by time. */
export type Wish = { readonly at: Instant; readonly replicas: number };

/** The wishes that one may be compared with, and how far it may lie outside of them. */
type Slack = { readonly backMs: number; readonly aheadMs: number; readonly replicas: number };

/** Returns the wishes lower than all, or higher than all, that the other sequence held in their slack. */
export function strayWishes(late: readonly Wish[], soon: readonly Wish[], slack: Slack): readonly Wish[] {
  return late.filter(({ at, replicas }) => {
    const around = held(soon, at - slack.backMs, at + slack.aheadMs);
    const lowest = Math.min(...around) - slack.replicas;
    const highest = Math.max(...around) + slack.replicas;
    return replicas < lowest || replicas > highest;
  });
}

/** Returns the first moment of each new highest wish that stood for `standsMs`, lowest first. */
export function standingRises(wishes: readonly Wish[], standsMs: number): readonly Wish[] {
  const last = wishes.at(-1)?.at ?? 0;
  const rises: Wish[] = [];
  let highest = Math.max(0, ...held(wishes, -1, wishes[0]?.at ?? 0));
  for (const { at } of wishes) {
    const stood = Math.min(...held(wishes, at, at + standsMs));
    if (at + standsMs > last || stood <= highest) continue;
    highest = stood;
    rises.push({ at, replicas: stood });
  }
  return rises;
}

/** Returns the rises that the other sequence had not made `withinMs` later. */
export function missedRises(
  rises: readonly Wish[],
  late: readonly Wish[],
  withinMs: number,
): readonly Wish[] {
  return rises.filter(({ at, replicas }) => Math.max(...held(late, at, at + withinMs)) < replicas);
}

/** What was asked for at any time from one moment to another, both included. */
function held(wishes: readonly Wish[], from: number, to: number): readonly number[] {
  const before = wishes.findLast(({ at }) => at <= from);
  const during = wishes.filter(({ at }) => at > from && at <= to);
  return [...(before === undefined ? [] : [before]), ...during].map(({ replicas }) => replicas);
}
