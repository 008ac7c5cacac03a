// `tidemark backtest`: runs policies over recorded metrics in virtual time, through the service's own tick.

import { NO_TELEMETRY } from "../adapters/no-telemetry.ts";
import { pinoLogger } from "../adapters/pino-logger.ts";
import { realPacing } from "../adapters/real-pacing.ts";
import { RecordingClock } from "../adapters/recording-clock.ts";
import { openRecording, type RecordedTarget, type RecordingSource } from "../adapters/recording-source.ts";
import { TickLoop } from "../control/loop.ts";
import { Registry } from "../control/registry.ts";
import type { Configuration, RecordDetail } from "../domain/configuration.ts";
import { parseInstant } from "../domain/instant.ts";
import type { PolicySet } from "../domain/policy-set.ts";
import { type Instant, instant, longest, type Millis, millis, seconds } from "../domain/units.ts";
import { VERSION } from "../domain/version.ts";
import { sampleSpan } from "../domain/windows.ts";
import type { DecisionSink } from "../ports/decision-sink.ts";
import type { Telemetry, TickResult } from "../ports/telemetry.ts";
import { BacktestTally, changeText, summaryText } from "./backtest-summary.ts";
import { badInput, environmentFailed } from "./command-error.ts";
import { openDecisionLog } from "./decision-log.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";
import { readValidPolicies } from "./read-policies.ts";

export type BacktestOptions = {
  readonly policies: string;
  readonly config?: string;
  readonly decisions?: string;
  readonly json?: boolean;
};

/** How the recording is read and ticked. */
type Settings = {
  readonly target: RecordedTarget;
  readonly epoch: Instant;
  readonly interval: Millis;
  readonly lag: Millis;
  readonly detail: RecordDetail;
};

const DEFAULT_EPOCH = parseInstant("2026-01-05T00:00:00Z") ?? instant(0);

/** Plays `recording` to its last scrape and prints each change of the wanted count, then a summary a policy. */
export async function runBacktest(
  recording: string,
  options: BacktestOptions,
  output: Output,
): Promise<ExitCode> {
  const configuration =
    options.config === undefined ? null : (await readConfiguration(options.config)).configuration;
  const settings = configuration === null ? defaultSettings() : settingsOf(configuration);
  const set = await readValidPolicies(options.policies, configuration, output);
  const keep = longest(set.policies.map(({ policy }) => millis(2 * sampleSpan(policy))));
  const onProblem = (problem: string): void => output.stderr(`${problem}\n`);
  const { target, epoch } = settings;
  const opened = await openRecording({ path: recording, target, epoch, keep, onProblem });
  if (!opened.ok) throw badInput(opened.failure);
  const tally = await play({ source: opened.value, settings, set, options, output });
  const result = tally.result();
  if (options.json === true) output.stdout(`${JSON.stringify(result)}\n`);
  else for (const policy of result.policies) output.stdout(`${summaryText(policy)}\n`);
  return EXIT.yes;
}

function defaultSettings(): Settings {
  return { target: null, epoch: DEFAULT_EPOCH, interval: seconds(1), lag: seconds(0), detail: "observation" };
}

function settingsOf({ name, source, tick, decisions }: Configuration): Settings {
  if (source.kind !== "recording") {
    throw badInput(`the source of configuration ${name} is "${source.kind}", a backtest needs "recording"`);
  }
  const { namespace, workload, epoch } = source;
  return { target: { namespace, workload }, epoch, ...tick, detail: decisions.detail };
}

type Play = {
  readonly source: RecordingSource;
  readonly settings: Settings;
  readonly set: PolicySet;
  readonly options: BacktestOptions;
  readonly output: Output;
};

async function play({ source, settings, set, options, output }: Play): Promise<BacktestTally> {
  const { epoch, interval, lag, detail } = settings;
  const registry = new Registry();
  registry.apply(set.policies, { rejected: [], at: epoch });
  const tally = new BacktestTally(
    set.policies.map(({ key }) => key),
    interval,
  );
  registry.onRecord((record) => {
    const change = tally.take(record);
    if (change !== null && options.json !== true) output.stdout(`${changeText(record.policy, change)}\n`);
  });
  const problems: string[] = [];
  const sink = await decisionFile(options.decisions ?? null, (problem) => problems.push(problem));
  const clock = new RecordingClock({ epoch, speed: "max", end: source.end() });
  const counting = countingTicks();
  const logger = pinoLogger({ level: "error" });
  const parts = {
    clock,
    source,
    registry,
    sink,
    logger,
    telemetry: counting.telemetry,
    pacing: realPacing(),
  };
  const loop = new TickLoop(parts, {
    interval,
    lag,
    detail,
    version: VERSION,
    startAfter: epoch,
    everyInstant: true,
  });
  const stop = new AbortController();
  await Promise.all([clock.ended.then(() => stop.abort()), loop.run(stop.signal)]);
  await sink.close();
  if (problems.length > 0) throw environmentFailed(problems.join("\n"));
  if (counting.failed() > 0) throw environmentFailed(`${counting.failed()} ticks failed; see the log above`);
  return tally;
}

/** One file without rotation: whoever asks for it wants it whole. */
function decisionFile(file: string | null, onProblem: (problem: string) => void): Promise<DecisionSink> {
  return openDecisionLog({
    file,
    maxFileSizeBytes: Number.MAX_SAFE_INTEGER,
    maxFiles: 1,
    existing: "replace",
    onNewFile: () => [],
    onProblem,
  });
}

function countingTicks(): { readonly telemetry: Telemetry; failed(): number } {
  let failed = 0;
  const telemetry: Telemetry = {
    ...NO_TELEMETRY,
    tick(result: TickResult) {
      if (result === "failed") failed += 1;
    },
  };
  return { telemetry, failed: () => failed };
}
