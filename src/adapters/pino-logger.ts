// Logs on standard error: one JSON object a line, or readable lines where standard error is a terminal.

import { type DestinationStream, destination, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

import type { LogLevel } from "../domain/configuration.ts";
import type { LogFields, Logger } from "../ports/logger.ts";

const STDERR = 2;
const SECRETS = ["authorization", "Authorization", "token", "password", "bearerToken"];
/** Secrets are looked for in the fields themselves and down to two objects deeper. */
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export type LoggerOptions = {
  readonly level: LogLevel;
  /** Where lines go; standard error without it. */
  readonly stream?: DestinationStream;
};

/** Returns a logger whose lines have `level`, `time` (RFC 3339), the fields, and `msg`. Secrets show as `[redacted]`. */
export function pinoLogger({ level, stream = standardError() }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: "[redacted]" },
    },
    stream,
  );
  return {
    debug: (fields: LogFields, message: string) => logger.debug(fields, message),
    info: (fields: LogFields, message: string) => logger.info(fields, message),
    warn: (fields: LogFields, message: string) => logger.warn(fields, message),
    error: (fields: LogFields, message: string) => logger.error(fields, message),
  };
}

function standardError(): DestinationStream {
  if (!process.stderr.isTTY) {
    const stream = destination({ dest: STDERR, sync: true });
    // A reader of the log that went away must not end the service.
    stream.on("error", () => {});
    return stream;
  }
  return pretty({ destination: STDERR, sync: true, colorize: true, translateTime: "SYS:HH:MM:ss.l" });
}
