// Why a command could not do its work, with the exit code that says so.

import { EXIT, type ExitCode } from "./exit-codes.ts";

/** Ends a command: its message goes to standard error, its code becomes the exit code. */
export class CommandError extends Error {
  readonly exit: ExitCode;

  constructor(exit: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
    this.exit = exit;
  }
}

/** Returns the error for bad usage, or an input file that is unreadable or invalid. */
export function badInput(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.badInput, message, { cause });
}

/** Returns the error for an environment that fails: a port taken, a file not writable, a service not reachable. */
export function environmentFailed(message: string, cause?: unknown): CommandError {
  return new CommandError(EXIT.environment, message, { cause });
}

/** Returns what went wrong in one line, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
