// `tidemark record`: writes what a source shows as recordings that backtest and serve can play.

import { mkdir, readdir } from "node:fs/promises";

import { NO_TELEMETRY } from "../adapters/no-telemetry.ts";
import { pause } from "../adapters/pause.ts";
import { pinoLogger } from "../adapters/pino-logger.ts";
import type { ScrapeAttempt } from "../adapters/scrape-source.ts";
import { monotonicMillis, systemClock } from "../adapters/system-clock.ts";
import { wantedQueries } from "../control/queries.ts";
import { readingInstants } from "../control/reading-instants.ts";
import { Registry } from "../control/registry.ts";
import type { Configuration } from "../domain/configuration.ts";
import type { LoadedPolicy } from "../domain/policy-set.ts";
import { after, before, elapsed, type Instant, longest, millis, minutes, seconds } from "../domain/units.ts";
import { formatDuration } from "../policy/duration.ts";
import { badInput, CommandError, environmentFailed, reasonOf } from "./command-error.ts";
import { composeSource } from "./compose-source.ts";
import type { ComposedSource } from "./composed-source.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";
import { readValidPolicies } from "./read-policies.ts";
import { recordSpan, type SpanOptions } from "./record-span.ts";
import { type FinishedRecording, RecordingSet } from "./recording-set.ts";

export type RecordOptions = SpanOptions & {
  readonly config: string;
  readonly out: string;
  readonly policies?: string;
};

/** How far back a source keeps samples: more than one reading ahead and an outage of some minutes. */
const KEEP = minutes(15);
/** So much of the past is read at once. */
const READ_AHEAD = minutes(5);
const SLACK_INTERVALS = 5;
/** What reading some of the past may take, which no tick waits for. */
const PAST_READING_TIME = minutes(1);
const PROGRESS_EVERY = seconds(10);
const PAST_ATTEMPTS = 5;
const PAST_RETRY = seconds(1);

/** Records until the time asked for is over or `signal` aborts; what was recorded until then is complete either way. */
export async function runRecord(
  options: RecordOptions,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { configuration, directory } = await readConfiguration(options.config);
  const set = options.policies === undefined ? null : await readValidPolicies(options.policies, null, output);
  await assertEmpty(options.out);
  const { tick } = configuration;
  const held: { recordings: RecordingSet | null } = { recordings: null };
  const composed = await composeSource({
    configuration,
    directory,
    keep: KEEP,
    readingTime: (at) => (isPast(at, systemClock().now(), configuration) ? PAST_READING_TIME : tick.interval),
    registry: new Registry(),
    telemetry: NO_TELEMETRY,
    logger: pinoLogger({ level: configuration.logging.level }),
    onAttempt: (attempt: ScrapeAttempt) => held.recordings?.attempt(attempt),
  });
  try {
    const needs = { options, configuration, composed, output, signal, policies: set?.policies ?? [] };
    const session = sessionOf(needs);
    held.recordings = session.recordings;
    await makeDirectory(options.out);
    const end = await record(session);
    // Nothing may come in while files are being completed.
    await composed.source.close();
    return report(await session.recordings.finish(end), session);
  } catch (error) {
    throw error instanceof CommandError
      ? error
      : environmentFailed(`recording failed: ${reasonOf(error)}`, error);
  } finally {
    await composed.source.close();
  }
}

async function assertEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw environmentFailed(`cannot record into ${directory}: ${error.message}`, error);
  });
  if (names.length > 0) throw badInput(`${directory} is not empty; recordings go into a folder of their own`);
}

async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw environmentFailed(`cannot make ${directory}: ${reasonOf(error)}`, error);
  });
}

type SessionNeeds = {
  readonly options: RecordOptions;
  readonly configuration: Configuration;
  readonly composed: ComposedSource;
  readonly policies: readonly LoadedPolicy[];
  readonly output: Output;
  readonly signal: AbortSignal;
};

type Session = SessionNeeds & {
  readonly from: Instant;
  readonly to: Instant;
  readonly queries: readonly string[];
  readonly recordings: RecordingSet;
};

