// `tidemark serve`: ticks, and answers KEDA, until it is told to stop or there is nothing left to play.

import { pinoLogger } from "../adapters/pino-logger.ts";
import type { Configuration } from "../domain/configuration.ts";
import { badInput, CommandError, environmentFailed, reasonOf } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";
import { policiesIn, readPolicies, rejectedLines, warningLines } from "./read-policies.ts";
import { type Service, startService } from "./service.ts";

export type ServeOptions = {
  readonly config: string;
  readonly policies: string;
  readonly grpc?: string;
  readonly http?: string;
};

/** Serves until `signal` aborts; returns the exit code after the drain. Throws a CommandError where it cannot start. */
export async function runServe(
  options: ServeOptions,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { configuration: read, directory } = await readConfiguration(options.config);
  const configuration = withAddresses(read, options);
  const logger = pinoLogger({ level: configuration.logging.level });
  const { grpc = null, http = null } = options;
  logger.info({ file: options.config, overrides: { grpc, http }, configuration }, "configuration");
  const policies = policiesIn(options.policies, configuration, (problem) => {
    logger.error({ problem }, "policies cannot be read; those in force stay");
  });
  const first = await readPolicies(policies);
  for (const line of [...rejectedLines(options.policies, first), ...warningLines(options.policies, first)]) {
    output.stderr(`${line}\n`);
  }
  if (first.policies.length === 0) throw badInput(`no valid policy in ${options.policies}`);
  const service = await startService({ configuration, directory, policies, first, logger });
  output.stdout(readyLine(service, configuration));
  logger.info({ policies: service.registry.entries().length }, "ready");
  const outcome = await untilOver(service, signal);
  logger.info({ why: outcome }, "draining");
  await service.stop();
  logger.info({}, "stopped");
  return EXIT.yes;
}

/** Returns the configuration with the addresses that the command line names instead. */
export function withAddresses(
  configuration: Configuration,
  { grpc, http }: Pick<ServeOptions, "grpc" | "http">,
): Configuration {
  return {
    ...configuration,
    grpc: { ...configuration.grpc, address: checkedAddress(grpc ?? configuration.grpc.address) },
    http: { ...configuration.http, address: checkedAddress(http ?? configuration.http.address) },
  };
}

function checkedAddress(address: string): string {
  const port = Number(/^.+:(\d{1,5})$/.exec(address)?.[1] ?? Number.NaN);
  if (!(port <= 65_535)) throw badInput(`"${address}" is no address; write host:port, as 127.0.0.1:6000`);
  return address;
}

function readyLine({ grpcPort, httpPort, registry }: Service, { grpc, http }: Configuration): string {
  const policies = registry.entries().length;
  const [grpcAddress, httpAddress] = [withPort(grpc.address, grpcPort), withPort(http.address, httpPort)];
  return `ready grpc=${grpcAddress} http=${httpAddress} policies=${policies}\n`;
}

function withPort(address: string, port: number): string {
  return `${address.slice(0, address.lastIndexOf(":"))}:${port}`;
}

/** Resolves when the service is to end; throws a CommandError, with everything closed, where it cannot go on. */
export async function untilOver(
  service: Service,
  signal: AbortSignal,
): Promise<"asked to" | "nothing left to play"> {
  if (signal.aborted) return "asked to";
  const asked = new Promise<"asked to">((resolve) => {
    signal.addEventListener("abort", () => resolve("asked to"), { once: true });
  });
  try {
    return await Promise.race([asked, service.finished.then(() => "nothing left to play" as const)]);
  } catch (error) {
    await service.stop();
    if (error instanceof CommandError) throw error;
    throw environmentFailed(`the loop broke: ${reasonOf(error)}`, error);
  }
}
