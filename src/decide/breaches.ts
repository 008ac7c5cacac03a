// How each quality signal stands at this tick, since when it has been above its target, and whether replicas helped.

import type { AnySignalName } from "../domain/policy.ts";
import type { Breach, ScalerState } from "../domain/state.ts";
import { after, elapsed, minutes } from "../domain/units.ts";
import { incurableCause } from "./attribution.ts";
import { isBacklogAtTarget, isBacklogImbalanced } from "./backlog-signal.ts";
import type { TickContext } from "./context.ts";
import { isSettled } from "./held-replicas.ts";
import type { QualityVerdict, QualityVerdicts } from "./quality-verdict.ts";

/** A signal counts for nothing for so long once replicas have turned out not to help. */
const FUTILE_FOR = minutes(30);
/** They were given a chance: each replica has at most this share of the load that it had. */
const RELIEVED_RATIO = 0.8;
/** And did not help: the value is still at least this share of what it was. */
const UNCHANGED_RATIO = 0.85;
/** A value this soon after a backlog is what the backlog left behind. */
const QUIET_AFTER_BACKLOG = minutes(4);

/** The declared quality signals with how they stand; what replicas cannot cure is told apart. */
export type Judged = {
  readonly verdicts: QualityVerdicts;
  /** Signals above target for a cause that replicas do not cure, or found futile. */
  readonly incurable: ReadonlySet<AnySignalName>;
  readonly isImbalanced: boolean;
  readonly isBacklogAtTarget: boolean;
};

/** By signal, when its breach began. */
export type FutileSince = ReadonlyMap<AnySignalName, Breach["at"]>;

/** Returns how the declared quality signals stand, once the context's breaches are those of this tick. */
export function judge(context: TickContext): Judged {
  const { verdicts } = context;
  const incurable = [...verdicts].filter(([name, verdict]) => isIncurable(name, verdict, context));
  const isOneHot = [...verdicts.values()].some(
    (verdict) => verdict.kind === "sustained" && verdict.isOneHotPod,
  );
  return {
    verdicts,
    incurable: new Set(incurable.map(([name]) => name)),
    isImbalanced: isOneHot || isBacklogImbalanced(context),
    isBacklogAtTarget: isBacklogAtTarget(context),
  };
}

/** Returns the quality signals above target, lastingly, evenly, and for a cause that replicas could cure. */
export function breachedByLoad({ verdicts, incurable, isImbalanced }: Judged): readonly AnySignalName[] {
  if (isImbalanced) return [];
  return [...verdicts].flatMap(([name, { kind }]) =>
    kind === "sustained" && !incurable.has(name) ? [name] : [],
  );
}

/** Returns whether at least one quality or backlog signal has data and all that count are at target. */
export function isAllAtTarget({ verdicts, incurable, isBacklogAtTarget: backlog }: Judged): boolean {
  const counting = [...verdicts].filter(([name]) => !incurable.has(name));
  return backlog && counting.every(([, { kind }]) => kind === "atTarget");
}

/** Returns the breaches at this tick: begun, over, or found futile. */
export function advanceBreaches(context: TickContext): ScalerState["breaches"] {
  const next: Record<string, Breach> = {};
  for (const [name, verdict] of context.verdicts) {
    const breach = advanced(context.state.breaches[name] ?? null, verdict, context);
    if (breach !== null) next[name] = breach;
  }
  return next;
}

/**
 * Returns since when signals are in a breach that is futile by values that the count in hand alone has made. Found futile
 * at once, a breach is confirmed only then: its value still holds what came before more replicas.
 */
export function futileSince(context: TickContext): FutileSince {
  if (!isSettled(context)) return new Map();
  const confirmed = [...context.verdicts].flatMap(
    ([name, verdict]): readonly [AnySignalName, Breach["at"]][] => {
      const breach = context.state.breaches[name];
      return breach !== undefined && isFutileAt(breach, context.at) && isStillAsBad(breach, verdict)
        ? [[name, breach.at]]
        : [];
    },
  );
  return new Map(confirmed);
}

function isIncurable(name: AnySignalName, verdict: QualityVerdict, context: TickContext): boolean {
  if (isFutileAt(context.state.breaches[name] ?? null, context.at)) return true;
  return verdict.kind === "sustained" && incurableCause(name, verdict, context) !== null;
}

function advanced(breach: Breach | null, verdict: QualityVerdict, context: TickContext): Breach | null {
  const { at } = context;
  if (verdict.kind === "atTarget") return null;
  if (verdict.kind === "noData" && isOver(verdict)) return isFutileAt(breach, at) ? breach : null;
  if (verdict.kind !== "sustained") return breach;
  if (breach === null) {
    return { at, value: verdict.value, loadPerReplica: loadPerReplica(context), futileUntil: null };
  }
  return isFutileNow(breach, verdict.value, context)
    ? { ...breach, futileUntil: after(at, FUTILE_FOR) }
    : breach;
}

/** Hardly anybody asks: whatever is above target later is another breach. */
function isOver({ reason }: Extract<QualityVerdict, { readonly kind: "noData" }>): boolean {
  return reason === "IDLE" || reason === "LOW_TRAFFIC";
}

function isFutileAt(breach: Breach | null, at: Breach["at"]): boolean {
  const futileUntil = breach?.futileUntil ?? null;
  return futileUntil !== null && at < futileUntil;
}

function isFutileNow(breach: Breach, value: number, context: TickContext): boolean {
  const { at, state } = context;
  if (isFutileAt(breach, at)) return false;
  const load = loadPerReplica(context);
  if (load === null || breach.loadPerReplica === null) return false;
  const isQuiet = state.backlogAboveAt === null || elapsed(state.backlogAboveAt, at) >= QUIET_AFTER_BACKLOG;
  return isQuiet && load <= RELIEVED_RATIO * breach.loadPerReplica && isUnchanged(breach, value);
}

function isStillAsBad(breach: Breach, verdict: QualityVerdict): boolean {
  return verdict.kind === "sustained" && isUnchanged(breach, verdict.value);
}

function isUnchanged(breach: Breach, value: number): boolean {
  return value >= UNCHANGED_RATIO * breach.value;
}

function loadPerReplica({ observation, ready }: TickContext): number | null {
  const load = observation.traffic.arrivalsPerSecond;
  return load === null || ready === 0 ? null : load / ready;
}
