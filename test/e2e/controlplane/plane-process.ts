// A component as a process of the test: its log in a file, ended by its id, and by the kernel if the test is killed.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { programOf } from "./built-programs.ts";
import { Hopeless } from "./eventually.ts";

const ENDS_WITHIN_MS = 20_000;
const LOG_LINES_SHOWN = 30;

export type PlaneProcessParts = {
  readonly name: string;
  /** Where its log goes: `<name>.log`, appended to by each start. */
  readonly folder: string;
  /** The program, or a part of the control plane's own. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** A process that can be ended and started again with the same arguments. */
export class PlaneProcess {
  readonly name: string;
  readonly #parts: PlaneProcessParts;
  #child: ChildProcess | null = null;

  constructor(parts: PlaneProcessParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  start(): void {
    const { folder, name, command, env = {} } = this.#parts;
    const log = openSync(join(folder, `${name}.log`), "a");
    // What starts it ties it to this process; no proxy of this environment comes in between.
    const home = { HOME: folder, PATH: process.env["PATH"] ?? "" };
    this.#child = spawn(programOf("kubernetes", "controlplane"), command, {
      cwd: folder,
      env: { ...home, ...env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
  }

  /** Throws with the end of its log where it has ended by itself. */
  assertRuns(): void {
    if (isRunning(this.#child)) return;
    throw new Hopeless(`${this.name} has ended:\n${this.logEnd()}`);
  }

  /** Ends it, by SIGTERM unless said otherwise, and resolves when it is gone. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === null || !isRunning(child)) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await Promise.race([gone, wait(ENDS_WITHIN_MS, undefined, { ref: false })]);
    if (!isRunning(child)) return;
    child.kill("SIGKILL");
    await gone;
  }

  /** The last lines of its log. */
  logEnd(): string {
    const text = readFileSync(join(this.#parts.folder, `${this.name}.log`), "utf8");
    return text.split("\n").slice(-LOG_LINES_SHOWN).join("\n");
  }
}

function isRunning(child: ChildProcess | null): boolean {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
