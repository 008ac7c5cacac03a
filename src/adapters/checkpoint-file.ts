// The checkpoint: states of all policies in one JSON file, replaced as a whole.

import { randomUUID } from "node:crypto";
import { open, readFile, rename, stat } from "node:fs/promises";
import { hostname } from "node:os";

import { z } from "zod";

import { withInstantsAsNumbers, withInstantsAsText } from "../domain/instant.ts";
import {
  BAD_POINTS_MAX,
  type BadPoint,
  type BusiestPod,
  type FullBatch,
  type LearnedCapacity,
  type LearnedRate,
  type LearnedService,
  SERVICES_MAX,
  VERSIONS_MAX,
} from "../domain/learned-capacity.ts";
import {
  LAST_BUCKET,
  type StartsUnderWay,
  type StartupMemory,
  type StartupTimes,
  type StartupWeight,
  UNDER_WAY_MAX,
} from "../domain/startup-times.ts";
import {
  type Breach,
  type DesiredChange,
  type FailedProbe,
  type HeldReplicas,
  initialState,
  type LastingBatch,
  type Probe,
  type Recommendation,
  type RestoredAnswer,
  type ScalerState,
} from "../domain/state.ts";
import { type Instant, instant } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import type { LoadedStates, StateStore } from "../ports/state-store.ts";

const CHECKPOINT_VERSION = 2;
/** What states of version 1 hold: they are from before capacity and start-up times were learned. */
const FIRST_FIELDS: ReadonlySet<string> = new Set<keyof ScalerState>([
  "version",
  "restored",
  "restoredAnswer",
  "at",
  "startedAt",
  "lastAnswer",
  "lastReplicas",
  "lastLiveAt",
  "lastActiveAt",
  "desiredChanges",
  "lastIncreaseAt",
  "readySince",
  "steadyAt",
  "recommendations",
  "recommendationsSince",
  "backlogAboveAt",
  "probe",
  "failedProbes",
  "noProbeUntil",
]);
const LATER_FIELDS = Object.fromEntries(
  Object.entries(initialState()).filter(([name]) => !FIRST_FIELDS.has(name)),
);
/** Far more than a thousand policies need; a larger file is not ours. */
const MAX_BYTES = 256 * 1024 * 1024;

/** One schema for each field of a type: with an object literal neither a missing nor a superfluous one compiles. */
type Fields<Plain> = { readonly [Key in keyof Plain]: z.ZodType<Plain[Key]> };

const at: z.ZodType<Instant> = z.int().transform((value) => instant(value));
const count = z.int().min(0);
const rate = z.number().min(0);
const lastReplicas: Fields<NonNullable<ScalerState["lastReplicas"]>> = { at, desired: count, ready: count };
const desiredChange: Fields<DesiredChange> = { at, desired: count };
const recommendation: Fields<Recommendation> = { at, replicas: count };
const failedProbe: Fields<FailedProbe> = { at, to: count, arrivalsPerSecond: rate };
const probe: Fields<Probe> = {
  at,
  from: count,
  to: count,
  arrivalsPerSecond: rate.nullable(),
  failedAt: at.nullable(),
};
const held: Fields<HeldReplicas> = {
  ready: count,
  since: at,
  meanArrivalsPerSecond: rate.nullable(),
  wasClean: z.boolean(),
  backlogSince: at.nullable(),
};
const breach: Fields<Breach> = {
  at,
  value: rate,
  loadPerReplica: rate.nullable(),
  futileUntil: at.nullable(),
};
const learnedRate: Fields<LearnedRate> = { at, perReplica: rate };
const fullBatch: Fields<FullBatch> = { at, inferences: rate };
/** Points from before their signals were kept stay until they are forgotten. */
const pointSignals: Fields<BadPoint>["signals"] = z.array(z.string()).default([]);
const badPoint: Fields<BadPoint> = { ...learnedRate, readyReplicas: count, signals: pointSignals };
const busiestPod: Fields<BusiestPod> = { at, since: at, instances: rate };
/** From before it was dated: it is soon seen again. */
const undatedPod = rate.transform(() => null);
const service: Fields<LearnedService> = { model: z.string(), batch: rate, executionSeconds: rate };
const learned: Fields<LearnedCapacity> = {
  fullBatch: z.strictObject(fullBatch).nullable(),
  cap: z.strictObject(learnedRate).nullable(),
  badPoints: z.array(z.strictObject(badPoint)).max(BAD_POINTS_MAX),
  proven: z.strictObject(learnedRate).nullable(),
  instancesPerPod: z.strictObject(busiestPod).or(undatedPod).nullable(),
  services: z.array(z.strictObject(service)).max(SERVICES_MAX),
  versions: z.array(z.string()).max(VERSIONS_MAX),
  forgottenAt: at.nullable(),
  convertedAt: at.nullable(),
};
const lastingBatch: Fields<LastingBatch> = { model: z.string(), batch: rate, since: at };
const startupWeight: Fields<StartupWeight> = { bucket: count.max(LAST_BUCKET), weight: rate };
const startupTimes: Fields<StartupTimes> = {
  at: at.nullable(),
  starts: count,
  weights: z.array(z.strictObject(startupWeight)).max(LAST_BUCKET + 1),
};
const startsUnderWay: Fields<StartsUnderWay> = { at, count, isTimed: z.boolean() };
const startups: Fields<StartupMemory> = {
  times: z.strictObject(startupTimes),
  lastSeen: z.strictObject({ at, desired: count }).nullable(),
  underWay: z.array(z.strictObject(startsUnderWay)).max(UNDER_WAY_MAX),
};
const restoredAnswer: Fields<RestoredAnswer> = { replicas: count, heldUntil: at };
const stateFields: Fields<ScalerState> = {
  version: z.literal(1),
  restored: z.boolean(),
  restoredAnswer: z.strictObject(restoredAnswer).nullable(),
  at: at.nullable(),
  startedAt: at.nullable(),
  lastAnswer: count.nullable(),
  lastReplicas: z.strictObject(lastReplicas).nullable(),
  lastLiveAt: at.nullable(),
  lastActiveAt: at.nullable(),
  desiredChanges: z.array(z.strictObject(desiredChange)),
  lastIncreaseAt: at.nullable(),
  readySince: at.nullable(),
  steadyAt: at.nullable(),
  recommendations: z.array(z.strictObject(recommendation)),
  recommendationsSince: at.nullable(),
  backlogAboveAt: at.nullable(),
  probe: z.strictObject(probe).nullable(),
  failedProbes: z.array(z.strictObject(failedProbe)),
  held: z.strictObject(held).nullable(),
  breaches: z.record(z.string(), z.strictObject(breach)),
  learned: z.strictObject(learned),
  startups: z.strictObject(startups),
  serviceChangedAt: at.nullable(),
  lastingBatches: z.array(z.strictObject(lastingBatch)).max(SERVICES_MAX),
  isMemoryLost: z.boolean(),
  noProbeUntil: at.nullable(),
};
const wholeState = z.strictObject(stateFields);
const checkpoint = z.strictObject({
  kind: z.literal("checkpoint"),
  v: z.literal(CHECKPOINT_VERSION),
  version: z.string(),
  writer: z.string(),
  states: z.record(z.string(), wholeState),
});

