// `tidemark tune`: searches a better policy on training time and recommends it only if held-out time confirms it.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { formatIssue } from "../domain/issue.ts";
import type { TuningDocument } from "../domain/tuning.ts";
import type { TuningResult } from "../domain/tuning-result.ts";
import { parseDuration } from "../policy/duration.ts";
import { editPolicy } from "../policy/edit-policy.ts";
import { loadTuning } from "../policy/load-policies.ts";
import { tuningPage } from "../report/tuning-page.ts";
import { arrivalSlots, busiestStretch } from "../simulator/busiest-stretch.ts";
import { randomStream } from "../simulator/random/random-stream.ts";
import { arrivedBySecond } from "../simulator/world/arrived-by-second.ts";
import { type Changes, changesAt } from "../tuning/search-space.ts";
import { type Tuned, tune } from "../tuning/tune.ts";
import { badInput, environmentFailed, reasonOf } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { Progress } from "./progress.ts";
import { CAN_USE_THREADS, inlinePool, type TrialPool, threadPool } from "./trial-pool.ts";
import { readTrialGround, runTrial, type TrialGround, writtenChanges } from "./trial-runner.ts";
import { frontCsv, tuningResult } from "./tuning-result.ts";
import { tuningText } from "./tuning-text.ts";

export type TuneOptions = {
  readonly workers?: string | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
};

const MOST_WORKERS = 256;

/** Prints what was found; exit 0 only where a better policy was found and confirmed. */
export async function runTune(file: string, options: TuneOptions, output: Output): Promise<ExitCode> {
  const document = await readTuning(file);
  const workers = CAN_USE_THREADS ? workerCount(options.workers) : Math.min(1, workerCount(options.workers));
  const settings = { scenarioFile: resolve(dirname(file), document.scenario), space: document.space };
  const ground = await readTrialGround(settings);
  assertTodayRuns(ground);
  assertSpaceHolds(ground);
  if (options.out !== undefined) await makeFolder(options.out);
  const progress = new Progress(output);
  let runs = 0;
  const onRun = (): void => {
    runs += 1;
    progress.report(() => `${runs} runs, ${(runs / progress.seconds()).toFixed(1)} a second`);
  };
  const pool = workers === 1 ? inlinePool(ground, onRun) : threadPool(settings, workers, onRun);
  const tuned = await closing(pool, tuneWith(pool, document, ground));
  const result = tuningResult(tuned, ground);
  if (options.out !== undefined) await writeFiles(options.out, { result, tuned, ground, document });
  output.stdout(options.json === true ? `${JSON.stringify(result)}\n` : tuningText(result, document));
  output.stderr(
    `${runs} runs in ${progress.seconds().toFixed(1)} s with ${workers} ${workers === 1 ? "thread" : "threads"}\n`,
  );
  return result.ok ? EXIT.yes : EXIT.no;
}

async function closing<Value>(pool: TrialPool, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } finally {
    await pool.close();
  }
}

async function readTuning(file: string): Promise<TuningDocument> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw badInput(`cannot read the tuning ${file}: ${reasonOf(error)}`, error);
  });
  const loaded = loadTuning(file, bytes);
  if (!loaded.ok) throw badInput(loaded.failure.map(formatIssue).join("\n"));
  return loaded.value;
}

function workerCount(written: string | undefined): number {
  if (written === undefined) return Math.max(1, cpus().length);
  const count = Number(written);
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS)
    throw badInput(`--workers ${written}: must be a whole number from 1 to ${MOST_WORKERS}`);
  return count;
}

/** A tuning of minutes must not end with what its first second could have told. */
function assertTodayRuns(ground: TrialGround): void {
  const stretch = { fromSeconds: 0, toSeconds: Math.min(60, ground.scenario.durationSeconds) };
  const tried = runTrial(ground, { changes: null, stretch, seed: 1 });
  if (tried.kind === "refused") throw badInput(`${ground.file}: ${tried.why}`);
}

/** Nor with the silence of a search all of whose policies are refused: for a field whose mapping lacks a required one. */
function assertSpaceHolds(ground: TrialGround): void {
  const stretch = { fromSeconds: 0, toSeconds: Math.min(1, ground.scenario.durationSeconds) };
  const tried = [0, 0.5, 1 - Number.EPSILON].map((share) => {
    const changes = changesAt(
      ground.space,
      ground.space.map(() => share),
    );
    return runTrial(ground, { changes, stretch, seed: 1 });
  });
  const refusals = tried.flatMap((trial) => (trial.kind === "refused" ? [trial.why] : []));
  if (refusals.length === tried.length) throw badInput(`spec.space holds no valid policy: ${refusals[0]}`);
}

function tuneWith(pool: TrialPool, document: TuningDocument, ground: TrialGround): Promise<Tuned> {
  const { scenario, traces, today } = ground;
  const slots = arrivalSlots(arrivedBySecond(scenario, traces, 1));
  return tune({
    document,
    current: currentChanges(document, today.document),
    durationSeconds: scenario.durationSeconds,
    telling: (of, lengthSeconds) => busiestStretch(slots, of, lengthSeconds),
    random: randomStream(1, "search"),
    run: pool.run,
  });
}

/** Today's values at the paths that are searched, defaults included; what the policy does not have is left out. */
function currentChanges({ space }: TuningDocument, normalised: unknown): Changes {
  return Object.fromEntries(
    space.flatMap(({ path, unit }) => {
      const value = valueAt(normalised, path.split(/\.|\[(\d+)\]/).filter(Boolean));
      const number = unit === "milliseconds" && typeof value === "string" ? parseDuration(value) : value;
      return typeof number === "number" ? [[path, number]] : [];
    }),
  );
}

function valueAt(node: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return node;
  if (typeof node !== "object" || node === null) return undefined;
  return valueAt(Reflect.get(node, key), rest);
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(resolve(folder), { recursive: true }).catch((error: unknown) => {
    throw environmentFailed(`cannot make the folder ${folder}: ${reasonOf(error)}`, error);
  });
}

type Found = {
  readonly result: TuningResult;
  readonly tuned: Tuned;
  readonly ground: TrialGround;
  readonly document: TuningDocument;
};

/** Without a recommendation `policy.yaml` is today's. */
async function writeFiles(folder: string, { result, tuned, ground, document }: Found): Promise<void> {
  const changes = writtenChanges(ground.space, tuned.recommended?.changes ?? {});
  const files: Readonly<Record<string, string>> = {
    "policy.yaml": editPolicy(ground.text, changes),
    "front.csv": frontCsv(result, ground.space),
    "report.html": tuningPage({
      name: document.name,
      result,
      lines: tuningText(result, document).split("\n"),
    }),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text).catch((error: unknown) => {
      throw environmentFailed(`cannot write ${join(folder, name)}: ${reasonOf(error)}`, error);
    });
  }
}