function sessionOf(needs: SessionNeeds): Session {
  const { options, configuration, composed, policies } = needs;
  const { tick, source: described } = configuration;
  const { source, clock, end, knowsPast } = composed;
  const limits = { kind: source.kind, now: clock.now(), end, knowsPast, interval: tick.interval };
  const { from, to } = recordSpan(options, limits);
  const recordings = new RecordingSet({
    directory: options.out,
    header: { epoch: from, scrapeInterval: source.scrapeInterval, tick, source: source.kind },
    to,
    policies,
    attemptsAreTold: described.kind === "scrape",
  });
  if (described.kind === "scrape") {
    for (const target of composed.workloads()) {
      const ours = described.targets.filter(
        ({ namespace, workload }) => namespace === target.namespace && workload === target.name,
      );
      recordings.expect(
        target,
        ours.map(({ pod }) => pod),
      );
    }
  }
  return { ...needs, from, to, queries: wantedQueries(policies.map(({ policy }) => policy)), recordings };
}

/** Returns the instant up to which was recorded. */
async function record(session: Session): Promise<Instant> {
  const { composed, configuration, recordings, signal, from, to, queries } = session;
  const { clock, source, startAfter } = composed;
  const { interval, lag } = configuration.tick;
  const progress = progressOf(session);
  const slack = longest([millis(SLACK_INTERVALS * source.scrapeInterval), interval]);
  source.wanted(queries);
  // A played recording waits for nobody; everything else has its own time.
  const isPlayed = startAfter !== null;
  if (!isPlayed) await clock.sleepUntil(from, signal);
  if (!isPlayed && !signal.aborted) await composed.start();
  let [taken, readUntil] = [from, before(from, millis(1))];
  for (const at of readingInstants({ from, to, interval, lag })) {
    if (!isPlayed) await clock.sleepUntil(after(at, lag), signal);
    if (signal.aborted || recordings.isFull) break;
    if (at > readUntil) {
      const ahead = readAhead(session, at);
      if (!(await refresh(session, ahead))) continue;
      readUntil = ahead;
    }
    recordings.take(source, composed.workloads(), { at, span: millis(elapsed(taken, at) + slack) });
    taken = at;
    await recordings.write();
    progress(at);
  }
  if (recordings.isFull) session.output.stderr("a file is as large as one may be: the recording ends here\n");
  return taken;
}

/** Of the past several ticks are read at once; queries of policies give one sample a reading. */
function readAhead({ composed, configuration, queries, to }: Session, at: Instant): Instant {
  if (!composed.knowsPast || queries.length > 0) return at;
  const known = before(composed.clock.now(), configuration.tick.lag);
  const ahead = [after(at, READ_AHEAD), known, to].reduce((one, other) => (one < other ? one : other));
  return ahead > at ? ahead : at;
}

/** Returns whether the source shows all that there is up to `at`. The past must come, if late; the present may be missed. */
async function refresh(session: Session, at: Instant): Promise<boolean> {
  const { composed, configuration, output, signal } = session;
  const { source, clock, knowsPast } = composed;
  for (let attempt = 1; ; attempt++) {
    const { ok, detail } = await source.refresh(at);
    if (ok || !knowsPast) return true;
    if (signal.aborted) return false;
    output.stderr(`cannot read ${source.kind}: ${detail}\n`);
    if (!isPast(at, clock.now(), configuration)) return false;
    if (attempt >= PAST_ATTEMPTS) throw environmentFailed(`cannot read ${source.kind}: ${detail}`);
    await pause(PAST_RETRY, signal);
  }
}

function isPast(at: Instant, now: Instant, { tick }: Configuration): boolean {
  return elapsed(at, now) > 2 * tick.interval;
}

function progressOf({ recordings, output, from, to }: Session): (at: Instant) => void {
  let saidMs = monotonicMillis();
  return (at) => {
    if (monotonicMillis() - saidMs < PROGRESS_EVERY) return;
    saidMs = monotonicMillis();
    const { workloads, scrapes } = recordings.totals;
    const done = `${formatDuration(elapsed(from, at))} of ${formatDuration(elapsed(from, to))}`;
    output.stderr(`recorded ${done}: ${workloads} workloads, ${scrapes} scrapes\n`);
  };
}

function report(finished: readonly FinishedRecording[], { output, composed }: Session): ExitCode {
  if (finished.length === 0) {
    throw environmentFailed(
      `nothing was recorded: ${composed.source.kind} showed no scrape of a Triton server`,
    );
  }
  for (const { target, directory, pods, scrapes, failed } of finished) {
    const what = `${pods} replicas, ${scrapes} scrapes (${failed} failed)`;
    output.stdout(`${target.namespace}/${target.name}: ${what}, ${directory}\n`);
  }
  return EXIT.yes;
}