const versioned = z.looseObject({ kind: z.literal("checkpoint"), v: z.int() });
const firstVersion = versioned.extend({
  v: z.literal(1),
  states: z.record(z.string(), z.looseObject({})),
});

/**
 * Returns a store that keeps states in `file`. A save is seen either whole or not at all (temporary file, fsync,
 * rename) and rejects if it cannot be written. A file that cannot be used is moved to `<file>.corrupt` and reported.
 */
export function checkpointFile(file: string): StateStore {
  const self = randomUUID();
  let lastSave: Promise<void> = Promise.resolve();
  return {
    load: () => load(file, self),
    save(states) {
      const text = checkpointText(states, self);
      const save = lastSave.then(() => replace(file, text));
      lastSave = save.catch(() => {});
      return save;
    },
  };
}

async function load(file: string, self: string): Promise<LoadedStates> {
  let problem: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`is ${size} bytes, more than ${MAX_BYTES}`);
    const { writer, states } = readCheckpoint(await readFile(file, "utf8"));
    return { states, problem: null, isByAnother: writer !== self };
  } catch (error) {
    if (isMissing(error)) return { states: null, problem: null };
    problem = error instanceof Error ? error.message : String(error);
  }
  const aside = `${file}.corrupt`;
  const moved = await rename(file, aside).then(
    () => `kept as ${aside}`,
    () => "and cannot be moved aside",
  );
  return { states: null, problem: `checkpoint ${file} is not usable, ${moved}: ${problem}` };
}

export type Checkpoint = {
  /** Who wrote it; empty in one of version 1. */
  readonly writer: string;
  readonly states: ReadonlyMap<string, ScalerState>;
};

/** Returns what a checkpoint's text holds, of this version or the one before; throws where it is none, or of a newer. */
export function readCheckpoint(text: string): Checkpoint {
  const parsed = checkpoint.safeParse(upToDate(withInstantsAsNumbers(JSON.parse(text))));
  if (parsed.success) {
    const { writer, states } = parsed.data;
    return { writer, states: new Map(Object.entries(states)) };
  }
  throw new Error(firstIssue(parsed.error));
}

/** Returns a state of a log, instants being numbers, with fields that are later than it as before they were known; throws where it is none. */
export function readLoggedState(state: unknown): ScalerState {
  const isObject = typeof state === "object" && state !== null;
  const parsed = wholeState.safeParse(isObject ? { ...LATER_FIELDS, ...state } : state);
  if (parsed.success) return parsed.data;
  throw new Error(firstIssue(parsed.error));
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`;
}

/** Returns the document with the fields that version 1 did not know; any other as it is. */
function upToDate(document: unknown): unknown {
  const first = firstVersion.safeParse(document);
  if (!first.success) {
    const newer = versioned.safeParse(document);
    if (newer.success && newer.data.v > CHECKPOINT_VERSION)
      throw new Error(`v: it is of version ${newer.data.v}, and this program knows ${CHECKPOINT_VERSION}`);
    return document;
  }
  const states = Object.entries(first.data.states).map(([key, state]) => [
    key,
    { ...LATER_FIELDS, ...state },
  ]);
  return { writer: "", ...first.data, v: CHECKPOINT_VERSION, states: Object.fromEntries(states) };
}

/** Returns the states as a checkpoint's text. */
export function checkpointText(states: ReadonlyMap<string, ScalerState>, writer: string): string {
  const document = {
    kind: "checkpoint",
    v: CHECKPOINT_VERSION,
    version: VERSION,
    writer,
    states: Object.fromEntries(states),
  };
  return `${JSON.stringify(withInstantsAsText(document))}\n`;
}

async function replace(file: string, text: string): Promise<void> {
  // Another process may be writing its own.
  const temporary = `${file}.${hostname()}-${process.pid}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
