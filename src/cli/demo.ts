// `tidemark demo`: the real service on a simulated or a recorded surge, with a client that asks as KEDA does.

import { fileURLToPath } from "node:url";

import { pause } from "../adapters/pause.ts";
import { pinoLogger } from "../adapters/pino-logger.ts";
import { type Millis, minutes, seconds } from "../domain/units.ts";
import { parseDuration } from "../policy/duration.ts";
import { badInput } from "./command-error.ts";
import { type DemoView, plainView, tableView } from "./demo-view.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { type KedaClient, kedaClient } from "./keda-client.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";
import { policiesIn, readPolicies } from "./read-policies.ts";
import { withAddresses } from "./serve.ts";
import { type Service, startService } from "./service.ts";

/** What is played: the service's configuration, its folder of policies, and a line that says what is seen. */
type Piece = { readonly configuration: string; readonly policies: string; readonly says: string };

const SIMULATION: Piece = {
  configuration: shipped("demo/demo.yaml"),
  policies: shipped("policies/surge/"),
  says: "A simulated surge on three replicas, thirty times faster; KEDA, HPA and model loads stand between answer and replicas.",
};
const RECORDING: Piece = {
  configuration: shipped("demo/recording.yaml"),
  policies: shipped("demo/policies/"),
  says: "A surge on three replicas of a real Triton 2.65.0, as recorded, ten times faster; replicas follow each answer.",
};
const POLL_EVERY = seconds(1);
/** Timers count milliseconds in 31 bits. */
const LONGEST = minutes(30_000);

export type DemoOptions = {
  readonly for?: string;
  readonly grpc?: string;
  readonly http?: string;
  /** Play the recording instead of the simulation. */
  readonly recording?: boolean;
};

export type DemoSurroundings = { readonly output: Output; readonly signal: AbortSignal };

/** Plays until `signal` aborts, `--for` is over or nothing is left to play; all end well. */
export async function runDemo(options: DemoOptions, { output, signal }: DemoSurroundings): Promise<ExitCode> {
  const length = options.for === undefined ? null : readLength(options.for);
  const piece = options.recording === true ? RECORDING : SIMULATION;
  const { configuration: read, directory } = await readConfiguration(piece.configuration);
  const configuration = withAddresses(read, options);
  const policies = policiesIn(piece.policies, configuration);
  const first = await readPolicies(policies);
  const logger = pinoLogger({ level: configuration.logging.level });
  const service = await startService({ configuration, directory, policies, first, logger });
  const heading = headingOf(piece, service);
  const isTerminal = process.stdout.isTTY === true;
  if (!isTerminal) output.stderr(`${heading.join("\n")}\n`);
  const view = isTerminal ? tableView(output.stdout, heading) : plainView(output.stdout);
  const { stop, clear } = stopping(service, { signal, length });
  await show(service, view, stop);
  clear();
  await service.stop();
  return EXIT.yes;
}

function readLength(text: string): Millis {
  const length = parseDuration(text);
  if (length === null) throw badInput(`--for ${text} is no duration; write it with its unit, as 20s`);
  if (length > LONGEST) throw badInput(`--for ${text} is longer than ${LONGEST / 60_000}m`);
  return length;
}

function shipped(path: string): string {
  return fileURLToPath(new URL(`../../simulations/${path}`, import.meta.url));
}

type Ends = { readonly signal: AbortSignal; readonly length: Millis | null };

/**
 * Returns a signal that aborts with `signal`, after `length`, or when the service has nothing left to play or breaks;
 * `clear` forgets the time. Node's own composed signals lose their timers to the garbage collector.
 */
function stopping({ finished }: Service, { signal, length }: Ends) {
  const end = new AbortController();
  const abort = (): void => end.abort();
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  finished.then(abort, abort);
  const timer = length === null ? null : setTimeout(abort, length);
  return { stop: end.signal, clear: () => clearTimeout(timer ?? undefined) };
}

function headingOf({ says }: Piece, { grpcPort, httpPort }: Service): readonly string[] {
  return [
    says,
    `KEDA asks gRPC 127.0.0.1:${grpcPort}; HTTP API and metrics on http://127.0.0.1:${httpPort}/ (Ctrl-C ends)`,
  ];
}

async function show({ registry, grpcPort }: Service, view: DemoView, stop: AbortSignal): Promise<void> {
  const clients = registry.entries().map(({ loaded }) => {
    const { name, target } = loaded.policy;
    return {
      key: loaded.key,
      client: kedaClient(`127.0.0.1:${grpcPort}`, { namespace: target.namespace, name }),
    };
  });
  const ended = registry.onRecord((record) => view.record(record));
  while (!stop.aborted) {
    for (const { key, client } of clients) await showAnswer(key, client, view);
    await pause(POLL_EVERY, stop);
  }
  ended();
  for (const { client } of clients) client.close();
}

async function showAnswer(key: string, client: KedaClient, view: DemoView): Promise<void> {
  view.answer(key, await client.poll());
}
