// The executable entry: arguments in, exit code out, and nothing that goes wrong unsaid.

import { EXIT } from "./cli/exit-codes.ts";
import { runProgram } from "./cli/program.ts";

const stop = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stop.abort());

for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(`internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT.environment);
  });
}

// A reader that went away (`| head`) has seen enough.
process.stdout.on("error", () => process.exit(EXIT.yes));

const output = {
  stdout: (text: string) => void process.stdout.write(text),
  stderr: (text: string) => void process.stderr.write(text),
};
const code = await runProgram(process.argv.slice(2), { output, signal: stop.signal });
process.stdout.write("", () => process.exit(code));
