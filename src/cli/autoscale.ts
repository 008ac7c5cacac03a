// `tidemark autoscale`: ticks, and writes the replicas of the policies' targets itself, where there is no KEDA.

import { pinoLogger } from "../adapters/pino-logger.ts";
import { badInput } from "./command-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import type { Output } from "./output.ts";
import { readConfiguration } from "./read-configuration.ts";
import { policiesIn, readPolicies, rejectedLines, warningLines } from "./read-policies.ts";
import { untilOver, withAddresses } from "./serve.ts";
import { startService } from "./service.ts";

export type AutoscaleOptions = {
  readonly config: string;
  readonly policies: string;
  /** Say what would be written, and write nothing. */
  readonly dryRun?: boolean;
  readonly http?: string;
};

/**
 * Scales until `signal` aborts; returns the exit code after everything is closed. Of several processes one writes: the
 * leader by the Lease. Throws a CommandError where it cannot start.
 */
export async function runAutoscale(
  options: AutoscaleOptions,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { configuration: read, directory } = await readConfiguration(options.config);
  const { http, dryRun = false } = options;
  const configuration = withAddresses(read, http === undefined ? {} : { http });
  const { kind } = configuration.source;
  if (kind === "recording" || kind === "simulation")
    throw badInput(`a source of kind "${kind}" shows no cluster whose replicas could be written`);
  const logger = pinoLogger({ level: configuration.logging.level });
  logger.info(
    { file: options.config, overrides: { http: http ?? null, dryRun }, configuration },
    "configuration",
  );
  const policies = policiesIn(options.policies, configuration, (problem) => {
    logger.error({ problem }, "policies cannot be read; those in force stay");
  });
  const first = await readPolicies(policies);
  for (const line of [...rejectedLines(options.policies, first), ...warningLines(options.policies, first)]) {
    output.stderr(`${line}\n`);
  }
  if (first.policies.length === 0) throw badInput(`no valid policy in ${options.policies}`);
  const acting = { dryRun };
  const service = await startService({ configuration, directory, policies, first, logger, acting });
  const { address } = configuration.http;
  const listening = `${address.slice(0, address.lastIndexOf(":"))}:${service.httpPort}`;
  output.stdout(`ready http=${listening} policies=${service.registry.entries().length}\n`);
  const outcome = await untilOver(service, signal);
  logger.info({ why: outcome }, "draining");
  await service.stop();
  return EXIT.yes;
}
