// The checkpoint: states of all policies in one JSON file, replaced as a whole.

import { open, readFile, rename, stat } from "node:fs/promises";

import { z } from "zod";

import { withInstantsAsNumbers, withInstantsAsText } from "../domain/instant.ts";
import {
  BAD_POINTS_MAX,
  type BadPoint,
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
import type {
  Breach,
  DesiredChange,
  FailedProbe,
  HeldReplicas,
  Probe,
  Recommendation,
  RestoredAnswer,
  ScalerState,
} from "../domain/state.ts";
import { type Instant, instant } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import type { LoadedStates, StateStore } from "../ports/state-store.ts";

const CHECKPOINT_VERSION = 1;
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
const badPoint: Fields<BadPoint> = { ...learnedRate, readyReplicas: count };
const service: Fields<LearnedService> = { model: z.string(), batch: rate, executionSeconds: rate };
const learned: Fields<LearnedCapacity> = {
  fullBatch: z.strictObject(fullBatch).nullable(),
  cap: z.strictObject(learnedRate).nullable(),
  badPoints: z.array(z.strictObject(badPoint)).max(BAD_POINTS_MAX),
  proven: z.strictObject(learnedRate).nullable(),
  instancesPerPod: rate.nullable(),
  services: z.array(z.strictObject(service)).max(SERVICES_MAX),
  versions: z.array(z.string()).max(VERSIONS_MAX),
  forgottenAt: at.nullable(),
};
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
  isMemoryLost: z.boolean(),
  noProbeUntil: at.nullable(),
};
const checkpoint = z.strictObject({
  kind: z.literal("checkpoint"),
  v: z.literal(CHECKPOINT_VERSION),
  version: z.string(),
  states: z.record(z.string(), z.strictObject(stateFields)),
});

/**
 * Returns a store that keeps states in `file`. A save is seen either whole or not at all (temporary file, fsync,
 * rename) and rejects if it cannot be written. A file that cannot be used is moved to `<file>.corrupt` and reported.
 */
export function checkpointFile(file: string): StateStore {
  let lastSave: Promise<void> = Promise.resolve();
  return {
    load: () => load(file),
    save(states) {
      const text = checkpointText(states);
      const save = lastSave.then(() => replace(file, text));
      lastSave = save.catch(() => {});
      return save;
    },
  };
}

async function load(file: string): Promise<LoadedStates> {
  let problem: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new Error(`is ${size} bytes, more than ${MAX_BYTES}`);
    return { states: readCheckpoint(await readFile(file, "utf8")), problem: null };
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

/** Returns the states in a checkpoint's text; throws where it is none. */
export function readCheckpoint(text: string): ReadonlyMap<string, ScalerState> {
  const parsed = checkpoint.safeParse(withInstantsAsNumbers(JSON.parse(text)));
  if (parsed.success) return new Map(Object.entries(parsed.data.states));
  const [issue] = parsed.error.issues;
  throw new Error(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}

/** Returns the states as a checkpoint's text. */
export function checkpointText(states: ReadonlyMap<string, ScalerState>): string {
  const document = {
    kind: "checkpoint",
    v: CHECKPOINT_VERSION,
    version: VERSION,
    states: Object.fromEntries(states),
  };
  return `${JSON.stringify(withInstantsAsText(document))}\n`;
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
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
